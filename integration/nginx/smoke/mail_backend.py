"""Enough of SMTP, IMAP and POP3 for sessions that nginx proxies once it has authenticated them."""
import re
import socket
import socketserver
import threading


def smtp(line, _):
    return b"221 bye\r\n" if line.upper().startswith(b"QUIT") else b"250 ok\r\n"


def pop3(line, _):
    return b"+OK " + line.split(b" ")[0].strip() + b"\r\n"


def imap(line, seen):
    """nginx sends name and password as literals, each after a "+"."""
    if line.endswith(b"}\r\n"):
        seen.setdefault("tag", line.split(b" ")[0])
        return b"+ go on\r\n"
    tag = seen.pop("tag", None) or line.split(b" ")[0]
    bye = b"* BYE\r\n" if b"LOGOUT" in line else b""
    return bye + tag + b" OK done\r\n"


class Session(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.sendall(self.server.greeting)
        seen = {}
        for line in self.request.makefile("rb"):
            self.request.sendall(self.server.reply(line, seen))
            if re.search(rb"QUIT|LOGOUT", line):
                return


class MailBackend(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, greeting, reply):
        super().__init__(("127.0.0.1", 0), Session)
        self.greeting, self.reply = greeting, reply
        threading.Thread(target=self.serve_forever, daemon=True).start()


class MailBackends:
    """One for each protocol; `ports` by the names that nginx asks its auth_http with."""

    def __init__(self):
        servers = {"smtp": MailBackend(b"220 backend\r\n", smtp),
                   "imap": MailBackend(b"* OK backend\r\n", imap),
                   "pop3": MailBackend(b"+OK backend\r\n", pop3)}
        self.ports = {name: s.server_address[1] for name, s in servers.items()}


def converse(port, *turns, patience=10):
    """Sends each line when the answer to the one before it is complete, which is when a line of it
    begins as its turn says. Returns all that was said to us."""
    said = b""
    with socket.create_connection(("127.0.0.1", port), patience) as s:
        lines = s.makefile("rb")
        for sent, last in turns:
            s.sendall(sent)
            for line in lines:
                said += line
                if re.match(last, line):
                    break
    return said
