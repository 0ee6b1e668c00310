"""The same requests to both nginx: the same answers, byte for byte, and nothing left behind."""
import base64
import subprocess

from lab import check, must, normal, request
from backend import talk
from mail_backend import converse

LONG = "x" * 3000


def said(server, *requests):
    """What comes back for each request, on a connection of its own."""
    return b"\n".join(normal(talk(server.port, r)) for r in requests)


def got(server, *paths, headers=()):
    return said(server, *(request(p, *headers) for p in paths))


@check
def static_files(lab):
    answer = lab.both(lambda s: got(s, "/small.html", "/large.html", "/small-3.html", "/missing",
                                    "/", "/../etc", "/small.html?a=xyz", "/re/abc/12?a=x1"))
    must(b"quick brown" in answer and b" 404 " in answer and b"abc " in answer,
         answer[-500:])


@check
def keep_alive(lab):
    """Many requests on one connection, pipelined, the last one closes it."""
    many = b"".join(request(f"/small-{i % 50}.html", close=False) for i in range(200))
    many += request("/proxied/size/20000", close=False) * 20
    lab.both(lambda s: said(s, many + request("/small.html")))


@check
def conditions_and_ranges(lab):
    tag = 'If-None-Match: "6553f100-a2"'
    answer = lab.both(lambda s: said(
        s, request("/small.html", "If-Modified-Since: Tue, 14 Nov 2023 22:13:20 GMT"),
        request("/small.html", tag), request("/small.html", 'If-Match: "no"'),
        request("/large.html", "Range: bytes=100-299"), request("/large.html", "Range: bytes=-5"),
        request("/large.html", "Range: bytes=0-9,50-59,1000-1999"),
        request("/large.html", "Range: bytes=9999999-"), request("/slice/large.html",
                                                                 "Range: bytes=5000-9000")))
    must(answer.count(b" 206 ") == 4 and b" 304 " in answer and b" 416 " in answer and
         b"multipart/byteranges" in answer, answer[:300])


@check
def large_headers(lab):
    answer = lab.both(lambda s: said(
        s, request("/small.html", f"X-Long: {LONG}", f"Cookie: {LONG}"),
        request("/small.html", *(f"X-{i}: {LONG}" for i in range(7))),
        request("/small.html", *(f"X-{i}: {LONG}" for i in range(20))),
        request("/small.html", f"X-Long: {LONG * 4}"), request("/" + LONG * 2),
        request("/small.html", *(f"X-{i}: a" for i in range(150))),
        request("/headers/40"), b"GARBAGE\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"))
    must(b" 400 " in answer and b"X-Header-39" in answer, answer[:200])


@check
def proxying(lab):
    answer = lab.both(lambda s: got(
        s, *(f"/proxied/size/{n}" for n in (0, 1, 4096, 10000, 65536, 200000)), "/proxied/none",
        "/proxied/chunked/100", "/unbuffered/size/100000", "/unbuffered/chunked/20",
        "/spooled/size/300000", "/cached/size/50000", "/cached/size/50000", "/moved?x=1"))
    must(b"X-Cache: HIT" in answer and answer.count(b" 200 ") >= 12, answer[:200])


@check
def filters(lab):
    """gzip, SSI with subrequests, substitution, threads, subrequests that allow and refuse."""
    accept = ("Accept-Encoding: gzip",)
    answer = lab.both(lambda s: got(s, "/gzip/small.html", "/gzip/large.html", headers=accept) +
                      got(s, "/ssi/page.ssi", "/sub/small.html", "/sub/large.html",
                          "/aio/large.html", "/aio/small.html", "/allowed/small.html",
                          "/refused/small.html", "/status"))
    must(b"Content-Encoding: gzip" in answer and b"x&lt;1&gt;" in answer and b"THE" in answer and
         b" 403 " in answer, answer[:200])


@check
def uploads(lab):
    """Bodies in memory and in temporary files, which are deleted."""
    def ask(s):
        requests = [request(where + "echo", method="POST", body=b"ab" * n)
                    for where in ("/post/", "/upload/") for n in (1, 400, 5000, 300000)]
        requests.append(request("/post/echo", method="POST", body=b"x" * 5000000))
        requests.append(request("/post/echo", "Expect: 100-continue", method="PUT", body=b"y" * 70000))
        return said(s, *requests[:8], requests[9])
    answer = lab.both(ask)
    must(answer.count(b"600000 ") == 2, answer[:300])


@check
def too_large_a_body(lab):
    def ask(s):
        head = request("/post/echo", "Content-Length: 5000000", method="POST")
        return said(s, head)
    must(b" 413 " in lab.both(ask), "not refused")


