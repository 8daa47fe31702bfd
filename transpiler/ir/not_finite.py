"""Where the first number that is not finite arises in a run: in the values, and in the adjoints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Function, Op
from adgen.transpiler.ir.interpreter import interpret
from adgen.transpiler.span import Span

_MOVES = frozenset({core.EMPTY, core.GETITEM, core.COPY, core.BROADCAST})  # compute nothing


@dataclass(frozen=True, slots=True)
class Arisen:
    """A number that is not finite: what it is, where it was computed, and in which trips."""

    number: str
    role: str
    span: Span
    trips: tuple[tuple[str, int], ...]

    @property
    def where(self) -> str:
        """The trips in words: ``, where i = 3``."""
        named = [f"{name} = {index}" for name, index in self.trips if name.isidentifier()]
        return f", where {', '.join(named)}" if named else ""


def first_not_finite(
    function: Function, args: Sequence[Any]
) -> tuple[Arisen | None, Arisen | None]:
    """Of a derivative run on flat arguments: where in the values, and where in the derivatives.

    A value arises where what it is computed of is finite.  A derivative may be wrong because of a
    value that is not finite; then it is the first that is.
    """
    search = _Search()
    interpret(function, *args, observer=search)
    return search.value, search.derivative


class _Search:
    """Looks at all that is computed, in order."""

    def __init__(self) -> None:
        self.value: Arisen | None = None
        self.derivative: Arisen | None = None
        self.seen: set[Any] = set()  # what computes such values: it may be computed again

    def __call__(
        self, op: Op, operands: Sequence[Any], results: Sequence[Any],
        trips: Sequence[tuple[str, int]],
    ) -> None:  # fmt: skip
        """Note an op whose results are not finite."""
        if op.callee in _MOVES or op.span is None:
            return
        number = next((n for n in map(not_finite, results) if n), "")
        if not number:
            return
        fresh = not any(map(not_finite, operands))
        found = Arisen(number, op.role, op.span, tuple(trips))
        if op.role == core.PRIMAL:
            self.seen.add((op.callee, op.span))
            if fresh and self.value is None:
                self.value = found
        elif self.derivative is None and (op.callee, op.span) not in self.seen:
            self.derivative = found


def not_finite(value: Any) -> str:
    """``nan`` or ``inf`` if a number or an array holds such; otherwise nothing."""
    array = np.asarray(value)
    if array.dtype.kind not in "fc" or bool(np.isfinite(array).all()):
        return ""
    if bool(np.isnan(array).any()):
        return "nan"
    return "inf" if bool((array == np.inf).any()) else "-inf"
