#!/usr/bin/env python3
"""Which lines of the library the tests have run: fails when one has not, and is no exception.

    tests/checks/coverage.py BUILD     after ctest in BUILD, which is of the preset "coverage"

An exception stands in coverage_exceptions.txt beside this: the file, what the line reads, and why it
cannot be run. One that is not needed is an error, too, unless the reason begins with "by chance".
Branches are counted, and not asked for.
"""
import argparse
import json
import os
import subprocess
import sys

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
EXCEPTIONS = os.path.join(SOURCE, "tests/checks/coverage_exceptions.txt")
MEASURED = ("include/", "src/", "compat/")
# Where a compiler optimizes, it makes lines of classes that nobody ends; -O0 has those that are run.
OPTIMIZED = r".*_optimized\.dir"
BY_CHANCE = "by chance"
LONGEST = 300  # seconds; it takes fifteen, but waits for ever when one of its threads has failed


def counted(build):
    """gcovr's answer: of each file its lines, with what was counted for them and their branches."""
    command = ["gcovr", "--root", SOURCE, "-j", str(os.cpu_count()), "--json",
               # A branch to where an exception would go on is the compiler's, not ours.
               "--exclude-throw-branches", "--exclude-unreachable-branches",
               "--exclude-directories", OPTIMIZED]
    for folder in MEASURED:
        command += ["--filter", os.path.join(SOURCE, folder)]
    try:
        done = subprocess.run([*command, build], stdout=subprocess.PIPE, cwd=SOURCE, check=True,
                              timeout=LONGEST)
    except subprocess.TimeoutExpired:
        sys.exit(f"gcovr has not ended after {LONGEST} s; what it said before is why")
    return {file["file"]: [line for line in file["lines"] if not line["gcovr/noncode"]]
            for file in json.loads(done.stdout)["files"]}


def read_exceptions():
    """The reason of every exception, by (file, text)."""
    found = {}
    with open(EXCEPTIONS) as lines:
        for line in lines:
            if line.startswith("#") or not line.strip():
                continue
            name, rest = line.split(" | ", 1)
            text, reason = rest.rsplit(" | ", 1)
            if not reason.strip():
                sys.exit(f"{EXCEPTIONS}: no reason: {line}")
            found[name, text] = reason.strip()
    return found


def not_run(files):
    """(file, number, text) of every line that no test has run."""
    for name, lines in sorted(files.items()):
        with open(os.path.join(SOURCE, name)) as file:
            texts = file.read().splitlines()
        for line in lines:
            if line["count"] == 0:
                yield name, line["line_number"], texts[line["line_number"] - 1].strip()


def figure(what, run, all_of_them):
    share = 100 * run / all_of_them
    return f"{run} of {all_of_them} {what} ({share:.1f} %)"


def report(files, excepted):
    """One line a file, and one for all of them."""
    total = [0, 0, 0, 0]
    for name, lines in sorted(files.items()):
        branches = [branch for line in lines for branch in line["branches"]]
        counts = [sum(line["count"] > 0 for line in lines), len(lines),
                  sum(branch["count"] > 0 for branch in branches), len(branches)]
        total = [a + b for a, b in zip(total, counts)]
        print("{:34} lines {:4} of {:4}   branches {:4} of {:4}".format(name, *counts))
    print("coverage:", figure("lines", *total[:2]), f"with {excepted} exceptions,",
          figure("branches", *total[2:]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build", metavar="BUILD", help="of the preset coverage, after ctest")
    files = counted(parser.parse_args().build)
    if not all(any(name.startswith(folder) for name in files) for folder in MEASURED):
        sys.exit(f"of one of {', '.join(MEASURED)} nothing was counted: is nginx's source there?")
    exceptions = read_exceptions()
    missed = list(not_run(files))
    wrong = [f"{name}:{number}: not run: {text}" for name, number, text in missed
             if (name, text) not in exceptions]
    excepted = len(missed) - len(wrong)
    wrong += [f"{name}: an exception that is not needed: {text}" for name, text in
              sorted(exceptions.keys() - {(name, text) for name, _, text in missed})
              if not exceptions[name, text].startswith(BY_CHANCE)]
    report(files, excepted)
    for line in wrong:
        print(line, file=sys.stderr)
    sys.exit(1 if wrong else 0)


main()
