"""The user's source and the generated gradient beside it, with the lines that belong together."""

from __future__ import annotations

import ast
import linecache
from dataclasses import dataclass

from adgen.listing import Listed, derive_for_people
from adgen.transpiler.nesting import walks_deep
from adgen.transpiler.source import Source
from adgen.transpiler.visible import visible


@dataclass(frozen=True)
class SideBySide:
    """``source``: line numbers of the user's file and their text; ``generated``: lines.

    ``links``: for each generated line the numbers of the lines that it comes from.
    """

    name: str
    source: tuple[tuple[int, str], ...]
    generated: tuple[str, ...]
    links: tuple[frozenset[int], ...]


@walks_deep
def side_by_side(item: Listed, stage: str = "array") -> SideBySide:
    """A function and its gradient at a stage that is a module: ``array`` or ``numba``.

    Of the user's file there are the function and the functions from which something was generated
    for it.  Raises UnsupportedError for what has no derivative.
    """
    from adgen.transpiler.compiler import prepare, to_loops, to_read
    from adgen.transpiler.emit.module import emit_module
    from adgen.transpiler.emit.origins import Origins
    from adgen.transpiler.emit.style import Style

    derived = derive_for_people(item, prepare(item.source, item.arguments))
    numba = stage == "numba"
    finished = [to_loops(f, item.options.parallel) if numba else to_read(f) for f in derived]
    origins = Origins()
    text = emit_module(finished, Style(numba=numba), origins=origins)
    known = origins.lines(text)
    generated = tuple(text.rstrip("\n").split("\n"))
    own = item.source.file
    links = tuple(
        frozenset(line for file, line in known.get(number, ()) if file == own)
        for number in range(1, len(generated) + 1)
    )
    source = _lines(item.source, links)
    return SideBySide(item.source.name, source, generated, _with_equal(generated, links, source))


def _with_equal(
    generated: tuple[str, ...],
    links: tuple[frozenset[int], ...],
    source: tuple[tuple[int, str], ...],
) -> tuple[frozenset[int], ...]:
    """The links, and those of lines that stand in the source as they are: ``total = 0.0``.

    Assignments of constants and of names are no operations, so nobody knows where they were.
    """
    lines: dict[str, set[int]] = {}
    for line, text in source:
        lines.setdefault(text.strip(), set()).add(line)
    return tuple(
        linked or frozenset(lines.get(text.strip(), ()) if " = " in text else ())
        for text, linked in zip(generated, links, strict=True)
    )


def _lines(source: Source, links: tuple[frozenset[int], ...]) -> tuple[tuple[int, str], ...]:
    """The lines of the function, and of those that other lines stand in."""
    first = source.first_line
    texts = dict(enumerate(source.text.rstrip("\n").split("\n"), first))
    others = {line for linked in links for line in linked} - texts.keys()
    for line in _whole_functions(source.file, others):
        texts.setdefault(line, linecache.getline(source.file, line).rstrip("\n"))
    return tuple(sorted(texts.items()))


def _whole_functions(file: str, lines: set[int]) -> set[int]:
    """The lines of all functions that some lines of a file stand in."""
    if not lines:
        return lines
    try:
        tree = ast.parse("".join(linecache.getlines(file)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return lines
    found = set(lines)
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            own = range(node.lineno, (node.end_lineno or node.lineno) + 1)
            if lines.intersection(own):
                found.update(own)
    return found


def columns(view: SideBySide, width: int = 0) -> str:
    """Both as text: beside each generated line the line of the user's that it comes from.

    ``width``: of the whole, if the user's lines are to be cut for it.
    """
    texts = dict(view.source)
    rows = []
    last = 0
    for text, linked in zip(view.generated, view.links, strict=True):
        line = max(linked & texts.keys(), default=0)
        new = line and line != last
        rows.append((str(line) if new else "", texts[line] if new else "", text))
        last = line or last
    room = max([len(left) for _, left, _ in rows], default=0)
    if width:
        right = max([len(text) for _, _, text in rows], default=0)
        room = max(20, min(room, width - right - 12))
    out = []
    for number, left, text in rows:
        cut = left if len(left) <= room else f"{left[: room - 1]}…"
        out.append(f"{number:>5}  {visible(cut):{room}}  │ {text}".rstrip())
    return "\n".join(out) + "\n"
