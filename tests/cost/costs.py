#!/usr/bin/env python3
"""Counts the instructions that operations take, and compares them with those in docs/costs.md.

    tests/cost/costs.py PROGRAM            each has to take what the manual says
    tests/cost/costs.py PROGRAM --record   the manual says what each takes

PROGRAM is the built operations.cpp. What g++ 12 makes for x86-64 with -O2 is always the same.
"""
import argparse
import os
import re
import sys

from callgrind import dumped

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGE = os.path.join(SOURCE, "docs", "costs.md")
HEAD = "| operation | instructions |\n|---|---:|\n"
TABLE = re.compile(re.escape(HEAD) + r"((?:\|.*\n)*)")
NOTHING = "nothing"  # what the program itself takes for each
# What the C library has for memset and memcpy depends on the processor.
MOST_APART = 0.02


def counted(program):
    """The instructions of each operation, in their order."""
    result = dumped(program)
    own = result.pop(NOTHING)
    return {name: instructions - own for name, instructions in result.items()}


def recorded(text):
    rows = re.findall(r"^\| (.*) \| (\d+) \|$", TABLE.search(text)[1], re.MULTILINE)
    return {name: int(instructions) for name, instructions in rows}


def differences(now, before):
    for name in sorted(now.keys() | before.keys()):
        a, b = now.get(name), before.get(name)
        if a is None or b is None or abs(a - b) > MOST_APART * b:
            yield f"{name}: {'no' if a is None else a} instructions, and docs/costs.md says {b}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("program")
    parser.add_argument("--record", action="store_true", help="write them into docs/costs.md")
    chosen = parser.parse_args()
    now, text = counted(chosen.program), open(PAGE).read()
    if chosen.record:
        rows = "".join(f"| {name} | {instructions} |\n" for name, instructions in now.items())
        open(PAGE, "w").write(TABLE.sub(lambda _: HEAD + rows, text))
        return
    wrong = list(differences(now, recorded(text)))
    if wrong:
        sys.exit("\n".join(wrong) + "\nIf that is meant: tests/cost/costs.py PROGRAM --record")
    print(len(now), "operations take what docs/costs.md says")


main()
