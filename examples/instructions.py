#!/usr/bin/env python3
"""Counts the instructions of an example's ways to do the same, and prints them over those with pond.

    examples/instructions.py PROGRAM [ARGUMENT...]

PROGRAM is the built example: containers, expression, format or json. A row for each way but pond's,
which is the last; a column for each text; a table for each library. Needs valgrind.
"""
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
                                "tests", "cost"))
from callgrind import dumped  # noqa: E402


def counted(command):
    """[(library, text, way, instructions)], in their order."""
    try:
        names = dumped(*command, "--measure", "--instructions")
    except subprocess.CalledProcessError as error:
        sys.exit(f"{error.stderr}{command[0]}: exit code {error.returncode}")
    except ValueError as error:  # documents of one name
        sys.exit(str(error))
    if not names:
        sys.exit(f"{command[0]}: measures nothing that is marked for callgrind")
    return [(*name.split("\t"), instructions) for name, instructions in names.items()]


def tables_of(marked):
    """{library: {way: {text: instructions}}}, all in their order."""
    tables = {}
    for library, text, way, instructions in marked:
        tables.setdefault(library, {}).setdefault(way, {})[text] = instructions
    return tables


def print_table(library, ways):
    *others, ponds = ways
    texts = list(ways[ponds])
    print(f"| {library} | {' | '.join(texts)} |\n|---|{'---:|' * len(texts)}")
    for way in others:
        ratios = [f"{ways[way][text] / ways[ponds][text]:.3f}" for text in texts]
        print(f"| {way} | {' | '.join(ratios)} |")
    print()


def main():
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    if shutil.which("valgrind") is None:
        sys.exit("instructions.py needs valgrind")
    for library, ways in tables_of(counted(sys.argv[1:])).items():
        print_table(library, ways)


if __name__ == "__main__":
    main()
