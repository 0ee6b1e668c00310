#!/usr/bin/env python3
"""Every link inside a folder of HTML leads to a page, and to an anchor in it: check_links.py FOLDER

Links that scripts make, of the tree beside the text and of the search, are read out of their data.
"""
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# "page.html#anchor", as Doxygen's scripts have it in their data. Anchors of the tree are left out: to a
# namespace's members Doxygen 1.9.4 gives one of their header's page, which only lists them.
IN_SEARCH = re.compile(r"""["']((?:\.\./)?[\w.-]+\.html(?:#\w+)?)["']""")
IN_TREE = re.compile(r"""["']([\w.-]+\.html)(?:#\w+)?["']""")


class Page(HTMLParser):
    """The links of a page, and what can be linked to in it."""

    def __init__(self, text):
        super().__init__()
        self.links, self.anchors = [], set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in ("href", "src") and value:
                self.links.append((self.getpos()[0], value))
            if name == "id" or (name == "name" and tag == "a"):
                self.anchors.add(value)


def links_of_script(path, pattern):
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        for link in pattern.findall(line):
            yield number, link


def main():
    folder = Path(sys.argv[1]).resolve()
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in folder.rglob("*.html")}
    links = [(path, *link) for path, page in pages.items() for link in page.links]
    for names, pattern in (("navtree*.js", IN_TREE), ("search/*_*.js", IN_SEARCH)):
        for script in folder.glob(names):
            links += [(script, *link) for link in links_of_script(script, pattern)]

    checked, broken = 0, 0
    for path, line, link in links:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue  # another site, or a script
        checked += 1
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        if not target.is_file():
            problem = "no such file"
        elif parts.fragment and target in pages and parts.fragment not in pages[target].anchors:
            problem = "no such anchor"
        else:
            continue
        broken += 1
        print(f"{path.relative_to(folder)}:{line}: {link}: {problem}", file=sys.stderr)
    print(f"{len(pages)} pages, {checked} links, {broken} broken")
    return 1 if broken or not checked else 0


sys.exit(main())
