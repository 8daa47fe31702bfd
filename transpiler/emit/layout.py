"""Lines fitted to the width: a long statement is broken at the commas of its brackets."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from dataclasses import dataclass, field

from adgen.transpiler.emit.style import WIDTH

_ONE_RESULT = re.compile(r"^( *return )(.*),$")
_ONE_TARGET = re.compile(r"^( *)(\w+), = ")
_OPEN, _CLOSE = "([{", ")]}"


@dataclass
class _Bracket:
    """Columns of a bracket's ends (of what a bare tuple would have) and of its commas."""

    start: int
    stop: int = 0
    commas: list[int] = field(default_factory=list)
    bare: bool = False


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
        return ast.dump(ast.parse(text)) == ast.dump(ast.parse(source))
    except SyntaxError:
        return False


def _broken(line: str, whole: bool = True) -> list[str]:
    """The line broken at the commas of its widest outermost bracket or bare tuple.

    ``whole``: it is a statement rather than a row of one.
    """
    every = [b for b in _brackets(line) if b.stop > b.start and (whole or not b.bare)]
    found = [b for b in every if b.commas] or [b for b in every if not b.bare]
    if not found or len(line) <= WIDTH:
        return [line]
    wide = max(found, key=lambda bracket: (bracket.bare, bracket.stop - bracket.start))
    indent = " " * (len(line) - len(line.lstrip()))
    cuts = [wide.start, *(comma + 1 for comma in wide.commas), wide.stop]
    items = [line[a:b].strip() for a, b in zip(cuts, cuts[1:], strict=False)]
    rows = [""]
    for item in items:
        row = f"{rows[-1]} {item}".strip()
        if len(indent) + 4 + len(row) > WIDTH and rows[-1]:
            rows.append(item)
        else:
            rows[-1] = row
    opened, closed = ("(", ")") if wide.bare else ("", "")
    body = [part for row in rows if row for part in _broken(f"{indent}    {row}", False)]
    return [line[: wide.start] + opened, *body, indent + closed + line[wide.stop :]]


def _brackets(line: str) -> list[_Bracket]:
    """The outermost brackets and the bare tuples of a line."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(line.strip() + "\n").readline))
    except (tokenize.TokenError, SyntaxError):
        return []
    shift = len(line) - len(line.lstrip())
    found: list[_Bracket] = []
    bare = _Bracket(shift, bare=True)
    inside = bare
    depth = 0
    for token in tokens:
        column = token.start[1] + shift
        if token.type == tokenize.OP and token.string in _OPEN:
            depth += 1
            inside = _Bracket(column + 1) if depth == 1 else inside
        elif token.type == tokenize.OP and token.string in _CLOSE:
            depth -= 1
            if depth == 0:
                inside.stop = column
                found.append(inside)
                inside = bare
        elif token.string == "," and depth <= 1:
            (inside if depth else bare).commas.append(column)
        elif depth == 0 and (token.string == "=" or token.type == tokenize.NEWLINE):
            bare.stop = column if token.type == tokenize.NEWLINE else column - 1
            found.append(bare)
            inside = bare = _Bracket(column + 2, bare=True)
        elif depth == 0 and token.string == "return":
            inside = bare = _Bracket(column + len("return "), bare=True)
    return found
