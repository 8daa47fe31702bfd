"""Comments and docstrings: marker statements that are replaced after printing."""

from __future__ import annotations

import re
from typing import Any

from adgen.transpiler.emit import nodes
from adgen.transpiler.emit.nodes import Stmt
from adgen.transpiler.emit.style import WIDTH
from adgen.transpiler.emit.terminators import BREAK, RETURN
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Op
from adgen.transpiler.visible import visible

_NAME = "_adgen_marker_"
_MARKER = re.compile(rf"^( *){_NAME}(\d+)$", re.MULTILINE)
_SILENT = frozenset({BREAK, RETURN, core.ZEROS, core.EMPTY, core.DECLARE, core.DIM, core.RANGELEN})


class Comments:
    """Collects the texts of one function."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._last: tuple[str, int] | None = None

    def before(self, op: Op, statements: list[Stmt]) -> list[Stmt]:
        """The statements of an op, under the user's line if they begin a group of adjoints."""
        if not statements or op.regions or op.callee in _SILENT:
            return statements
        if op.role != core.ADJOINT:
            self._last = None
            return statements
        if op.span is None or (op.span.file, op.span.line) == self._last:
            return statements
        self._last = (op.span.file, op.span.line)
        if op.span.snippet.startswith("with "):  # what runs here stands there
            return [self.marker(f"# {_one_line(op.span.snippet)}"), *statements]
        if op.span.snippet.endswith(":"):
            return statements  # the head of a loop or an if says nothing of what is below
        return [self.marker(f"# adjoint of: {_one_line(op.span.snippet)}"), *statements]

    def docstring(self, doc: str) -> list[Stmt]:
        """The docstring as a statement; none if there is no text."""
        if not doc.strip():
            return []
        text = doc.strip().replace("\\", "\\\\")
        if '"""' in text or text.endswith('"'):
            text = text.replace('"', '\\"')
        end = "\n" if "\n" in text else ""
        return [self.marker(f'"""{visible(text)}{end}"""')]

    def marker(self, text: str) -> Stmt:
        """A statement that prints as the text."""
        self.texts.append(text)
        return nodes.statement(nodes.load(f"{_NAME}{len(self.texts) - 1}"))

    def insert(self, source: str) -> str:
        """The printed source with the texts in place of the markers."""

        def replaced(match: re.Match[str]) -> str:
            pad, text = match.group(1), self.texts[int(match.group(2))]
            lines = [_fit(pad, line) for line in text.splitlines()]
            return "\n".join(line.rstrip() for line in lines)

        return _MARKER.sub(replaced, source)


def is_marker(node: Any) -> bool:
    """Whether a statement becomes a comment or a docstring."""
    name = getattr(getattr(node, "value", None), "id", "")
    return str(name).startswith(_NAME)


def _one_line(text: str) -> str:
    """A line of the user's as a comment: what follows a form feed in it must not become code."""
    return visible(" ".join(text.splitlines()))


def _fit(pad: str, line: str) -> str:
    room = WIDTH - len(pad)
    if line.startswith("#") and len(line) > room:
        line = line[: room - 3].rstrip() + "..."
    return pad + line if line else ""