@check
def real_addresses(lab):
    """realip keeps what it replaced in a cleanup that it looks for in the list."""
    answer = lab.both(lambda s: got(s, "/small.html", headers=("X-Real-IP: 10.1.2.3",)))
    must(b"X-From: 10.1.2.3" in answer, answer)


@check
def limited_connections(lab):
    """limit_conn takes its cleanups off the pool's list again."""
    import concurrent.futures

    def ask(s):
        with concurrent.futures.ThreadPoolExecutor(3) as threads:
            answers = list(threads.map(
                lambda n: talk(s.port, request("/limited/150")), range(3)))
        return sorted(a.split(b"\r\n")[0] for a in answers) + [
            talk(s.port, request("/limited/1")).split(b"\r\n")[0]]
    must(b"HTTP/1.1 503 Service Temporarily Unavailable" in lab.both(ask), "none was refused")


@check
def tls_and_http2(lab):
    def ask(s):
        urls = [s.url(p, "https", s.values["tls_port"]) for p in
                ("/small.html", "/large.html", "/proxied/size/30000", "/missing", "/ssi/page.ssi",
                 "/gzip/large.html")]
        out = b""
        for protocol in ("--http1.1", "--http2"):
            out += subprocess.run(["curl", "-sk", protocol, "-i", "-H", "X-Long: " + LONG, *urls],
                                  check=True, stdout=subprocess.PIPE).stdout
        out += subprocess.run(["curl", "-sk", "--http2", "-d", "z" * 40000,
                               s.url("/post/echo", "https", s.values["tls_port"])],
                              check=True, stdout=subprocess.PIPE).stdout
        return normal(out)
    must(lab.both(ask).count(b"HTTP/2 200") == 5, "HTTP/2 was not spoken")


@check
def many_streams(lab):
    """A hundred streams at once on each of a few connections."""
    def ask(s):
        said = subprocess.run(
            ["h2load", "-n2000", "-c4", "-m100",
             s.url("/small-1.html", "https", s.values["tls_port"]),
             s.url("/proxied/size/5000", "https", s.values["tls_port"])],
            check=True, text=True, stdout=subprocess.PIPE).stdout
        return "2000 succeeded" in said and "2000 2xx" in said
    must(lab.both(ask), "not all were answered")


@check
def stream_proxies(lab):
    """Bytes passed on, and TLS taken off."""
    def ask(s):
        plain = [normal(talk(s.values["stream_port"], request(p)))
                 for p in ("/small.html", "/proxied/size/200000")]
        secure = subprocess.run(["curl", "-sk", *(s.url(p, "https", s.values["stream_tls_port"])
                                                  for p in ("/small.html", "/large.html"))],
                                check=True, stdout=subprocess.PIPE).stdout
        return b"".join(plain) + secure
    must(lab.both(ask).count(b"quick brown") == 6, "not all came through")


@check
def mail_proxies(lab):
    """Sessions of three protocols, proxied after auth_http let them in, and refused ones."""
    def ask(s):
        smtp, imap, pop3 = (s.values[p + "_port"] for p in ("smtp", "imap", "pop3"))
        plain, wrong = (base64.b64encode(b"\0me\0" + w) for w in (b"secret", b"wrong"))
        hello = (b"", b"220"), (b"EHLO me\r\n", b"250 ")
        quit_ = (b"QUIT\r\n", b"221")
        mail = [(line, b"250") for line in (b"MAIL FROM:<a@b>\r\n", b"RCPT TO:<c@d>\r\n", b"NOOP\r\n")]
        return b"".join((
            converse(smtp, *hello, (b"AUTH PLAIN " + plain + b"\r\n", b"235"), *mail, quit_),
            converse(smtp, *hello, (b"AUTH PLAIN " + wrong + b"\r\n", b"535"), quit_),
            converse(smtp, *hello, *mail, quit_), converse(smtp, (b"", b"220"), (b"NO\r\n", b"500")),
            converse(imap, (b"", rb"\* OK"), (b"a CAPABILITY\r\n", b"a OK"),
                     (b"b LOGIN me secret\r\n", b"b "), (b"c NOOP\r\n", b"c "), (b"d LOGOUT\r\n", b"d ")),
            converse(imap, (b"", rb"\* OK"), (b"b LOGIN me wrong\r\n", b"b "), (b"d LOGOUT\r\n", b"d ")),
            converse(pop3, (b"", rb"\+OK"), (b"USER me\r\n", rb"\+OK"), (b"PASS secret\r\n", b"[+-]"),
                     (b"STAT\r\n", rb"\+OK"), (b"QUIT\r\n", rb"\+OK"))))
    answer = lab.both(ask)
    for part in (b"235 ", b"535 5.7.0 Invalid", b"b OK done", b"b NO Invalid", b"c OK done",
                 b"+OK STAT"):
        must(part in answer, f"no {part!r} in {answer!r}")
