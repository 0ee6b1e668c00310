#!/usr/bin/env python3
"""Runs a program while its n-th call of the upstream fails, and while all from the n-th on fail, for
every n that it gets to, or up to MOST where that takes too long.

    no_memory.py MOST PROGRAM [ARGUMENT...]

It must not crash: it ends well, or with exit code 1 and a line that says why, and leaves no temporary
file. Where sanitizers are compiled in, they have to be silent, about leaks too.
"""
import os
import subprocess
import sys
import tempfile

SECONDS = 60
FOR_EVER = 10**9
ENOUGH = 3  # calls in a row from which on nothing has to come: the program makes no more of them
SANITIZERS = {"ASAN_OPTIONS": "exitcode=99", "UBSAN_OPTIONS": "exitcode=99", "LSAN_OPTIONS": "exitcode=99"}


def run(command, first, last):
    """Whether it ended well; exits when it ended as it must not."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=SECONDS,
                              env={**os.environ, **SANITIZERS, "TMPDIR": folder,
                                   "POND_OPTIONS": f"fail={first}-{last}"})
        if os.listdir(folder):
            sys.exit(f"calls {first} to {last} fail: it leaves {os.listdir(folder)}")
    refused = done.returncode == 1 and done.stderr.strip() and "Sanitizer" not in done.stderr
    if done.returncode != 0 and not refused:
        sys.exit(f"calls {first} to {last} fail: exit code {done.returncode}\n{done.stderr[-2000:]}")
    return done.returncode == 0


def main():
    most, command = int(sys.argv[1]), sys.argv[2:]
    said = well = n = 0
    while well < ENOUGH and n < most:
        n += 1
        said += not run(command, n, n)
        failed = not run(command, n, FOR_EVER)
        said += failed
        well = 0 if failed else well + 1
    if said == 0:
        sys.exit("no failure was met: is it a program over pond?")
    print(f"{said} of {2 * n} runs had no memory, and said so" +
          ("" if well == ENOUGH else f"; what comes after the first {most} calls was not tried"))


main()
