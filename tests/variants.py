"""Copies of the sources in which something is replaced, built apart."""
import os
import queue
import shutil
import subprocess
import threading

SOURCE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MOST_MEMORY = 4 << 30  # bytes; a quota that does not hold would take all there is
LONGEST = 120  # seconds of a processor; the tests of one variant take less than two
MOST_WAITED = 10  # times as long on the clock, for other work on the machine and for what sleeps


def run(command, **options):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          **options)


def each(items, jobs, begin, work):
    """Calls work(own, item) for every item, so many at a time: each thread has an `own`, which is
    what begin(its number) gave it. Raises what one of them raised."""
    waiting, raised = queue.SimpleQueue(), []
    for item in items:
        waiting.put(item)

    def run_all(number):
        try:
            own = begin(number)
            while not raised:
                work(own, waiting.get_nowait())
        except queue.Empty:
            pass
        except BaseException as error:
            raised.append(error)

    # Daemons: an interrupt ends the program, and at most the last seconds are tried again.
    threads = [threading.Thread(target=run_all, args=(n,), daemon=True) for n in range(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if raised:
        raise raised[0]


class Variant:
    """One copy, below build/, in which one replacement at a time is built."""

    def __init__(self, name, *cmake_options):
        self.folder = os.path.join(SOURCE, "build", name)
        os.makedirs(self.folder, exist_ok=True)
        self._copy_sources()
        if not os.path.exists(self.path("data")):
            os.symlink(os.path.join(SOURCE, "data"), self.path("data"))
        # Warnings off: what was replaced may leave something unused.
        configured = run(["cmake", "-S", self.folder, "-B", self.path("build"), "-G", "Ninja",
                          "-DCMAKE_BUILD_TYPE=Release", "-DPOND_WARNINGS=OFF",
                          # Not while building, where a test that hangs would be a build that fails.
                          "-DCMAKE_GTEST_DISCOVER_TESTS_DISCOVERY_MODE=PRE_TEST", *cmake_options])
        if configured.returncode != 0:
            raise RuntimeError(configured.stdout[-4000:])

    def path(self, name):
        return os.path.join(self.folder, name)

    def _copy_sources(self):
        listed = run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
                     cwd=SOURCE).stdout.split("\0")
        for name in filter(None, listed):
            if name.startswith("data/") or not os.path.exists(os.path.join(SOURCE, name)):
                continue
            os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
            text = open(os.path.join(SOURCE, name), "rb").read()
            if not os.path.exists(self.path(name)) or text != open(self.path(name), "rb").read():
                shutil.copy(os.path.join(SOURCE, name), self.path(name))

    def build(self, *targets):
        """None, or what the compiler said."""
        built = run(["cmake", "--build", self.path("build"), "--target", *targets])
        return None if built.returncode == 0 else built.stdout[-4000:]

    def passes(self, command, longest=None, **environment):
        """Whether a command succeeds in time."""
        longest = longest or LONGEST
        # timeout ends what the tests have forked, too.
        result = run(["timeout", "-s", "KILL", str(MOST_WAITED * longest),
                      "prlimit", f"--cpu={longest}", *command], errors="replace",
                     # Names of temporary files are the same in every run of the tests.
                     env={**os.environ, "TEST_TMPDIR": self.folder + "/", **environment})
        return result.returncode == 0

    def survives(self, tests="*", longest=None, environment=None, program="pond_tests"):
        """Whether all of these tests pass; hanging, or taking too much memory, is failing."""
        # A sanitizer, which has a limit of its own in the environment, reserves more than this.
        limit = [] if environment else [f"--as={MOST_MEMORY}"]
        return self.passes(["prlimit", *limit, "--core=0", self.path("build/tests/" + program),
                            "--gtest_filter=" + tests, "--gtest_brief=1", "--gtest_fail_fast"],
                           longest, **(environment or {}))

    def replaced(self, name, old, new):
        """While it lasts, `new` stands in the copy of a file where `old` stood, once."""
        text = open(self.path(name)).read()
        if text.count(old) != 1:
            raise ValueError(f"what it replaces is {text.count(old)} times in {name}")
        return self.rewritten(name, text, text.replace(old, new))

    def rewritten(self, name, text, changed):
        """While it lasts, the copy of a file, whose text is `text`, reads as `changed`."""
        if open(self.path(name)).read() != text:
            raise RuntimeError(f"{name} was changed meanwhile")
        return _Replacement(self.path(name), text, changed)


class _Replacement:
    def __init__(self, path, text, changed):
        self.path, self.text, self.changed = path, text, changed

    def __enter__(self):
        open(self.path, "w").write(self.changed)

    def __exit__(self, *_):
        open(self.path, "w").write(self.text)
