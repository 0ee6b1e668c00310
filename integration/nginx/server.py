"""Starts and stops an nginx in a folder of its own, on free loopback ports."""
import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
LONGEST_START = 60  # seconds; under valgrind a start takes ten
# Seconds until nginx is told again to quit. Without a master it looks at the flag and then sleeps
# in epoll_wait, and a signal between the two is not seen before the next event: one in 140 times
# under valgrind, stock or not.
PATIENCE = 5
PORTS = range(15000, 32000)  # below those that the kernel gives to connections
ports = iter(random.sample(PORTS, len(PORTS)))


def free_port():
    """A port that nobody has now, and that is given out only once: nobody has to hold it."""
    for port in ports:
        with contextlib.suppress(OSError), socket.socket() as s:
            s.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no free port")


def listens(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


class Server:
    """One nginx. `config` is the text of nginx.conf; {port} and {folder} in it, and what `values`
    name, are replaced. `wrapper`: a command that runs it, valgrind for example."""

    def __init__(self, binary, folder, config, wrapper=(), cpu=None, env=None, **values):
        self.binary, self.folder, self.cpu = binary, os.path.abspath(folder), cpu
        self.wrapper, self.env = list(wrapper), env
        self.port = free_port()
        self.process = None
        for name in ("logs", "html", "temp"):
            os.makedirs(os.path.join(self.folder, name), exist_ok=True)
        self.values = {"port": self.port, "folder": self.folder, **values}
        self.configure(config)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def configure(self, config):
        for name, value in self.values.items():
            config = config.replace("{" + name + "}", str(value))
        self.has_master = "master_process off" not in config
        with open(self.path("nginx.conf"), "w") as f:
            f.write(config)

    def command(self, *options):
        pinned = ["taskset", "-c", str(self.cpu)] if self.cpu is not None else []
        return [*pinned, *self.wrapper, self.binary, "-p", self.folder + "/", "-c", "nginx.conf",
                "-e", self.path("logs", "error.log"), *options]

    def start(self):
        self.process = subprocess.Popen(
            self.command("-g", "daemon off;"), stdin=subprocess.DEVNULL, env=self.env,
            stdout=open(self.path("logs", "output"), "ab"), stderr=subprocess.STDOUT)
        self.wait_for(lambda: listens(self.port), "does not start")
        return self

    def wait_for(self, look, complaint):
        """What `look()` finds, as soon as it finds something."""
        deadline = time.monotonic() + LONGEST_START
        while not (found := look()):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self.binary} {complaint}:\n" + self.errors())
            time.sleep(0.02)
        return found

    def signal(self, number):
        self.process.send_signal(number)

    def stop(self):
        """As an administrator would: requests under way are answered. Returns the exit code."""
        if self.process is None:
            return None
        process, self.process = self.process, None
        for _ in range(LONGEST_START // PATIENCE):
            process.send_signal(signal.SIGQUIT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                return process.wait(PATIENCE)
        process.kill()
        return process.wait()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def errors(self):
        text = ""
        for name in ("output", "error.log"):
            with contextlib.suppress(OSError):
                text += open(self.path("logs", name), errors="replace").read()
        return text

    def workers(self):
        """Processes of the workers, or with `master_process off` the only one. The port is open
        before there is a worker: on a busy machine it may have to be waited for."""
        if not self.has_master:
            return [self.process.pid]
        children = self.wait_for(
            lambda: subprocess.run(["pgrep", "-P", str(self.process.pid), "-f", "worker process"],
                                   text=True, stdout=subprocess.PIPE).stdout.split(),
            "has no worker")
        return [int(p) for p in children]

    def url(self, path="/", scheme="http", port=None):
        return f"{scheme}://127.0.0.1:{port or self.port}{path}"


def resident_bytes(process):
    """What a process holds itself: resident less what it shares with files."""
    with open(f"/proc/{process}/smaps_rollup") as f:
        fields = dict(line.split(":", 1) for line in f if ":" in line)
    return sum(int(fields[k].split()[0]) for k in ("Private_Clean", "Private_Dirty")) * 1024


def user_and_system_seconds(process):
    with open(f"/proc/{process}/stat") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    tick = os.sysconf("SC_CLK_TCK")
    return int(fields[11]) / tick, int(fields[12]) / tick


def certificate(folder):
    """A self-signed one for localhost; the paths of certificate and key."""
    os.makedirs(folder, exist_ok=True)
    names = os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem")
    if not os.path.exists(names[1]):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:prime256v1", "-nodes", "-days", "3650", "-subj",
                        "/CN=localhost", "-out", names[0], "-keyout", names[1]],
                       check=True, stderr=subprocess.DEVNULL)
    return names


def build(*options):
    """The path of an nginx that integration/nginx/build.sh made, which says why it has not."""
    done = subprocess.run([os.path.join(HERE, "build.sh"), *options], text=True,
                          stdout=subprocess.PIPE)
    if done.returncode != 0:
        sys.exit(f"build.sh {' '.join(options)}: exit code {done.returncode}")
    return done.stdout.strip().splitlines()[-1]


def fresh(folder):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    return folder
