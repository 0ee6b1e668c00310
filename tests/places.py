"""The places of the core at which something can be changed, found by the look of the text.

clang-format keeps that look: a binary operator stands between blanks, and nothing else does.
"""
import glob
import hashlib
import os
import re

from variants import SOURCE

FILES = ["src/*.cpp", "src/*.hpp", "include/pond/detail/*.hpp", "include/pond/*.hpp"]

# What is no code of the library as it is built here, and is blanked before anything is looked for.
NOT_CODE = re.compile(
    r'//[^\n]*'
    r'|^\#ifdef\ POND_TINY_GEOMETRY.*?^\#else'
    r'|^[ ]*\#(?:[^\n]*\\\n)*[^\n]*'
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'(?:[^'\\\n]|\\.)+'"
    r'|\bstatic_assert\(.*?\);'
    r'|\[\[.*?\]\]'
    r'|__attribute__\(\(.*?\)\)(?=[ ;])'
    r'|\balignas\([^)]*\)'
    r'|\btemplate\ <[^\n]*', re.VERBOSE | re.MULTILINE | re.DOTALL)

OPERATORS = {
    "<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "&&": "||", "||": "&&",
    "+": "-", "-": "+", "*": "/", "/": "*", "%": "*", "&": "|", "|": "&", "<<": ">>", ">>": "<<",
    "+=": "-=", "-=": "+=", "*=": "/=", "|=": "=", "&=": "=", "<<=": ">>=", ">>=": "<<=",
}
OPERATOR = re.compile(r"(?<=[ \n])(" + "|".join(
    re.escape(o) for o in sorted(OPERATORS, key=len, reverse=True)) + r")(?=[ \n])")
NUMBER = re.compile(r"(?<![\w.])(\d+)(?=[uUlL]*\b(?![\w.']))")
WORDS = {"true": "false", "false": "true", "++": "--", "--": "++", "~": "", "!": ""}
WORD = re.compile(r"\btrue\b|\bfalse\b|\+\+|--|~(?=[\w(])|!(?=[\w(*])")
CONDITION = re.compile(r"\bif \(")
# An expression as a statement; a declaration has a blank between its type and its name.
EXPRESSION = re.compile(r"(?:\+\+|--|\*+|::)?[\w:]+(?:<[^;]*>)?(?:\(|\.|->|\[| [-+*/|&^]?= | <<= |;)")
JUMP = re.compile(r"(?:break|continue|return);")
RESULT = re.compile(r"return (?!nullptr;|true;|false;|\d+;|\{)([^;]*);")
# What may stand before a statement on its line.
HEADS = re.compile(r"(?:else\b|(?:if|for|while) (?=\())")


def blanked(text):
    """The text with everything blank that is not code; as long, so that offsets stay."""
    return NOT_CODE.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)


def closing(code, opened):
    """The offset behind the parenthesis that closes the one at `opened`."""
    depth = 0
    for at in range(opened, len(code)):
        depth += {"(": 1, ")": -1}.get(code[at], 0)
        if depth == 0:
            return at + 1
    raise ValueError("unbalanced")


def in_bodies(code):
    """For each character whether it is in a function's body, or in what initializes a constant."""
    inside = bytearray(len(code))
    depth, body_at, since = 0, None, 0
    for m in re.finditer(r"[{};]", code):
        at, mark = m.start(), m.group()
        head = code[since:at]
        if mark == "{":
            depth += 1
            is_type = re.search(r"\b(namespace|struct|class|union|enum|extern)\b", head)
            if body_at is None and not (is_type and "(" not in head):
                body_at = (depth, at)
        elif mark == "}":
            if body_at is not None and body_at[0] == depth:
                inside[body_at[1]:at] = b"\1" * (at - body_at[1])
                body_at = None
            depth -= 1
        elif body_at is None and re.search(r"\bconstexpr\b[^()]* =\s", head):
            begin = since + re.search(r" =\s", head).end()
            inside[begin:at] = b"\1" * (at - begin)
        since = at + 1
    return inside


def negations(code):
    for m in CONDITION.finditer(code):
        end = closing(code, m.end() - 1)
        condition = code[m.end():end - 1]
        declares = ";" in condition or " = " in condition
        # What the operators below negate anyway.
        simple = not re.search(r" (&&|\|\|)\s", condition) and re.search(r"^!| [!=]= ", condition)
        if not declares and not simple:
            yield m.end(), end - 1, "!(" + condition + ")"


def removals(code):
    """Statements of one line that can go, and results that become nothing."""
    for m in re.finditer(r";", code):
        start = max(code.rfind(c, 0, m.start()) for c in ";{}") + 1
        while True:
            start += len(code[start:]) - len(code[start:].lstrip())
            head = HEADS.match(code, start)
            if head is None:
                break
            start = head.end() if head.group() == "else" else closing(code, head.end())
        statement = code[start:m.end()]
        if "\n" in statement or statement.count("(") != statement.count(")"):
            continue
        if JUMP.fullmatch(statement) or EXPRESSION.match(statement) and not re.match(
                r"(return|using|goto|case|auto|const|default)\b", statement):
            yield start, m.end(), ";"
        elif RESULT.fullmatch(statement):
            yield start, m.end(), "return {};"


def changes(code):
    """(begin, end, what stands there instead), for every place."""
    for m in OPERATOR.finditer(code):
        yield m.start(), m.end(), OPERATORS[m.group()]
    for m in NUMBER.finditer(code):
        yield m.start(), m.end(), str(int(m.group()) + 1)
    for m in WORD.finditer(code):
        yield m.start(), m.end(), WORDS[m.group()]
    yield from negations(code)
    yield from removals(code)


class Place:
    def __init__(self, name, text, begin, end, new):
        self.name, self.begin = name, begin
        self.line = text.count("\n", 0, begin) + 1
        self.changed = text[:begin] + new + text[end:]
        first = text.rfind("\n", 0, begin) + 1
        last = text.find("\n", end)
        self.old_line = text[first:last].strip()
        self.old, self.rest = text[begin:end], text[end:last]
        self.new_line = (text[first:begin] + new + text[end:last]).strip()
        # Its neighbours tell it from others like it; a change elsewhere leaves it as it is.
        before = text[text.rfind("\n", 0, max(first - 1, 0)) + 1:first]
        after = text[last:text.find("\n", last + 1)]
        self.context = "\0".join([name, before, text[first:begin], text[begin:last], new, after])


def in_file(name):
    text = open(os.path.join(SOURCE, name)).read()
    code = blanked(text)
    inside = in_bodies(code)
    found = sorted({c for c in changes(code) if inside[c[0]]})
    return text, [Place(name, text, *c) for c in found]


def every():
    """All places, and the texts of their files by name."""
    places, texts, seen = [], {}, {}
    for pattern in FILES:
        for path in sorted(glob.glob(os.path.join(SOURCE, pattern))):
            name = os.path.relpath(path, SOURCE)
            texts[name], found = in_file(name)
            places += found
    for place in places:
        number = seen[place.context] = seen.get(place.context, 0) + 1
        place.key = hashlib.sha256(f"{place.context}\0{number}".encode()).hexdigest()[:16]
    return places, texts
