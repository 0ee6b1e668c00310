"""What a check has at hand: both nginx with the same pages, configuration and backend."""
import collections
import contextlib
import os
import re
import shutil
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

from cases import tls_values, write_pages  # noqa: E402
from server import Server, free_port, fresh  # noqa: E402

from backend import Backend, talk  # noqa: E402
from mail_backend import MailBackends  # noqa: E402
import config  # noqa: E402

CHECKS = {}
SSI_PAGE = """<!--#set var="a" value="x<1>" --><!--#echo var="a" -->
<!--#if expr="$a = /x/" -->yes<!--#else -->no<!--#endif -->
<!--#include virtual="/small.html" --><!--#include virtual="/proxied/size/3000" wait="yes" -->
<!--#include virtual="/missing.html" --><!--#config timefmt="%Y" --><!--#echo var="none" default="-" -->
"""


def check(function):
    """Registers a check; it gets the lab, and raises what is wrong."""
    CHECKS[function.__name__.replace("_", "-")] = function
    return function


class Wrong(Exception):
    pass


def equal(a, b, what=""):
    if a == b:
        return
    if isinstance(a, bytes) and isinstance(b, bytes):
        at = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
        raise Wrong(f"{what}: {len(a)} and {len(b)} bytes, different from {at} on: "
                    f"{a[max(0, at - 60):at + 60]!r} and {b[max(0, at - 60):at + 60]!r}")
    raise Wrong(f"{what}: {a!r} and {b!r}")


def must(condition, what):
    if not condition:
        raise Wrong(what)


def eventually(condition, what, patience=10):
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            raise Wrong(what() if callable(what) else what)
        time.sleep(0.02)


def dechunked(answer):
    """One answer's body in one piece: where its chunks begin depends on when the backend wrote."""
    head, _, rest = answer.partition(b"\r\n\r\n")
    if b"transfer-encoding: chunked" not in head.lower():
        return answer
    body = b""
    while match := re.match(rb"([0-9a-fA-F]+)\r\n", rest):
        size = int(match[1], 16)
        body += rest[match.end():match.end() + size]
        rest = rest[match.end() + size + 2:]
        if size == 0:
            return head + b"\r\n\r\n" + body + rest
    return head + b"\r\n\r\n" + body + b"(cut)"


def normal(answer):
    """Without what differs from run to run: dates, boundaries, ports, chunks."""
    answer = dechunked(answer)
    answer = re.sub(rb"(Date|Expires|Last-Modified): [^\r\n]+", rb"\1: -", answer, flags=re.I)
    answer = re.sub(rb"\b\d{20}\b", b"BOUNDARY", answer)
    answer = re.sub(rb"127\.0\.0\.1:\d+", b"HOST", answer)
    return re.sub(rb"localhost:\d+", b"HOST", answer)


def request(path, *headers, method="GET", body=b"", close=True):
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *headers]
    if close:
        lines.append("Connection: close")
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Lab:
    def __init__(self, folder, source, stock, pond):
        self.source = source  # what build() needs for more of them
        self.folder, self.binaries = fresh(folder), {"stock": stock, "pond": pond}
        self.backend = Backend(MailBackends().ports)
        self.pages = os.path.join(folder, "pages")
        write_pages(self.pages)
        self.write("small.html", "the quick brown fox jumps over the lazy dog, the end.\n" * 3)
        self.write("large.html", "the same line again and again, but number %d\n" * 8000
                   % tuple(range(8000)))
        self.write("page.ssi", SSI_PAGE)

    def write(self, name, text):
        with open(os.path.join(self.pages, name), "w") as f:
            f.write(text)
        os.utime(os.path.join(self.pages, name), (1700000000, 1700000000))

    def server(self, which, text=config.ALL, wrapper=(), env=None, **values):
        """One that is not started yet, in a folder of its own."""
        folder = fresh(os.path.join(self.folder, f"{which}-{len(os.listdir(self.folder))}"))
        shutil.copytree(self.pages, os.path.join(folder, "html"))
        values = {"workers": 1, "main": "", "level": "info", "locations": "", **values}
        return Server(self.binaries[which], folder, text, wrapper, env=env, **values,
                      backend=self.backend.port, closed=free_port(), auth=self.backend.port,
                      stream_port=free_port(), stream_tls_port=free_port(),
                      smtp_port=free_port(), imap_port=free_port(), pop3_port=free_port(),
                      **tls_values(os.path.join(self.folder, "tls"), free_port()))

    @contextlib.contextmanager
    def running(self, which, *arguments, expected=None, **options):
        """One that serves, and has to end well: what is left open is only told when a worker ends.
        `expected`: what may be in its log although it is alarming."""
        with self.server(which, *arguments, **options) as server:
            yield server
            code = server.stop()
            must(code == 0, f"{which}: exit code {code}")
            quiet(server, expected)
            must(not temporary_files(server), f"{which} leaves {temporary_files(server)}")

    def both(self, ask, what="answer", **options):
        """ask(server) of both gives the same; afterwards neither has left anything behind."""
        answers = []
        for which in self.binaries:
            with self.running(which, **options) as server:
                self.warm(server)
                held = descriptors(server)
                answers.append(ask(server))
                clean_afterwards(server, held)
        equal(*answers, what)
        return answers[1]

    @staticmethod
    def warm(server):
        """Connections to the backend and a thread pool's event descriptor, once open, stay open."""
        talk(server.port, request("/proxied/size/1"))
        talk(server.port, request("/aio/small.html"))
        time.sleep(0.05)


def descriptors(server):
    return sorted(t for t in opened(server.workers()) if "socket" not in t)


def opened(processes):
    """What the descriptors of `processes` lead to. A server goes on while it is looked at: what is
    closed between the listing and the look at it is not open, and no error."""
    for process in processes:
        folder = f"/proc/{process}/fd"
        for name in os.listdir(folder):
            with contextlib.suppress(FileNotFoundError):
                yield os.readlink(os.path.join(folder, name))


def changed(before, after):
    before, after = collections.Counter(before), collections.Counter(after)
    return f"{dict(after - before)} more, {dict(before - after)} fewer"


def sockets(server):
    return sum("socket" in t for t in opened(server.workers()))


def temporary_files(server):
    return [os.path.join(at, f) for at, _, files in os.walk(server.path("temp")) for f in files
            if os.sep + "cache" + os.sep not in os.path.join(at, f)]


def clean_afterwards(server, held):
    eventually(lambda: not temporary_files(server), "temporary files are left")
    if held is not None:
        eventually(lambda: descriptors(server) == held,
                   lambda: "descriptors: " + changed(held, descriptors(server)))
    quiet(server)


def quiet(server, expected=None):
    bad = [line for line in re.findall(r".*\[(?:alert|crit|emerg)\].*", server.errors())
           if expected is None or not re.search(expected, line)]
    must(not bad, f"in the error log: {bad[:3]}")


def alive(server):
    """It still answers."""
    must(b" 200 OK" in talk(server.port, request("/small.html")), "no answer any more")
