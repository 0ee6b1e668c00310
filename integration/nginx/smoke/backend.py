"""What nginx proxies to: an HTTP server whose answers say what it was sent, and some that misbehave."""
import hashlib
import http.server
import socket
import threading
import time


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def answer(self, body, status=200, **headers):
        self.send_response_only(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if "Auth-Protocol" in self.headers:
            self.authenticate()
            return
        what, _, argument = self.path.lstrip("/").partition("/")
        if what == "size":
            self.answer((b"0123456789abcdef" * (int(argument) // 16 + 1))[:int(argument)],
                        Content_Type="text/plain")
        elif what == "slow":
            time.sleep(int(argument) / 1000)
            self.answer(b"late\n")
        elif what == "headers":
            self.answer(b"many\n", **{f"X_Header_{i}": "v" * 100 for i in range(int(argument))})
        elif what == "abort":  # says more than it sends
            self.send_response_only(200)
            self.send_header("Content-Length", argument)
            self.end_headers()
            self.wfile.write(b"x" * (int(argument) // 2))
            self.close_connection = True
        elif what == "chunked":
            self.chunked(int(argument))
        else:
            self.answer(b"nothing\n", 404)

    def authenticate(self):
        """What nginx's mail proxy asks: may this user in, and where to?"""
        if self.headers.get("Auth-Pass") == "wrong":
            self.answer(b"", Auth_Status="Invalid login or password", Auth_Wait="1")
        else:
            port = self.server.mail_ports[self.headers["Auth-Protocol"]]
            self.answer(b"", Auth_Status="OK", Auth_Server="127.0.0.1", Auth_Port=str(port))

    def chunked(self, count):
        self.send_response_only(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for i in range(count):
            part = b"%d" % i * 50
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
        self.wfile.write(b"0\r\n\r\n")

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.answer(f"{len(body)} {hashlib.sha1(body).hexdigest()}\n".encode())

    do_PUT = do_POST


class Backend(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def __init__(self, mail_ports):
        super().__init__(("127.0.0.1", 0), Handler)
        self.mail_ports = mail_ports
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *_):
        pass  # clients that go away are what some checks are about


def talk(port, data, patience=10):
    """Sends, and reads until the other side closes."""
    with socket.create_connection(("127.0.0.1", port), patience) as s:
        s.sendall(data)
        received = b""
        while more := s.recv(65536):
            received += more
        return received
