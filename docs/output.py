#!/usr/bin/env python3
"""Runs the commands whose output stands in Markdown files, and writes it there.

    docs/output.py FILE...    each command of these files, on an idle machine, after ./run --all and ./test release

What is between two such lines is output, with the command and the day, and nothing of it is typed by hand:

    <!-- output of COMMAND -->
    <!-- end -->

COMMAND is a line for bash at the root of the project. What it prints is Markdown if it has a table or a list, and
otherwise indented as code.
"""
import datetime
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
END = "<!-- end -->\n"
COMMAND = re.compile(r"^<!-- output of (.+) -->\n", re.MULTILINE)


def write_between(path, begin, text):
    """Puts the text between the line `begin`, which is there once, and the next line END."""
    before, rest = Path(path).read_text().split(begin)
    after = rest.split(END, 1)[1]
    Path(path).write_text(before + begin + "\n" + text + "\n" + END + after)


def printed_by(command):
    ran = subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    if ran.returncode != 0:
        sys.exit(f"{command}: exit code {ran.returncode}")
    return ran.stdout.strip("\n")


def as_markdown(output):
    if re.search(r"^(\||- )", output, re.MULTILINE):
        return output
    return "\n".join("    " + line if line else "" for line in output.splitlines())


def main():
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    for path in sys.argv[1:]:
        for command in COMMAND.findall(Path(path).read_text()):
            output = as_markdown(printed_by(command))
            write_between(path, f"<!-- output of {command} -->\n",
                          f"`{command}`, {datetime.date.today()}:\n\n{output}\n")


if __name__ == "__main__":
    main()
