#!/usr/bin/env python3
"""Makes a program of every C and C++ block of Markdown pages and headers: extract.py FOLDER FILE...

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

In a header a block is what is indented by five columns after an empty line of a comment. What stands around
it is in headers.md, beside this file, a section for each in their order; `...` in a block is replaced by what
the section says at its beginning, one after the other, or by nothing.

assert() is checked in every build. Errors of the compiler name the file and the line in it.
"""
import re
import sys
from pathlib import Path

HIDDEN = r"(?:<!-- snippet\n(?P<around>.*?)\n-->\n+)?"
BLOCK = re.compile(HIDDEN + r"^```(?P<language>c|cpp)\n(?P<code>.*?)^```$", re.M | re.S)
IN_COMMENT = re.compile(r"^ *(?:///|\*)\n(?P<code>(?: *(?:///|\*) {5}.*\n)+)", re.M)
SECTION = re.compile(r"^## (?P<name>\S+)\n+```(?P<language>c|cpp)\n(?P<dots>(?://\.\.\.[^\n]*\n)*)"
                     r"(?P<around>.*?)^```$", re.M | re.S)
HEADER = {"c": "pond/pond.h", "cpp": "pond/pool.hpp"}
MAIN = {"c": "int main(void) {\nBLOCK\n  return 0;\n}", "cpp": "int main() {\nBLOCK\n}"}


def program(language, code, around, page, line):
    includes = []
    if around is None and not re.search(r"\bmain\(", code):
        around = MAIN[language]
        # Lines that go to the top keep their place, so that the compiler's line numbers are right.
        includes = re.findall(r"^#include .*$", code, re.M)
        code = re.sub(r"^#include .*$", "", code, flags=re.M)
    before, after = re.split(r"^ *BLOCK$", around or "BLOCK", maxsplit=1, flags=re.M)
    return (f"#undef NDEBUG\n#include <{HEADER[language]}>\n" + "".join(include + "\n" for include in includes)
            + before + f'\n#line {line} "{page}"\n' + code + after + "\n")


def of_page(page, text):
    """Language, line and program of each block."""
    for match in BLOCK.finditer(text):
        line = text.count("\n", 0, match.start("code")) + 1
        language = match["language"]
        yield language, program(language, match["code"], match["around"], page, line)


def of_header(page, text):
    sections = (Path(__file__).parent / "headers.md").read_text(encoding="utf-8")
    around = [s for s in SECTION.finditer(sections) if s["name"] == page.name]
    blocks = list(IN_COMMENT.finditer(text))
    if len(blocks) != len(around):
        sys.exit(f"{page} has {len(blocks)} blocks of code, headers.md {len(around)} for it")
    for match, section in zip(blocks, around):
        line = text.count("\n", 0, match.start("code")) + 1
        code = re.sub(r"^ *(?:///|\*) {5}", "", match["code"], flags=re.M)
        dots = iter(section["dots"].replace("//...", "").splitlines())
        code = re.sub(r"\.\.\.", lambda _: next(dots, ""), code)
        if next(dots, None) is not None:
            sys.exit(f"headers.md has more to stand for ... than {page}:{line} has of them")
        yield section["language"], program(section["language"], code, section["around"], page, line)


def title(page):
    """The name of a page's programs; for an example's page, the example's name."""
    if page.parent.parent.name == "examples":
        return "example_" + page.parent.name
    return page.name.removesuffix(".md").replace(".", "_").lower()


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[2:]:
        page = Path(name)
        blocks = of_page if page.suffix == ".md" else of_header
        programs = blocks(page, page.read_text(encoding="utf-8"))
        for number, (language, source) in enumerate(programs, 1):
            file = folder / f"{title(page)}_{number}.{language}"
            if not file.exists() or file.read_text(encoding="utf-8") != source:
                file.write_text(source, encoding="utf-8")
            print(file)


main()
