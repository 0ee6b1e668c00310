#!/usr/bin/env python3
"""clang-tidy over all sources of ours: tests/checks/lint.py BUILD [SOURCE...]

BUILD was configured with clang. A source of several targets is looked at once, as the first of them
compiles it, and the sources one by one in alphabetical order on every processor.
"""
import argparse
import json
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, "build") + os.sep  # nginx's sources, and what CMake writes
# A source has to name what it includes, and clang-tidy reads what was not precompiled for it.
PRECOMPILED = re.compile(r"-Xclang -include(-pch)? -Xclang \S+cmake_pch\S+")


def sources(build):
    """The compilation database with one entry a source."""
    with open(os.path.join(build, "compile_commands.json")) as f:
        entries = {entry["file"]: entry for entry in reversed(json.load(f))}
    for entry in entries.values():
        entry["command"] = PRECOMPILED.sub("", entry["command"])
    return [entries[file] for file in sorted(entries) if not file.startswith(BUILD)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build", metavar="BUILD")
    parser.add_argument("sources", nargs="*", metavar="SOURCE", help="default: all")
    options = parser.parse_args()
    folder = os.path.join(options.build, "lint")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "compile_commands.json"), "w") as f:
        json.dump(sources(options.build), f)
    patterns = [os.path.abspath(source) + "$" for source in options.sources]
    return subprocess.run(["run-clang-tidy-14", "-quiet", "-p", folder, "-j", str(os.cpu_count()), *patterns]).returncode


if __name__ == "__main__":
    sys.exit(main())
