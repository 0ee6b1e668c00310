"""A server of this example while it runs."""
import os
import re
import signal
import subprocess
import threading

LONGEST_END = 10  # seconds from SIGTERM until it is killed


class Server:
    """Started on a free port of the loopback interface; stopped by SIGTERM at the end.

    After that, `usage` is what the process used (resource.struct_rusage) and `status` its exit code.
    """

    def __init__(self, *command, cpu=None, preload=None, stderr=None, **environment):
        environment = dict(os.environ, **environment, **({"LD_PRELOAD": preload} if preload else {}))
        pin = (lambda: os.sched_setaffinity(0, {cpu})) if cpu is not None else None
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, text=True,
                                        env=environment, preexec_fn=pin)
        said = self.process.stdout.readline()
        found = re.search(r"listening on 127\.0\.0\.1:(\d+)", said)
        if found is None:
            self.process.kill()
            raise RuntimeError(f"{command} did not start: {said!r}")
        self.port = int(found.group(1))
        self.usage = self.status = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        last_resort = threading.Timer(LONGEST_END, self.process.kill)
        last_resort.start()
        _, status, self.usage = os.wait4(self.process.pid, 0)
        last_resort.cancel()
        self.status = self.process.returncode = os.waitstatus_to_exitcode(status)
        self.process.stdout.close()

    def url(self, target):
        return f"http://127.0.0.1:{self.port}{target}"

    def resident(self):
        """KiB that are resident now."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return int(re.search(r"VmRSS:\s+(\d+) kB", status.read()).group(1))
