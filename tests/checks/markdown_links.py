#!/usr/bin/env python3
"""Every link in the Markdown below a folder that names a file leads to one:
markdown_links.py FOLDER [LEFT_OUT...]

Of a repository those files alone that belong to it. What lies in the folders that are left out need not
be there. Links of the manual's pages, anchors too, are checked where they are HTML (docs/check_links.py).
"""
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")
ELSEWHERE = ("http://", "https://", "mailto:", "#")


def texts_below(folder):
    if not (folder / ".git").exists():
        return sorted(folder.rglob("*.md"))
    listed = subprocess.run(["git", "ls-files", "-z", "*.md"], cwd=folder, check=True,
                            stdout=subprocess.PIPE, text=True).stdout
    return [folder / name for name in filter(None, listed.split("\0"))]


def links_of(text):
    for link in LINK.findall(CODE.sub("", text)):
        if not link.startswith(ELSEWHERE):
            yield unquote(link.split("#")[0])


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    folder = Path(sys.argv[1]).resolve()
    left_out = [folder / name for name in sys.argv[2:]]
    texts = texts_below(folder)
    if not texts:
        sys.exit(f"no Markdown below {folder}")

    def is_dead(target):
        return not target.exists() and not any(target.is_relative_to(out) for out in left_out)

    dead = [f"{path}: {link} leads nowhere" for path in texts
            for link in links_of(path.read_text(encoding="utf-8"))
            if is_dead(Path(os.path.normpath(path.parent / link)))]
    sys.exit("\n".join(dead) or 0)


if __name__ == "__main__":
    main()
