#!/usr/bin/env python3
"""Counts the instructions of an example's ways to do the same, and prints them over those with pond.

    examples/instructions.py PROGRAM [ARGUMENT...]

PROGRAM is the built example: containers, expression, format or json. A row for each way but pond's,
which is the last; a column for each text; a table for each library.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
                                "tests", "cost"))
from callgrind import dumped  # noqa: E402


def tables_of(counted):
    """{library: {way: {text: instructions}}}, all in their order."""
    tables = {}
    for name, instructions in counted.items():
        library, text, way = name.split("|")
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
    for library, ways in tables_of(dumped(*sys.argv[1:], "--measure", "--instructions")).items():
        print_table(library, ways)


if __name__ == "__main__":
    main()
