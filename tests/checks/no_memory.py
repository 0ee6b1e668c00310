#!/usr/bin/env python3
"""Runs a program while its n-th call of the upstream fails, and while all from the n-th on fail, for
every n up to MOST, which is as many as time allows.

    no_memory.py MOST PROGRAM [ARGUMENT...]

It must not crash: it ends well, or with exit code 1 and a line that says why. Where sanitizers are
compiled in, they have to be silent, about leaks too.
"""
import os
import subprocess
import sys

SECONDS = 60
FOR_EVER = 10**9
SANITIZERS = {"ASAN_OPTIONS": "exitcode=99", "UBSAN_OPTIONS": "exitcode=99", "LSAN_OPTIONS": "exitcode=99"}


def run(command, first, last):
    """Whether it ended well; exits when it ended as it must not."""
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=SECONDS,
                          env={**os.environ, **SANITIZERS, "POND_OPTIONS": f"fail={first}-{last}"})
    refused = done.returncode == 1 and done.stderr.strip() and "Sanitizer" not in done.stderr
    if done.returncode != 0 and not refused:
        sys.exit(f"calls {first} to {last} fail: exit code {done.returncode}\n{done.stderr[-2000:]}")
    return done.returncode == 0


def main():
    most, command = int(sys.argv[1]), sys.argv[2:]
    failed = 0
    for n in range(1, most + 1):
        results = (run(command, n, n), run(command, n, FOR_EVER))
        failed += results.count(False)
    if failed == 0:
        sys.exit("no failure was met: is it a program over pond?")
    print(f"{failed} of {2 * most} runs had no memory, and said so")


main()
