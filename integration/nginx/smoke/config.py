"""The configuration that all checks share.

No text has both a numbered capture and a variable of a map with a regex: nginx measures it with the
captures of the one and writes it with those of the other, and sends what was in memory before (its
own pool, too; memcheck says so)."""

MAIN = """
user root;
worker_processes {workers};
{main}
error_log logs/error.log {level};
pid logs/nginx.pid;
events { worker_connections 4096; }
"""

HTTP = """
http {
  access_log logs/access.log;
  default_type text/plain;
  types { text/html html; image/png png; }
  client_body_temp_path temp/client;
  proxy_temp_path temp/proxy;
  fastcgi_temp_path temp/fastcgi;
  uwsgi_temp_path temp/uwsgi;
  scgi_temp_path temp/scgi;
  keepalive_requests 1000000;
  lingering_timeout 300ms;
  large_client_header_buffers 4 8k;
  limit_conn_zone $binary_remote_addr zone=one:1m;
  proxy_cache_path temp/cache keys_zone=cache:1m;
  map $arg_a $mapped { default none; ~^x(?<rest>.*)$ $rest; }
  geo $near { default no; 127.0.0.0/8 yes; }
  upstream backend { server 127.0.0.1:{backend}; keepalive 16; }
  upstream broken { server 127.0.0.1:{closed}; server 127.0.0.1:{closed} backup; }
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  proxy_set_header Host backend;
  set_real_ip_from 127.0.0.1;
  real_ip_header X-Real-IP;
  server {
    listen 127.0.0.1:{port} backlog=1024;
    listen 127.0.0.1:{tls_port} ssl http2;
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    root html;
    location / { add_header X-Mapped $mapped; add_header X-Near $near; add_header X-From $remote_addr; }
    location /proxied/ { proxy_pass http://backend/; }
    location /unbuffered/ { proxy_pass http://backend/; proxy_buffering off; }
    location /spooled/ { proxy_pass http://backend/; proxy_buffers 2 4k; proxy_buffer_size 4k;
                         proxy_busy_buffers_size 4k; }
    location /cached/ { proxy_pass http://backend/; proxy_cache cache; proxy_cache_valid 1m;
                        add_header X-Cache $upstream_cache_status; }
    location /headers/ { proxy_pass http://backend/headers/; proxy_buffer_size 16k; proxy_buffers 4 16k; }
    location /slow/ { proxy_pass http://backend/slow/; proxy_read_timeout 200ms; }
    location /broken/ { proxy_pass http://broken/; }
    location /retried/ { proxy_pass http://broken/; error_page 502 = @fallback; }
    location @fallback { return 200 "fallback $uri\\n"; }
    location /post/ { proxy_pass http://backend/; client_body_in_file_only clean;
                      client_body_buffer_size 1k; client_max_body_size 4m; }
    location /inmemory/ { proxy_pass http://backend/; client_body_buffer_size 16m;
                          client_max_body_size 16m; }
    location /upload/ { proxy_pass http://backend/; client_body_buffer_size 8k; }
    location /gzip/ { alias html/; gzip on; gzip_min_length 1; gzip_types *; gzip_http_version 1.0; }
    location /ssi/ { alias html/; ssi on; ssi_types *; }
    location /sub/ { alias html/; sub_filter e EE; sub_filter the THE; sub_filter_once off;
                     sub_filter_types *; }
    location /aio/ { alias html/; aio threads; sendfile off; output_buffers 1 32k; }
    location /limited/ { proxy_pass http://backend/slow/; limit_conn one 1; }
    location /allowed/ { auth_request /auth; alias html/; }
    location /refused/ { auth_request /no; alias html/; }
    location = /auth { internal; return 204; }
    location = /no { internal; return 403; }
    location /slice/ { slice 4k; alias html/; }
    location /moved { return 301 /elsewhere?$args; }
    location ~ ^/re/(?<name>[a-z]+)/(\\d+)$ { return 200 "$name $2\\n"; }
    location /status { stub_status; }
    {locations}
  }
}
"""

STREAM = """
stream {
  server { listen 127.0.0.1:{stream_port}; proxy_pass 127.0.0.1:{port}; }
  server { listen 127.0.0.1:{stream_tls_port} ssl; proxy_pass 127.0.0.1:{port};
           ssl_certificate {certificate}; ssl_certificate_key {key}; }
}
"""

MAIL = """
mail {
  server_name smoke;
  auth_http 127.0.0.1:{auth};
  server { listen 127.0.0.1:{smtp_port}; protocol smtp; smtp_auth plain none; xclient off; }
  server { listen 127.0.0.1:{imap_port}; protocol imap; }
  server { listen 127.0.0.1:{pop3_port}; protocol pop3; }
}
"""

ALL = MAIN + HTTP + STREAM + MAIL
