"""Memory of a worker: idle keep-alive connections, and after a peak of large requests."""
import contextlib
import resource
import socket
import time

from cases import CASES
from server import resident_bytes

CONNECTIONS = 10000
PEAK_CONNECTIONS = 1000
BODY = 15000  # bytes: what client_body_buffer_size holds
ORDINARY_REQUESTS = 20000  # after the peak
SETTLED = 0.5  # seconds

NAMES = [f"bytes a connection, {CONNECTIONS} idle ones", "worker's bytes with them",
         f"worker's bytes at a peak of {PEAK_CONNECTIONS} large requests",
         "worker's bytes when it has passed"]


def get(port, path):
    s = socket.create_connection(("127.0.0.1", port), 30)
    s.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    return s


def head_of(s):
    data = b""
    while b"\r\n\r\n" not in data:
        more = s.recv(65536)
        if not more:
            raise RuntimeError("the connection was closed")
        data += more
    head, body = data.split(b"\r\n\r\n", 1)
    length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n")
                  if line.lower().startswith(b"content-length:"))
    return length - len(body)


def finish(s):
    left = head_of(s)
    while left > 0:
        left -= len(s.recv(min(left, 1 << 20)))


def begin_large(port):
    """Headers of 6 kB, and a body of which a byte lacks: nginx holds all of it."""
    s = socket.create_connection(("127.0.0.1", port), 30)
    headers = "".join(f"X-Header-{i}: {'x' * 300}\r\n" for i in range(20))
    s.sendall(f"POST /proxied/small-0.html HTTP/1.1\r\nHost: localhost\r\n{headers}"
              f"Content-Length: {BODY}\r\n\r\n".encode() + b"x" * (BODY - 1))
    return s


def allow_descriptors(wanted):
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY:
        hard = max(hard, wanted)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def idle_connections(server):
    """Bytes a connection, and of the worker, with all of them open."""
    worker = server.workers()[0]
    with get(server.port, "/small-0.html") as s:
        finish(s)
    before = resident_bytes(worker)
    with contextlib.ExitStack() as opened:
        for _ in range(CONNECTIONS):
            finish(opened.enter_context(get(server.port, "/small-0.html")))
        time.sleep(SETTLED)
        held = resident_bytes(worker)
    return (held - before) / CONNECTIONS, held


def after_a_peak(server):
    """Bytes of the worker at the peak, and when ordinary traffic has followed it."""
    worker = server.workers()[0]
    waiting = [begin_large(server.port) for _ in range(PEAK_CONNECTIONS)]
    time.sleep(SETTLED)
    peak = resident_bytes(worker)
    for s in waiting:
        s.sendall(b"x")
        finish(s)
        s.close()
    CASES[0].send(server, ORDINARY_REQUESTS)
    return peak, resident_bytes(worker)


def measure(make_server):
    """What NAMES says."""
    allow_descriptors(2 * CONNECTIONS)
    with make_server() as server:
        idle = idle_connections(server)
    with make_server() as server:
        peak = after_a_peak(server)
    return *idle, *peak
