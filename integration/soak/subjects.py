"""What is soaked: nginx on pond, and the HTTP server of the examples."""
import contextlib
import os
import random
import resource
import signal
import socket
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
for folder in ("integration/nginx", "integration/nginx/smoke", "examples/server"):
    sys.path.insert(0, os.path.join(ROOT, folder))

from backend import talk  # noqa: E402
from lab import Lab, request, temporary_files  # noqa: E402
from server import build, resident_bytes  # noqa: E402
import running  # noqa: E402

PRODUCTS = "/products/{}?related=8&currency=EUR&from=newsletter-2024&sort=price"
LITTLE_MORE = 1 << 20  # bytes of address space that are left while there is no memory
FLOOD = 100  # connections at once, which ask for what there is not


class Subject:
    """Something that serves on `port`; `mixture` is what it is asked, `probe` what is timed."""
    cut_short = ()  # requests whose clients leave before the answer is there

    def workers(self):
        raise NotImplementedError

    def processes(self):
        return self.workers()

    def reload(self):
        pass

    def resident(self):
        return sum(resident_bytes(p) for p in self.processes())

    def descriptors(self):
        return sum(len(os.listdir(f"/proc/{p}/fd")) for p in self.processes())

    def ask(self):
        """One request of the mixture; the answer has to come."""
        asked = random.choice(self.mixture)
        if not talk(self.port, asked).startswith(b"HTTP/1.1 "):
            raise ConnectionError(f"no answer to {asked[:60]!r}")

    def abort(self):
        """A client that leaves in the middle of the header, the body, the answer."""
        part = random.choice(self.cut_short)
        with socket.create_connection(("127.0.0.1", self.port), 10) as c:
            c.sendall(part[:random.choice((len(part) // 2, len(part)))])
            if random.random() < 0.5:
                c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    def flood(self):
        """More than there is memory for; refused or not, what matters is what comes after."""
        with contextlib.ExitStack() as opened, contextlib.suppress(OSError):
            for _ in range(FLOOD):
                c = opened.enter_context(socket.create_connection(("127.0.0.1", self.port), 2))
                c.sendall(self.hungry)
            c.recv(1000)

    @contextlib.contextmanager
    def no_memory(self):
        before = {}
        for p in self.workers():
            with open(f"/proc/{p}/statm") as f:
                size = int(f.read().split()[0]) * resource.getpagesize()
            before[p] = resource.prlimit(p, resource.RLIMIT_AS)
            resource.prlimit(p, resource.RLIMIT_AS, (size + LITTLE_MORE, before[p][1]))
        yield
        for p, limits in before.items():
            with contextlib.suppress(ProcessLookupError):  # told by `dead`
                resource.prlimit(p, resource.RLIMIT_AS, limits)

    def dead(self):
        """What has ended that should not have, or None."""
        raise NotImplementedError


class Nginx(Subject):
    name = "nginx"
    probe = request("/small.html")
    mixture = [request(p, "Accept-Encoding: gzip") for p in (
        "/small.html", "/large.html", "/ssi/page.ssi", "/gzip/large.html", "/sub/small.html",
        "/proxied/size/50000", "/spooled/size/100000", "/cached/size/1000", "/aio/large.html",
        "/missing", "/retried/x", "/allowed/small.html", "/proxied/chunked/20")] + [
        request("/post/echo", method="POST", body=b"b" * 30000),
        request("/small.html", *(f"X-{i}: {'y' * 3000}" for i in range(5)))]
    cut_short = [request("/small.html"), request("/proxied/size/3000000"), request("/aio/large.html"),
                 request("/spooled/size/3000000"), request("/post/echo", method="POST", body=b"b" * 50000)]
    hungry = request("/upload/echo", *(f"X-{i}: {'y' * 2500}" for i in range(6)),
                     "Content-Length: 8000", method="POST", close=False) + b"z" * 7999

    def __init__(self, folder):
        self.lab = Lab(folder, (), None, build())
        self.server = self.lab.server("pond", level="error")
        self.port = self.server.port

    def __enter__(self):
        self.server.start()
        self.known = self.server.workers()
        return self

    def __exit__(self, *_):
        code = self.server.stop()
        if code != 0 or temporary_files(self.server):
            raise RuntimeError(f"nginx: exit code {code}, left {temporary_files(self.server)}")

    def workers(self):
        return self.server.workers()

    def processes(self):
        return [self.server.process.pid, *self.server.workers()]

    def reload(self):
        self.server.signal(signal.SIGHUP)

    def dead(self):
        return "a worker was killed" if "exited on signal" in self.server.errors() else None


class Example(Subject):
    name = "server"
    probe = request(PRODUCTS.format(7))
    mixture = [request(PRODUCTS.format(i)) for i in range(50)] + [
        request("/missing"), request(PRODUCTS.format(3), *(f"X-{i}: {'y' * 500}" for i in range(8)))]
    cut_short = mixture[:10]
    hungry = request(PRODUCTS.format(9), *(f"X-{i}: {'y' * 500}" for i in range(8)))[:-2]

    def __init__(self, _):
        self.program = os.path.join(ROOT, "build/release/examples/server/example_server_pond")

    def __enter__(self):
        self.server = running.Server(self.program)
        self.port = self.server.port
        return self

    def __exit__(self, *arguments):
        self.server.__exit__(*arguments)
        if self.server.status != 0:
            raise RuntimeError(f"server: exit code {self.server.status}")

    def workers(self):
        return [self.server.process.pid]

    def dead(self):
        return "it has ended" if self.server.process.poll() is not None else None


SUBJECTS = (Nginx, Example)
