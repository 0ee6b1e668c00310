#!/usr/bin/python3
"""Draws the figures of the Markdown files from the tables beside them.

    docs/figures.py            draws each anew
    docs/figures.py --check    says which are not what their tables say, and changes nothing

A figure is asked for by a line before the picture, which names its file, its title and the columns:

    <!-- figure: FILE.svg | TITLE | COLUMN | COLUMN... -->

It shows those columns of every table in the file that has all of them, a group of bars for a row.
The drawing is matplotlib's, from Debian's package and so for Debian's own Python.
"""
import argparse
import io
import itertools
import math
import re
import subprocess
import sys
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
MARKER = re.compile(r"^<!-- figure: (.*) -->$", re.MULTILINE)
NUMBER = re.compile(r"\d+(\.\d+)?")
OURS = ("#1f6feb", "#79b8ff")  # bars with pond in their name; those of others are greys
OTHERS = ("#57606a", "#8c959f", "#c4ccd4")
WIDTH, BAR, GAP, FRAME = 7.5, 0.2, 0.5, 0.7  # inches, of a bar's height the gap between groups, inches
LEGEND = 4  # names in a line


def cells_of(line):
    """The cells of a line of a table, which has bars, or is output of a program with two blanks between."""
    if line.startswith("|"):
        return [cell.strip() for cell in line.strip("|").split("|")]
    return re.split(r"\s{2,}", line.strip()) if line.startswith("    ") else []


def tables_of(text):
    """(heading, rows) of what looks like tables: lines with as many cells as the first of them, which may lack one."""
    heading, rows = [], []
    for line in [*text.splitlines(), ""]:
        cells = cells_of(line)
        if heading and not rows and len(cells) == len(heading) + 1:
            heading = ["", *heading]
        if heading and len(cells) == len(heading):
            rows.append(cells)
            continue
        if rows:
            yield heading, [row for row in rows if not set(row[-1]) <= set("-:")]
        heading, rows = cells, []


def bars_of(text, columns):
    """(row, numbers as they are written) of every table that has these columns."""
    for heading, rows in tables_of(text):
        if set(columns) <= set(heading):
            for row in rows:
                yield row[0], [NUMBER.match(row[heading.index(column)]).group() for column in columns]


def colours_of(columns, bars):
    """Of each column the colours of its bars: one of pond's or of others', or two for the rows of a single one."""
    if len(columns) == 1:
        return [[OURS[0] if "pond" in name else OTHERS[0] for name, _ in bars]]
    ours, others = itertools.cycle(OURS), itertools.cycle(OTHERS)
    return [[next(ours if "pond" in column else others)] * len(bars) for column in columns]


def draw(title, columns, bars):
    """The picture, as text that is the same each time."""
    plt.rcParams.update({"svg.hashsalt": "pond", "svg.fonttype": "none", "font.size": 9})
    several = len(columns) > 1  # multiples of pond's own, which is a line, and a legend
    names = math.ceil((len(columns) + 1) / LEGEND) if several else 0  # lines of the legend
    group = len(columns) + GAP
    height = (len(bars) * group + names) * BAR + FRAME
    figure, axis = plt.subplots(figsize=(WIDTH, height), layout="constrained")
    for i, (column, colours) in enumerate(zip(columns, colours_of(columns, bars))):
        places = [row * group + i for row in range(len(bars))]
        drawn = axis.barh(places, [float(numbers[i]) for _, numbers in bars], height=0.85, color=colours, label=column)
        axis.bar_label(drawn, [numbers[i] for _, numbers in bars], padding=2, fontsize=8)
    axis.set_yticks([row * group + (len(columns) - 1) / 2 for row in range(len(bars))], [name for name, _ in bars])
    axis.invert_yaxis()
    axis.margins(x=0.08)
    axis.spines[["top", "right"]].set_visible(False)
    axis.set_title(title, fontsize=10)
    if several:
        axis.axvline(1, color=OURS[0], lw=1, label="pond")
        axis.legend(fontsize=8, ncols=min(len(columns) + 1, LEGEND), loc="upper center", bbox_to_anchor=(0.5, -0.08),
                    frameon=False)
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    plt.close(figure)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def figures():
    """(path, picture) of every figure of the project."""
    names = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for page in map(ROOT.joinpath, names.split()):
        text = page.read_text(encoding="utf-8")
        for marker in MARKER.findall(text):
            name, title, *columns = (part.strip() for part in marker.split("|"))
            bars = list(bars_of(text, columns))
            if not bars:
                sys.exit(f"{page.relative_to(ROOT)}: no table has the columns {', '.join(columns)}")
            yield page.parent / name, draw(title, columns, bars)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing, say which differ")
    check = parser.parse_args().check
    stale = 0
    for path, picture in figures():
        if path.exists() and path.read_text(encoding="utf-8") == picture:
            continue
        if not check:
            path.write_text(picture, encoding="utf-8")
        stale += 1
        print(f"{path.relative_to(ROOT)}: {'not what its table says: docs/figures.py' if check else 'drawn'}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
