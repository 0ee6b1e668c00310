"""No memory: the worker says so in its log, refuses the request, and goes on."""
import contextlib
import os
import re
import resource
import socket
import subprocess

from backend import talk
from lab import alive, check, eventually, must, request, descriptors
from server import resident_bytes

MOST_CALLS = 200  # of the upstream, which reading the configuration takes
WORKER_CALLS = 30
AT_ONCE = 6  # calls in a row that fail: a block is tried in two sizes, and the cache emptied for it
LITTLE_MORE = 2 << 20  # bytes

MIXTURE = [request("/small.html"), request("/proxied/size/60000"), request("/ssi/page.ssi"),
           request("/gzip/large.html", "Accept-Encoding: gzip"),
           request("/upload/echo", method="POST", body=b"b" * 30000),
           request("/small.html", *(f"X-{i}: {'y' * 3000}" for i in range(5)))]


def failing(first, last):
    return {**os.environ, "POND_OPTIONS": f"fail={first}-{last}"}


def starts(server, first, last):
    """nginx -t while some calls fail: whether it succeeds. If not, it has to say why."""
    done = subprocess.run(server.command("-t"), env=failing(first, last), stderr=subprocess.PIPE)
    must(done.returncode == 0 or done.returncode == 1 and b"Cannot allocate memory" in done.stderr,
         f"calls {first} to {last}: exit code {done.returncode}, {done.stderr[-300:]}")
    return done.returncode == 0


@check
def no_memory_while_configuring(lab):
    """Each call, and each few in a row: a line in the log and exit code 1, or all is well."""
    server = lab.server("pond")
    results = [starts(server, n, n + more) for n in range(2, 60) for more in (0, AT_ONCE)]
    must(results.count(False) > 20, f"only {results.count(False)} starts failed")


def calls_of_a_start(server):
    """After so many the configuration has been read."""
    return next(n for n in range(MOST_CALLS, 1, -1) if not starts(server, n, n + AT_ONCE)) + 1


@check
def no_memory_while_serving(lab):
    """Some calls of a worker fail: a request may then, and is logged; the next ones do not."""
    first, failures = calls_of_a_start(lab.server("pond")), 0
    for n in range(first, first + WORKER_CALLS):
        server = lab.server("pond", main="master_process off;", env=failing(n, n + AT_ONCE))
        try:
            server.start()
        except RuntimeError:  # the last of what is needed to start
            continue
        with contextlib.ExitStack() as ended:
            ended.callback(server.stop)
            for asked in MIXTURE * 2:
                with contextlib.suppress(OSError):
                    talk(server.port, asked)
            alive(server)
        failures += "Cannot allocate memory" in server.errors()
    must(failures > WORKER_CALLS // 4, f"only {failures} runs met a failure")


@check
def address_space_limit(lab):
    """RLIMIT_AS just above what the worker has: it refuses, logs, and serves on; then it recovers."""
    with lab.running("pond", expected="Cannot allocate memory|malloc|posix_memalign") as server:
        lab.warm(server)
        held, worker = descriptors(server), server.workers()[0]
        with open(f"/proc/{worker}/statm") as f:
            size = int(f.read().split()[0]) * resource.getpagesize()
        _, hard = resource.prlimit(worker, resource.RLIMIT_AS)
        resource.prlimit(worker, resource.RLIMIT_AS, (size + LITTLE_MORE, hard))
        # From a pool that exists; what a flood lacks first is new pools.
        whole = request("/inmemory/echo", method="POST", body=b"i" * 2 * LITTLE_MORE)
        must(b" 500 " in refused(server, whole), "not answered with 500")
        must(re.search(r"malloc\(\d+\) failed \(12: .*/inmemory/", server.errors()), "not logged")
        flood(server)
        must("Cannot allocate memory" in server.errors(), "the limit was never met")
        resource.prlimit(worker, resource.RLIMIT_AS, (hard, hard))  # the test runs as the worker's user
        alive(server)
        must(b" 200 OK" in talk(server.port, whole), "no memory, although there is some again")
        eventually(lambda: descriptors(server) == held, "descriptors are left")
        must(server.workers() == [worker], "the worker died")
        must(resident_bytes(worker) < size + LITTLE_MORE, "more than the limit")


def refused(server, whole):
    """Asked with its header only: a body that is on its way would have the connection reset."""
    return talk(server.port, whole[:whole.index(b"\r\n\r\n") + 4])


def flood(server):
    """Many connections at once, each of which makes the worker hold 30 kB."""
    with contextlib.ExitStack() as opened:
        for _ in range(400):
            with contextlib.suppress(OSError):
                s = opened.enter_context(socket.create_connection(("127.0.0.1", server.port), 5))
                head = request("/upload/echo", *(f"X-{i}: {'y' * 2500}" for i in range(6)),
                               "Content-Length: 8000", method="POST", close=False)
                s.sendall(head + b"z" * 7999)
