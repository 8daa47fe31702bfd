"""Which lines of the user's each line of emitted code comes from.

Statements are noted while they are made; after printing, when lines have been broken and comments
put in, the text is parsed and walked beside the trees that were printed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import gast

from adgen.transpiler.emit.comments import is_marker
from adgen.transpiler.emit.nodes import Stmt
from adgen.transpiler.emit.plan import Plan
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Op, Operand, Slot, Value
from adgen.transpiler.span import Span

Place = tuple[str, int]  # a file, a line of it
Lines = Mapping[int, frozenset[Place]]
_NOTE = "adgen_spans"
_BODIES = ("body", "orelse")


class Origins:
    """Collects what the statements of a module are made from: ``lines`` says it of its text."""

    def __init__(self) -> None:
        self.definitions: list[Stmt] = []

    def note(self, op: Op, statements: Iterable[Stmt], plan: Plan) -> None:
        """The statements that an op was written as, with what is folded into them."""
        if op.callee in (core.FOR, core.WHILE):  # what is carried in and out is no part of the head
            heads = [one for one in statements if isinstance(one, (gast.For, gast.While))]
            self._note(heads, [op.span], (), plan)
            return
        spans = [op.span, *_folded(op.operands, plan)]
        if "slot" in op.attrs:
            spans += _stored(op.attrs["slot"], plan)
        self._note(statements, spans, op.operands, plan)

    def note_yields(
        self, yields: Sequence[Operand], statements: Iterable[Stmt], plan: Plan
    ) -> None:
        """The statements that hand on or return values."""
        self._note(statements, list(_folded(yields, plan)), yields, plan)

    def note_definition(self, definition: Stmt, plan: Plan) -> None:
        """The head of a function."""
        self._note([definition], [plan.function.span], (), plan)
        self.definitions.append(definition)

    def _note(
        self,
        statements: Iterable[Stmt],
        spans: Sequence[Span | None],
        operands: Sequence[Operand],
        plan: Plan,
    ) -> None:
        """Where no op says where it comes from, the values say it that it takes."""
        known = frozenset((span.file, span.line) for span in spans if span is not None)
        if not known:
            found = [plan.order.definition[o] for o in operands if o in plan.order.definition]
            made = [one.op or one.place.op for one in found]  # the loop whose counter it is
            known = frozenset((op.span.file, op.span.line) for op in made if op and op.span)
        for statement in statements:
            if not hasattr(statement, _NOTE):  # those of regions know it better
                setattr(statement, _NOTE, known)

    def lines(self, text: str) -> Lines:
        """For each line of a module's text (from 1), the files and lines that it comes from."""
        found: dict[int, frozenset[Place]] = {}
        functions = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
        _match(self.definitions, functions, found)
        rows = text.split("\n")
        for number in range(len(rows), 0, -1):  # a comment belongs to what is below it
            if rows[number - 1].lstrip().startswith("#") and number + 1 in found:
                found[number] = found[number + 1]
        return found


def _stored(slot: Slot, plan: Plan) -> Iterator[Span | None]:
    """The places of the values that are kept in a slot."""
    for _, op in core.walk(plan.function.body):
        if op.callee == core.SAVE and op.attrs["slot"] is slot:
            saved = op.operands[0]
            made = plan.order.definition[saved].op if isinstance(saved, Value) else None
            yield made.span if made else None


def _folded(operands: Iterable[Operand], plan: Plan) -> Iterator[Span | None]:
    """The places of all ops that are written inside of an expression."""
    for operand in operands:
        op = plan.folding.inline.get(operand) if isinstance(operand, Value) else None
        if op is not None:
            yield op.span
            yield from _folded(plan.folding.inputs(op), plan)


def _match(
    made: Sequence[Any],
    printed: Sequence[ast.stmt],
    found: dict[int, frozenset[Place]],
    around: frozenset[Place] = frozenset(),
) -> None:
    """Note the lines of statements that were printed, whose trees are the same.

    ``around``: where the statement that they stand in comes from; a check raises for that.
    """
    code = [node for node in made if not is_marker(node)]
    text = [node for node in printed if not _is_docstring(node)]
    for node, statement in zip(code, text, strict=True):
        last = statement.end_lineno or statement.lineno
        inner = getattr(statement, "body", None)
        if isinstance(inner, list):
            last = max(statement.lineno, _head(statement))
        otherwise = around if isinstance(node, gast.Raise) else frozenset()
        places = getattr(node, _NOTE, otherwise)
        for line in range(statement.lineno, last + 1):
            found[line] = found.get(line, frozenset()) | places
        for name in _BODIES:
            if isinstance(getattr(statement, name, None), list):
                _match(getattr(node, name), getattr(statement, name), found, places)


def _head(statement: Any) -> int:
    """The last line of the head of a compound statement."""
    heads = [getattr(statement, name, None) for name in ("test", "iter", "args")]
    return max([getattr(head, "end_lineno", 0) for head in heads], default=0)


def _is_docstring(node: ast.stmt) -> bool:
    value = node.value if isinstance(node, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)
