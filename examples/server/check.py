#!/usr/bin/env python3
"""Asks a server of this example for what it has and has not, and sees that it ends cleanly.

    check.py PROGRAM
"""
import contextlib
import http.client
import json
import os
import resource
import socket
import subprocess
import sys
import time
import unittest

from running import Server

SECONDS = 10  # until what should answer is given up
SANITIZED = 1 << 40  # bytes of address space that only a sanitizer takes
LITTLE_MORE = 1 << 20  # bytes that are left while there is no memory
CALLS = 12  # of the upstream, in which a server meets everything it does with memory
AT_ONCE = 4
IDLE = 8  # clients, more than there are descriptors for
BUSY = 0.1  # of a processor: more than a server needs that waits
FLOOD = 300  # connections, each of which needs ten thousand of them


class Answers(unittest.TestCase):
    program = None

    def setUp(self):
        self.server = Server(self.program)

    def tearDown(self):
        if self.server.status is None:
            self.server.__exit__()
        self.assertEqual(self.server.status, 0, "a clean exit on SIGTERM")

    def connect(self):
        made = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=SECONDS)
        self.addCleanup(made.close)
        return made

    def ask(self, connection, target, method="GET", **headers):
        connection.request(method, target, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Content-Type"), answer.read()

    def raw(self, sent):
        """Everything that the server says to these bytes until it closes the connection."""
        with socket.create_connection(("127.0.0.1", self.server.port), SECONDS) as client:
            client.sendall(sent)
            client.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: client.recv(4096), b""))

    def wait_until(self, holds):
        end = time.monotonic() + SECONDS
        while not holds():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.02)

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.server.process.pid}/fd"))

    def processor_time(self):
        """Seconds of it that the server has used."""
        with open(f"/proc/{self.server.process.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")  # utime, stime

    def test_a_product(self):
        connection = self.connect()
        for related in (0, 1, 5, 12):  # over one connection
            status, kind, body = self.ask(
                connection, f"/products/7?related={related}&a=b",
                **{"Accept-Language": "de, en;q=0.5", "X-Long": "x" * 2000})
            self.assertEqual((status, kind), (200, "application/json"))
            page = json.loads(body)
            self.assertEqual(len(page["related"]), related)
            self.assertEqual(page["query"], {"related": str(related), "a": "b"})
            self.assertEqual(page["languages"], ["de", "en"])
            self.assertEqual(len(page["product"]["tags"]), 4)
            self.assertRegex(page["product"]["prices"][0], r"^\d+\.\d\d EUR, free delivery$")
            self.assertEqual(page["product"]["link"], "/products/7?from=related")

    def test_the_same_over_many_connections(self):
        connections = [self.connect() for _ in range(50)]
        answers = {self.ask(one, "/products/999")[2] for one in connections * 2}
        self.assertEqual(len(answers), 1)

    def test_what_is_not_there(self):
        for target in ("/", "/products/1000", "/products/", "/products/1x", "/products/-1",
                       "/products/99999999999999999999999"):
            self.assertEqual(self.ask(self.connect(), target)[0], 404, target)

    def test_other_methods(self):
        connection = self.connect()
        for method in ("POST", "DELETE", "BREW"):
            connection.request(method, "/products/1")
            answer = connection.getresponse()
            answer.read()
            self.assertEqual((answer.status, answer.getheader("Allow")), (405, "GET, HEAD"), method)
        self.assertEqual(self.ask(connection, "/products/1")[0], 200, "goes on")

    def test_head(self):
        """What GET answers, without the body, which the next answer would otherwise begin with."""
        connection = self.connect()
        for target in ("/products/7?related=2", "/products/1000"):
            answers = {}
            for method in ("HEAD", "GET"):
                connection.request(method, target)
                answer = connection.getresponse()
                answers[method] = answer.status, answer.getheaders()
                body = answer.read()
            self.assertEqual(answers["HEAD"], answers["GET"])
            self.assertEqual(answer.getheader("Content-Length"), str(len(body)))
        said = self.raw(b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" * 2)
        self.assertEqual([one[:9] for one in said.split(b"\r\n\r\n")], [b"HTTP/1.1 ", b"HTTP/1.1 ", b""])

    def test_malformed(self):
        for sent in (b"nonsense\r\n\r\n", b"GET /products/1 HTTP/7.7\r\n\r\n",
                     b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
                     b"GET / HTTP/1.1\r\nX: " + b"x" * 20000 + b"\r\n\r\n",
                     b"POST / HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n"):
            self.assertTrue(self.raw(sent).startswith(b"HTTP/1.1 400 "), sent[:40])
        self.assertEqual(self.raw(b"GET /products/1 HT"), b"", "a request that does not end")
        self.assertEqual(self.ask(self.connect(), "/products/1")[0], 200, "goes on")

    def test_pipelined(self):
        said = self.raw(b"GET /products/1 HTTP/1.1\r\nHost: a\r\n\r\n" * 3)
        self.assertEqual(said.count(b"HTTP/1.1 200 OK"), 3)

    def test_without_memory(self):
        """What there is no memory for is refused; afterwards everything is as before."""
        process = self.server.process.pid
        with open(f"/proc/{process}/statm", encoding="ascii") as statm:
            size = int(statm.read().split()[0]) * resource.getpagesize()
        if size > SANITIZED:
            self.skipTest("AddressSanitizer has no limit of its own")
        before = self.descriptors()
        half = b"GET /products/1 HTTP/1.1\r\nX: " + b"x" * 5000
        whole = b"GET /products/7?related=12&q=" + b"x" * 5000 + b" HTTP/1.1\r\nHost: a\r\n\r\n"
        for sent in (half, whole):
            limits = resource.prlimit(process, resource.RLIMIT_AS, (size + LITTLE_MORE, -1))
            with contextlib.ExitStack() as opened:
                for _ in range(FLOOD):
                    client = socket.create_connection(("127.0.0.1", self.server.port), SECONDS)
                    opened.enter_context(client)
                    with contextlib.suppress(ConnectionError):
                        client.sendall(sent)
            resource.prlimit(process, resource.RLIMIT_AS, limits)
            self.assertEqual(self.ask(self.connect(), "/products/1")[0], 200, "goes on")
        self.wait_until(lambda: self.descriptors() <= before + 2)

    def test_without_descriptors(self):
        """Clients wait until there are some again, and the server does so without haste."""
        process = self.server.process.pid
        full = self.descriptors() + IDLE // 2
        _, most = resource.prlimit(process, resource.RLIMIT_NOFILE)
        resource.prlimit(process, resource.RLIMIT_NOFILE, (full, most))
        with contextlib.ExitStack() as opened:
            for _ in range(IDLE):
                opened.enter_context(socket.create_connection(("127.0.0.1", self.server.port), SECONDS))
            self.wait_until(lambda: self.descriptors() == full)
            before = self.processor_time()
            time.sleep(1)
            self.assertLess(self.processor_time() - before, BUSY)
            self.assertEqual(self.descriptors(), full)
        self.assertEqual(self.ask(self.connect(), "/products/1")[0], 200, "goes on")

    def test_what_is_not_ascii(self):
        for target in (b"/products/7?q=\xff\xfe", b"/products/7?\x80=1", b"/products/7\xfc"):
            said = self.raw(b"GET " + target + b" HTTP/1.1\r\nHost: a\r\n\r\n")
            self.assertTrue(said.startswith(b"HTTP/1.1 400 "), target)

    def test_each_call_of_the_upstream_that_fails(self):
        """... and the few behind it: a connection may be lost, the next one is not. (Only where pools
        are the server's memory anything fails.)"""
        for n in range(1, CALLS):
            with Server(self.program, POND_OPTIONS=f"fail={n}-{n + AT_ONCE}") as server:
                for _ in range(1 + (AT_ONCE + 1) + 1):  # before, each that fails, and afterwards
                    asked = http.client.HTTPConnection("127.0.0.1", server.port, timeout=SECONDS)
                    status = None
                    with contextlib.suppress(http.client.HTTPException, ConnectionError), contextlib.closing(asked):
                        status = self.ask(asked, "/products/7?related=5")[0]
                self.assertEqual(status, 200, f"call {n}")
            self.assertEqual(server.status, 0, f"call {n}")

    def test_a_port_that_is_taken(self):
        second = subprocess.run([self.program, "--port", str(self.server.port)], capture_output=True,
                                text=True, timeout=SECONDS)
        self.assertEqual(second.returncode, 1)
        self.assertRegex(second.stderr, r"^[^\n]*: port \d+: Address already in use\n$")

    def test_stops_with_connections_open(self):
        idle = socket.create_connection(("127.0.0.1", self.server.port), SECONDS)
        half = socket.create_connection(("127.0.0.1", self.server.port), SECONDS)
        half.sendall(b"GET /products/1 HTTP/1.1\r\nHo")
        self.assertEqual(self.ask(self.connect(), "/products/1")[0], 200)
        self.server.__exit__()  # tearDown looks at how
        idle.close()
        half.close()


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    Answers.program = sys.argv.pop(1)
    unittest.main()
