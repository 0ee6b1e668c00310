"""What ./run nginx loads: configurations, pages and load generators, a case each."""
import os
import random
import re
import subprocess

from server import certificate

CONFIG = """
worker_processes 1;
{main}
error_log logs/error.log warn;
pid logs/nginx.pid;
events { worker_connections 16384; }
http {
  access_log logs/access.log;
  keepalive_requests 1000000;
  keepalive_timeout 600s;
  client_body_temp_path temp;
  proxy_temp_path temp;
  fastcgi_temp_path temp;
  uwsgi_temp_path temp;
  scgi_temp_path temp;
  types { text/html html; application/octet-stream bin; }
  sendfile on;
  upstream backend { server 127.0.0.1:{backend}; keepalive 64; }
  server {
    listen 127.0.0.1:{port} backlog=4096;
    root html;
    location /proxied/ {
      proxy_pass http://backend/;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    }
  }
  server {
    listen 127.0.0.1:{tls_port} ssl http2;
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    root html;
  }
}
"""

# What a browser sends.
HEADERS = (
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/118.0.0.0 Safari/537.36",
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8",
    "Accept-Language: en-US,en;q=0.5", "Accept-Encoding: identity",
    "Cookie: session=9b1deb4d3b7d4bad9bdd2b0d7b3dcb6d; theme=light; consent=yes",
    "Referer: http://localhost/index.html", "Upgrade-Insecure-Requests: 1", "DNT: 1")
SMALL = [f"small-{i}.html" for i in range(50)]
LARGE = [f"large-{i}.bin" for i in range(20)]


def write_pages(folder):
    """Small files of 0.1 to 20 kB, and bodies of 10 to 200 kB; the same each time."""
    dice = random.Random(1)
    os.makedirs(folder, exist_ok=True)
    for name in SMALL + LARGE:
        size = dice.randint(100, 20000) if name in SMALL else dice.randint(10000, 200000)
        with open(os.path.join(folder, name), "wb") as f:
            f.write(dice.randbytes(size))


def tls_values(folder, port):
    cert, key = certificate(folder)
    return {"certificate": cert, "key": key, "tls_port": port}


class Case:
    """A load of `requests` requests on a server, and how it is sent."""

    def __init__(self, name, files, prefix="/", tls=False, close=False):
        self.name, self.files, self.prefix, self.tls, self.close = name, files, prefix, tls, close

    def command(self, server, requests):
        headers = [option for h in HEADERS for option in ("-H", h)]
        if self.close:  # h2load keeps connections
            return ["ab", "-q", "-n", str(requests), "-c", "20", *headers,
                    server.url(self.prefix + self.files[0])]
        port = server.values["tls_port"] if self.tls else server.port
        urls = [server.url(self.prefix + f, "https" if self.tls else "http", port)
                for f in self.files]
        protocol = ["-m4"] if self.tls else ["--h1"]
        return ["h2load", *protocol, "-n", str(requests), "-c", "20", *headers, *urls]

    def send(self, server, requests, cpu=None):
        """Requests per second; everything has to be answered."""
        pinned = ["taskset", "-c", str(cpu)] if cpu is not None else []
        said = subprocess.run([*pinned, *self.command(server, requests)], check=True, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout
        if self.close:
            done = int(re.search(r"Complete requests:\s+(\d+)", said)[1])
            failed = int(re.search(r"Failed requests:\s+(\d+)", said)[1])
            rate = re.search(r"Requests per second:\s+([\d.]+)", said)[1]
        else:
            done = int(re.search(r"(\d+) 2xx", said)[1])
            failed = int(re.search(r"(\d+) failed", said)[1])
            rate = re.search(r"([\d.]+) req/s", said)[1]
        if done != requests or failed != 0:
            raise RuntimeError(f"{self.name}: {done} of {requests} answered, {failed} failed\n{said}")
        return float(rate)


CASES = [Case("static, keep-alive", SMALL), Case("static, closing", SMALL[:1], close=True),
         Case("proxied", LARGE, prefix="/proxied/"), Case("TLS, HTTP/2", SMALL, tls=True)]
