"""What happens to a server in its life: reloads, upgrades, signals, failures, long connections."""
import contextlib
import os
import re
import signal
import socket
import statistics
import subprocess
import time

import config
from backend import talk
from cases import SMALL
from lab import (alive, check, clean_afterwards, descriptors, equal, eventually, must, normal,
                 request, sockets)
from server import resident_bytes

RELOADS = 5
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


@check
def reload_under_load(lab):
    with lab.server("pond", workers=2) as server:
        for _ in range(RELOADS):
            # Connections that begin before and end after it: a closing worker answers them all.
            running = [load(server, 400, "-c", "20") for _ in range(3)]
            server.signal(signal.SIGHUP)
            for process in running:
                said = process.communicate(timeout=120)[0]
                must(" 0 4xx, 0 5xx" in said, said[-400:])
            alive(server)
        clean_afterwards(server, None)


@check
def reload_loses_no_request(lab):
    """Each request on a connection of its own, while the configuration is read again and again."""
    with lab.server("pond", workers=2) as server:
        stop = time.monotonic() + 3
        served = 0
        while time.monotonic() < stop:
            if served % 100 == 0:
                server.signal(signal.SIGHUP)
            alive(server)
            served += 1
        must(served > 200, f"only {served} requests")
        clean_afterwards(server, None)


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


@check
def killed_worker(lab):
    with lab.server("pond", level="warn") as server:
        for _ in range(3):
            worker = server.workers()[0]
            os.kill(worker, signal.SIGKILL)
            eventually(lambda: server.workers() not in ([worker], [server.process.pid]), "no new one")
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
    with lab.server("pond", level="warn") as server:
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
        both = [started.enter_context(lab.server(w, text)) for w in ("stock", "pond")]
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
    with lab.server("pond", level="warn") as server:
        worker, sizes = server.workers()[0], []
        for _ in range(30):
            for path in paths:
                talk(server.port, request(path, "Accept-Encoding: gzip"))
            sizes.append((resident_bytes(worker), len(descriptors(server))))
        must(sizes[-1][0] <= sizes[10][0] + 4 * FLAT and sizes[-1][1] == sizes[10][1],
             f"{sizes[10]} and then {sizes[-1]}")
