"""What happens to a server in its life: reloads, upgrades, signals, failures, long connections."""
import contextlib
import http.client
import os
import re
import signal
import socket
import statistics
import subprocess
import threading
import time

import config
from backend import talk
from cases import SMALL
from lab import (alive, check, clean_afterwards, descriptors, equal, eventually, must, normal,
                 quiet, request, sockets, temporary_files)
from server import resident_bytes

LOAD_SECONDS = 4
SERVER_BLOCKS = 5000
LONG_CONNECTION = 100000
FLAT = 64 * 1024  # bytes


def load(server, requests, *options):
    return subprocess.Popen(["h2load", "--h1", "-n", str(requests), *options,
                             *(server.url("/" + f) for f in SMALL[:10])],
                            text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def all_answered(process, requests):
    said = process.communicate(timeout=120)[0]
    must(f"{requests} 2xx" in said and f"{requests} succeeded" in said, said[-400:])


class Client(threading.Thread):
    """Asks again and again on connections that are kept while the server keeps them. One that is
    closed between two requests is the server's right; anything else is a lost request."""

    def __init__(self, server, path, until):
        super().__init__()
        self.port, self.until, self.path = server.port, until, path
        self.answered, self.lost = 0, []
        self.start()

    def run(self):
        kept = None
        while time.monotonic() < self.until:
            used, kept = kept, kept or http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            try:
                kept.request("GET", self.path)
                answer = kept.getresponse()
                answer.read()
                self.answered += 1
                if answer.status != 200:
                    self.lost.append(answer.status)
                if answer.will_close:
                    kept = None
            except (http.client.HTTPException, OSError) as error:
                # before the first byte of an answer, on a connection that had been used before
                if used is None or not isinstance(error, ConnectionError):
                    self.lost.append(repr(error))
                kept = None


@check
def reload_under_load(lab):
    """Kept connections, proxied ones, closed ones: while the configuration is read again and again."""
    with lab.running("pond", workers=2) as server:
        until = time.monotonic() + LOAD_SECONDS
        clients = [Client(server, p, until) for p in
                   ("/small.html", "/small.html", "/proxied/size/60000", "/large.html", "/slow/30")]
        reloads, served = 0, 0
        while time.monotonic() < until:
            server.signal(signal.SIGHUP)
            reloads += 1
            for _ in range(20):
                alive(server)
                served += 1
        for client in clients:
            client.join()
            must(not client.lost, f"{client.path}: {len(client.lost)} lost: {client.lost[:3]}")
        answered = sum(c.answered for c in clients) + served
        must(reloads > 5 and answered > 300, f"only {reloads} reloads, {answered} requests")
        clean_afterwards(server, None)
        return f"{reloads} reloads, {answered} requests"


def pid_in(path):
    with contextlib.suppress(OSError, ValueError):
        return int(open(path).read())
    return None


@check
def binary_upgrade(lab):
    """As a daemon: only then nginx lets a new binary take over."""
    server = lab.server("pond")
    subprocess.run(server.command(), check=True)
    pid_file = server.path("logs", "nginx.pid")
    eventually(lambda: pid_in(pid_file), "no process")
    old = pid_in(pid_file)
    os.kill(old, signal.SIGUSR2)
    eventually(lambda: pid_in(pid_file + ".oldbin") == old and pid_in(pid_file) not in (None, old),
               "no new master")
    new = pid_in(pid_file)
    os.kill(old, signal.SIGWINCH)
    alive(server)
    os.kill(old, signal.SIGQUIT)
    eventually(lambda: not os.path.exists(f"/proc/{old}/exe"), "the old one does not end")
    alive(server)
    os.kill(new, signal.SIGQUIT)
    eventually(lambda: not os.path.exists(f"/proc/{new}/exe"), "the new one does not end")
    quiet(server)
    must(not temporary_files(server) and not os.path.exists(pid_file), "files are left")


@check
def killed_worker(lab):
    with lab.running("pond", level="warn", expected="exited on signal 9") as server:
        for _ in range(3):
            worker = server.workers()[0]
            os.kill(worker, signal.SIGKILL)
            eventually(lambda: server.workers() != [worker], "no new one")
            alive(server)


@check
def failing_backends(lab):
    def ask(s):
        requests = ["/broken/x", "/retried/x", "/slow/1000", "/slow/1", "/proxied/abort/100000",
                    "/unbuffered/abort/100000", "/cached/abort/50000", "/spooled/abort/200000"]
        return b"\n".join(normal(talk(s.port, request(r))) for r in requests)
    answer = lab.both(ask)
    must(b" 502 " in answer and b" 504 " in answer and b"fallback" in answer, answer[:300])


@check
def aborted_connections(lab):
    """Clients that leave in the middle of a header, a body, an answer."""
    def ask(s):
        before = sockets(s)
        for i in range(60):
            part = (b"GET /small.html HT", request("/proxied/size/3000000"),
                    request("/post/echo", "Content-Length: 50000", method="POST") + b"x" * 20000,
                    request("/spooled/size/3000000"), request("/aio/large.html"))[i % 5]
            with socket.create_connection(("127.0.0.1", s.port), 10) as c:
                c.sendall(part)
                if i % 2:
                    c.recv(1000) if i % 5 in (1, 3, 4) else None
                    c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        eventually(lambda: sockets(s) <= before + 16, "sockets are left")
        alive(s)
    lab.both(ask)


@check
def a_long_connection(lab):
    """100 000 requests on one connection: what the worker holds stays what it was."""
    with lab.running("pond", level="warn") as server:
        worker = server.workers()[0]
        process = load(server, LONG_CONNECTION, "-c", "1", "-m", "1")
        sizes = []
        while process.poll() is None:
            time.sleep(0.2)
            sizes.append(resident_bytes(worker))
        all_answered(process, LONG_CONNECTION)
        early, late = sizes[len(sizes) // 5], sizes[len(sizes) * 4 // 5]  # not when it is closed
        must(late <= early + FLAT, f"{early} bytes, and later {late}")


def large_configuration():
    blocks = "".join(f"server {{ listen 127.0.0.1:{{port}}; server_name host{i}.test; "
                     f"location /a {{ return 200 'a{i}\\n'; }} "
                     f"location ~ ^/b(\\d+) {{ return 200 'b{i} $1\\n'; }} }}\n"
                     for i in range(SERVER_BLOCKS))
    return config.MAIN + "http { access_log off; server_names_hash_max_size 65536;\n" + blocks + "}"


@check
def many_server_blocks(lab):
    """5 000 server blocks answer as stock's; reading them is not slower."""
    text = large_configuration()
    with contextlib.ExitStack() as started:
        both = [started.enter_context(lab.running(w, text)) for w in ("stock", "pond")]
        asked = [f"GET {p} HTTP/1.1\r\nHost: host{i}.test\r\nConnection: close\r\n\r\n".encode()
                 for i in (0, 1234, 4999) for p in ("/a", "/b77", "/c")]
        equal(*(b"".join(normal(talk(s.port, r)) for r in asked) for s in both), "answers")
        times = {0: [], 1: []}
        for _ in range(5):
            for i, server in enumerate(both):
                begin = time.monotonic()
                subprocess.run(server.command("-t"), check=True, stderr=subprocess.DEVNULL)
                times[i].append(time.monotonic() - begin)
        stock, pond = (statistics.median(t) for t in times.values())
        must(pond < 1.25 * stock, f"nginx -t: {pond:.3f} s, stock {stock:.3f} s")
        return f"nginx -t of {SERVER_BLOCKS} blocks: {stock:.3f} s stock, {pond:.3f} s pond"


@check
def no_growth_over_requests_of_every_kind(lab):
    """The same mixture again and again: descriptors and memory as after the first times."""
    paths = ["/small.html", "/ssi/page.ssi", "/gzip/large.html", "/proxied/size/50000", "/missing",
             "/sub/large.html", "/spooled/size/100000", "/aio/large.html", "/cached/size/1000"]
    with lab.running("pond", level="warn") as server:
        worker, sizes = server.workers()[0], []
        for _ in range(30):
            for path in paths:
                talk(server.port, request(path, "Accept-Encoding: gzip"))
            sizes.append((resident_bytes(worker), len(descriptors(server))))
        must(sizes[-1][0] <= sizes[10][0] + 4 * FLAT and sizes[-1][1] == sizes[10][1],
             f"{sizes[10]} and then {sizes[-1]}")
