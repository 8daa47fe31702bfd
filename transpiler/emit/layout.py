"""Lines fitted to the width: a long statement is broken at the commas of its brackets."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from dataclasses import dataclass, field

from adgen.transpiler.emit.printing import same
from adgen.transpiler.emit.style import WIDTH

_ONE_RESULT = re.compile(r"^( *return )(.*),$")
_ONE_TARGET = re.compile(r"^( *)(\w+), = ")
_ASSIGN = frozenset({"=", "+=", "-=", "*=", "/=", "**=", "//=", "%=", "@="})
_STATEMENTS = frozenset({"def", "if", "elif", "while", "for", "raise", "assert"})
_OPEN, _CLOSE = "([{", ")]}"


@dataclass
class _Span:
    """A stretch of a line that may be moved to rows of its own, with its commas.

    ``bare``: a target or a value, around which brackets must be put.
    """

    start: int
    bare: bool
    stop: int = 0
    commas: list[int] = field(default_factory=list)
    subscript: bool = False


def fit(source: str) -> str:
    """The source with lines of at most 88 columns, where they can be broken well."""
    out: list[str] = []
    for line in source.splitlines():
        line = _ONE_TARGET.sub(r"\1(\2,) = ", _ONE_RESULT.sub(r"\1(\2,)", line))
        short = len(line) <= WIDTH or line.lstrip().startswith("#") or '"""' in line
        out += [line] if short else _broken(line)
    text = "\n".join(out) + "\n"
    return text if text == source or _same(text, source) else source


def _same(text: str, source: str) -> bool:
    try:
        return same(ast.parse(text), ast.parse(source))
    except SyntaxError:
        return False


def _broken(line: str, whole: bool = True) -> list[str]:
    """The line broken at the commas of a bracket or a bare tuple, or its value in brackets.

    ``whole``: it is a statement rather than a row of one.
    """
    if len(line) <= WIDTH:
        return [line]
    spans = [span for span in _spans(line) if span.stop > span.start and (whole or not span.bare)]
    spans.sort(key=lambda span: span.stop - span.start, reverse=True)
    bare = [span for span in spans if span.bare and span.commas]
    last = [span for span in spans if not span.bare and len(line) - span.stop <= 2]
    values = [span for span in spans if span.bare and not span.commas]
    values.sort(key=lambda span: span.start)  # the value stands after its targets
    rest = [span for span in spans if not span.bare]
    for span in (*bare, *last, *values[-1:], *rest):
        rows = _rows(line, span)
        if max(map(len, rows)) <= WIDTH:
            return rows
    return [line]


def _rows(line: str, span: _Span) -> list[str]:
    """The line with what is in a span on rows of its own."""
    indent = " " * (len(line) - len(line.lstrip()))
    cuts = [span.start, *(comma + 1 for comma in span.commas), span.stop]
    items = [line[a:b].strip() for a, b in zip(cuts, cuts[1:], strict=False)]
    rows = [""]
    for item in items:
        row = f"{rows[-1]} {item}".strip()
        if len(indent) + 4 + len(row) > WIDTH and rows[-1]:
            rows.append(item)
        else:
            rows[-1] = row
    opened, closed = ("(", ")") if span.bare else ("", "")
    body = [part for row in rows if row for part in _broken(f"{indent}    {row}", False)]
    return [line[: span.start] + opened, *body, indent + closed + line[span.stop :]]


def _spans(line: str) -> list[_Span]:
    """The outermost brackets of a line but subscripts; its target and value, the test of an if."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(line.strip() + "\n").readline))
    except (tokenize.TokenError, SyntaxError):
        return []
    shift = len(line) - len(line.lstrip())
    found: list[_Span] = []
    bare = inside = _Span(shift, bare=True)
    depth = 0
    for token in tokens:
        column = token.start[1] + shift
        if token.type == tokenize.OP and token.string in _OPEN:
            depth += 1
            inside = _Span(column + 1, bare=False) if depth == 1 else inside
            inside.subscript |= depth == 1 and token.string == "["
        elif token.type == tokenize.OP and token.string in _CLOSE:
            depth -= 1
            if depth == 0:
                inside.stop = column
                found += [] if inside.subscript else [inside]
                inside = bare
        elif token.string == "," and depth <= 1:
            (inside if depth else bare).commas.append(column)
        elif depth == 0 and (token.string in _ASSIGN or token.type == tokenize.NEWLINE):
            bare.stop = column if token.type == tokenize.NEWLINE else column - 1
            found.append(bare)
            bare = inside = _Span(column + len(token.string) + 1, bare=True)
        elif depth == 0 and token.string == "return":
            bare = inside = _Span(column + len("return "), bare=True)
        elif depth == 0 and token.string == "if" and token.start[1] == 0:
            bare = inside = _Span(column + len("if "), bare=True)
        elif depth == 0 and token.string == "or":  # in the test of an if
            bare.commas.append(column - 1)
        elif depth == 0 and token.string == ":":
            bare.stop = column
            found.append(bare)
            bare = inside = _Span(len(line), bare=True)
        elif depth == 0 and token.string in _STATEMENTS:
            bare = inside = _Span(len(line), bare=True)
    return found
