"""Copies of the sources in which something is replaced, built apart."""
import os
import shutil
import subprocess

SOURCE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def run(command, **options):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          **options)


class Variant:
    """One copy, below build/, in which one replacement at a time is built."""

    def __init__(self, name, *cmake_options):
        self.folder = os.path.join(SOURCE, "build", name)
        os.makedirs(self.folder, exist_ok=True)
        self._copy_sources()
        # Warnings off: what was replaced may leave something unused.
        configured = run(["cmake", "-S", self.folder, "-B", self.path("build"), "-G", "Ninja",
                          "-DCMAKE_BUILD_TYPE=Release", "-DPOND_WARNINGS=OFF", *cmake_options])
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

    def build(self, target):
        """None, or what the compiler said."""
        built = run(["cmake", "--build", self.path("build"), "--target", target])
        return None if built.returncode == 0 else built.stdout[-4000:]

    def replaced(self, name, old, new):
        """While it lasts, `new` stands in the copy of a file where `old` stood, once."""
        return _Replacement(os.path.join(SOURCE, name), self.path(name), old, new)


class _Replacement:
    def __init__(self, original, path, old, new):
        self.path, self.text = path, open(original).read()
        if self.text.count(old) != 1:
            raise ValueError(f"what it replaces is {self.text.count(old)} times in {original}")
        self.changed = self.text.replace(old, new)

    def __enter__(self):
        open(self.path, "w").write(self.changed)

    def __exit__(self, *_):
        open(self.path, "w").write(self.text)
