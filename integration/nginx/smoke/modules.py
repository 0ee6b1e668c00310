"""Debian's dynamic modules, compiled for stock nginx, loaded as they are into nginx on pond."""
import glob
import os
import struct
import subprocess
import zlib

from answers import got, said
from lab import HERE, check, must, request
from server import ROOT
import config

FOLDER = os.path.join(ROOT, "build", "nginx", "modules")
# Not installed but unpacked with them: it excludes the LuaJIT that wrk may have brought, which lacks a
# symbol the module needs.
LUA = "libluajit2-5.1-2"
PACKAGES = ["libnginx-mod-http-headers-more-filter", "libnginx-mod-http-echo",
            "libnginx-mod-http-geoip", "libnginx-mod-http-image-filter", "libnginx-mod-http-ndk",
            "libnginx-mod-http-lua", "lua-resty-core", "lua-resty-lrucache", LUA]
FILES = ["ndk_http", "ngx_http_headers_more_filter", "ngx_http_echo", "ngx_http_geoip",
         "ngx_http_image_filter", "ngx_http_lua"]
LOAD = "".join(f"load_module {FOLDER}/usr/lib/nginx/modules/{f}_module.so;\n" for f in FILES)
HTTP = """
  lua_package_path "%s/usr/share/lua/5.1/?.lua;;";
  lua_shared_dict shared 1m;
  geoip_country /usr/share/GeoIP/GeoIP.dat;
  geoip_proxy 127.0.0.1;
""" % FOLDER
LOCATIONS = """
    location /more { more_set_headers "X-More: $arg_a" "Server: pond"; more_clear_headers ETag;
                     more_set_input_headers "X-In: set"; alias html/small.html; }
    location /echo { echo_before_body before; echo_duplicate 300 "abc"; echo "uri $uri $arg_a";
                     echo_location /small.html; echo_location_async /proxied/size/5000; echo_after_body after; }
    location /country { return 200 "$geoip_country_code\\n"; }
    location /image/ { alias html/; image_filter resize 8 8; image_filter_buffer 1M; }
    location /lua { content_by_lua_block {
      local t = {}
      for i = 1, 200 do t[i] = string.rep(tostring(i), 20) end
      local res = ngx.location.capture("/small.html")
      local m = ngx.re.match(res.body, "quick (\\\\w+)")
      ngx.shared.shared:incr("n", 1, 0)
      ngx.ctx.seen = ngx.var.arg_a
      ngx.header["X-Lua"] = ngx.encode_base64(ngx.sha1_bin(table.concat(t)))
      ngx.say(res.status, " ", #res.body, " ", m[1], " ", ngx.ctx.seen)
    } log_by_lua_block { ngx.shared.shared:incr("logged", 1, 0) } }
    location /luasocket { content_by_lua_block {
      for _ = 1, 3 do
        local s = ngx.socket.tcp()
        assert(s:connect("127.0.0.1", {backend}))
        s:send("GET /size/20000 HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n")
        local head = s:receiveuntil("\\r\\n\\r\\n")()
        ngx.say(#head, " ", #(s:receive(20000)))
        s:close()
      end
    } }
    location /luafilter { header_filter_by_lua_block { ngx.header.content_length = nil }
      body_filter_by_lua_block { ngx.arg[1] = string.upper(ngx.arg[1]) } alias html/large.html; }
"""


def picture():
    """A PNG of 64 by 64 points."""
    rows = b"".join(b"\0" + bytes((x * y) % 256 for x in range(64 * 3)) for y in range(64))
    chunks = ((b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0)),
              (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks)


@check
def modules_of_debian(lab):
    """headers-more, echo, geoip, image-filter and lua, with requests that use each."""
    subprocess.run([os.path.join(os.path.dirname(HERE), "fetch_modules.sh"), FOLDER, *PACKAGES],
                   check=True)
    lua, = glob.glob(os.path.join(FOLDER, "usr", "lib", "*", "libluajit-5.1.so.2"))
    environment = {**os.environ, "LD_LIBRARY_PATH": os.path.dirname(lua)}
    with open(os.path.join(lab.pages, "picture.png"), "wb") as f:
        f.write(picture())

    def ask(s):
        many = b"".join(request("/lua?a=k", close=False) for _ in range(100))
        return got(s, "/more?a=1", "/echo?a=2", "/image/picture.png", "/image/small.html",
                   "/lua?a=ctx", "/luasocket", "/luafilter") + \
            got(s, "/country", headers=("X-Forwarded-For: 8.8.8.8",)) + \
            said(s, many + request("/lua?a=last"))
    text = config.ALL.replace("http {", "http {" + HTTP, 1)
    # No kept connections of Lua's: with one open, a worker of stock nginx ends with signal 11, too.
    answer = lab.both(ask, text=LOAD + text, locations=LOCATIONS, env=environment)
    for part in (b"X-More: 1", b"before\nabcabc", b"uri /echo 2", b"US\n", b"\x89PNG", b"brown ctx",
                 b"brown last", b" 20000\n", b"THE SAME LINE"):
        must(part in answer, f"no {part!r} in {answer[:1500]!r}")
