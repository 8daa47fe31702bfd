"""Lines fitted to the width: a long statement is broken at the commas of its brackets."""

from __future__ import annotations

import io
import tokenize

from adgen.transpiler.emit.style import WIDTH

_OPEN, _CLOSE = "([{", ")]}"


def fit(source: str) -> str:
    """The source with lines of at most 88 columns, where they can be broken well."""
    out: list[str] = []
    for line in source.splitlines():
        short = len(line) <= WIDTH or line.lstrip().startswith("#") or '"""' in line
        out += [line] if short else _broken(line)
    return "\n".join(out) + "\n"


def _broken(line: str) -> list[str]:
    """The line broken inside the last outermost bracket that makes it too long."""
    spans = _brackets(line)
    if not spans:
        return [line]
    start, stop, commas = max(spans, key=lambda span: span[1] - span[0])
    if not commas:
        return [line]
    pad = " " * (len(line) - len(line.lstrip()) + 4)
    cuts = [start + 1, *(comma + 1 for comma in commas), stop]
    items = [line[a:b].strip() for a, b in zip(cuts, cuts[1:], strict=False)]
    rows = [""]
    for item in items:
        row = f"{rows[-1]} {item}".strip()
        if len(pad) + len(row) > WIDTH and rows[-1]:
            rows.append(item)
        else:
            rows[-1] = row
    rest = line[stop:]
    return [line[: start + 1], *(pad + row for row in rows if row), pad[4:] + rest]


def _brackets(line: str) -> list[tuple[int, int, list[int]]]:
    """Outermost brackets: (open, close, commas directly inside)."""
    found: list[tuple[int, int, list[int]]] = []
    depth, start = 0, 0
    commas: list[int] = []
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(line.strip() + "\n").readline))
    except tokenize.TokenError:
        return []
    shift = len(line) - len(line.lstrip())
    for token in tokens:
        column = token.start[1] + shift
        if token.string in _OPEN and token.type == tokenize.OP:
            depth += 1
            if depth == 1:
                start, commas = column, []
        elif token.string in _CLOSE and token.type == tokenize.OP:
            depth -= 1
            if depth == 0:
                found.append((start, column, commas))
        elif token.string == "," and depth == 1:
            commas.append(column)
    return found
