#!/usr/bin/env python3
"""Makes a program of every C and C++ block of Markdown pages: extract.py FOLDER PAGE.md...

Prints the files it wrote, one a line. Blocks are those fenced by ```c and ```cpp. One that has a main()
is a program; of any other, the includes go to the top and the rest into a main(). Where a reader
does not have to see all that the compiler needs, a comment right before the block has the rest, with
BLOCK where the block stands:

    <!-- snippet
    int main(void) {
      const char *path = "/index.html";
      BLOCK
    }
    -->

assert() is checked in every build. Errors of the compiler name the page and the line in it.
"""
import re
import sys
from pathlib import Path

HIDDEN = r"(?:<!-- snippet\n(?P<around>.*?)\n-->\n+)?"
BLOCK = re.compile(HIDDEN + r"^```(?P<language>c|cpp)\n(?P<code>.*?)^```$", re.M | re.S)
HEADER = {"c": "pond/pond.h", "cpp": "pond/pool.hpp"}
MAIN = {"c": "int main(void) {\nBLOCK\n  return 0;\n}", "cpp": "int main() {\nBLOCK\n}"}


def program(match, page, line):
    language, code, around = match["language"], match["code"], match["around"]
    includes = []
    if around is None and not re.search(r"\bmain\(", code):
        around = MAIN[language]
        # Lines that go to the top keep their place, so that the compiler's line numbers are right.
        includes = re.findall(r"^#include .*$", code, re.M)
        code = re.sub(r"^#include .*$", "", code, flags=re.M)
    before, after = re.split(r"^ *BLOCK$", around or "BLOCK", maxsplit=1, flags=re.M)
    return (f"#undef NDEBUG\n#include <{HEADER[language]}>\n" + "".join(include + "\n" for include in includes)
            + before + f'\n#line {line} "{page}"\n' + code + after + "\n")


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[2:]:
        page = Path(name)
        text = page.read_text(encoding="utf-8")
        for number, match in enumerate(BLOCK.finditer(text), 1):
            line = text.count("\n", 0, match.start("code")) + 1
            file = folder / f"{page.stem.lower()}_{number}.{match['language']}"
            source = program(match, page, line)
            if not file.exists() or file.read_text(encoding="utf-8") != source:
                file.write_text(source, encoding="utf-8")
            print(file)


main()
