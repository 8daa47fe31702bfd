"""Random programs of array expressions, in NumPy and in the functional form that JAX has."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np

from tests.random_expressions.fields import Draw, Fields, Known, Unfit
from tests.random_expressions.program import Argument, Line, Program
from tests.random_expressions.table import TOPICS, writes

LARGEST, FURTHEST, RANK = 120, 40.0, 4
SHAPES: list[tuple[int, ...]] = [
    (3,), (4,), (1,), (2, 3), (3, 4), (3, 1), (1, 4), (3, 3), (4, 4), (1, 1), (2, 3, 4), (2, 1, 4),
    (2, 3, 3), (), (0,), (3, 0),
]  # fmt: skip
RARE = 4  # of these, the last are drawn seldom
ORDERS = ["F", "strided", "reversed", "broadcast"]


def program(draw: Draw) -> Program:
    """A program of 3 to 12 operations."""
    x, y = _argument(draw), _argument(draw)
    if "float32" in (x.dtype, y.dtype):
        x, y = (Argument(one.shape, "float32", one.order) for one in (x, y))
    if not (x.varies or y.varies):
        x = Argument(x.shape, "float64", x.order)
    shares = draw.integers(6) == 0
    if shares:  # np.add.at writes into what np.broadcast_to returns
        x, y = (replace(one, order=one.order.replace("broadcast", "C")) for one in (x, y))
    wanted = int(draw.integers(3, 13))
    lines: list[Line] = []
    made = _Made(Program((), x, y))
    while len(lines) < wanted:
        line = _line(draw, f"a{len(lines)}", made, shares)
        if line is not None and made.take(lines, line):
            lines.append(made.described(line))
    return Program(tuple(lines), x, y)


def _argument(draw: Draw) -> Argument:
    rare = draw.integers(8) == 0
    shape = SHAPES[int(draw.integers(len(SHAPES) - (0 if rare else RARE)))]
    kind = int(draw.integers(20))
    dtype = {0: "complex128", 1: "complex128", 2: "float32", 3: "int64"}.get(kind, "float64")
    order = ORDERS[int(draw.integers(len(ORDERS)))] if draw.integers(4) == 0 else "C"
    return Argument(shape, dtype, order)


class _Made:
    """What the lines so far have made."""

    def __init__(self, empty: Program) -> None:
        self._empty = empty
        self._begin()

    def _begin(self) -> None:
        self.names = namespace()
        self.arrays: dict[str, Any] = dict(zip("xy", self._empty.arguments(), strict=True))

    def take(self, lines: list[Line], line: Line) -> bool:
        """Whether a line runs, and leaves small numbers."""
        before = len(self.arrays)
        if self._run(line):
            return True
        self._begin()
        for one in lines:
            self._run(one)
        assert len(self.arrays) == before
        return False

    def _run(self, line: Line) -> bool:
        scope = self.names | self.arrays
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                warnings.simplefilter("error", np.exceptions.ComplexWarning)
                exec(line.numpy, scope)
        except (ValueError, IndexError, TypeError, AttributeError, ArithmeticError, Warning):
            return False
        self.arrays = {name: scope[name] for name in (*self.arrays, line.name)}
        return all(map(_small, self.arrays.values()))

    def described(self, line: Line) -> Line:
        """The line, with what NumPy says of its result."""
        return Line(line.name, line.numpy, line.jax, np.iscomplexobj(self.arrays[line.name]))

    def chosen(self, draw: Draw) -> Known:
        """Mostly what was made last."""
        names = list(self.arrays)
        name = names[-1] if draw.integers(2) else names[int(draw.integers(len(names)))]
        return Known(name, np.shape(self.arrays[name]), np.iscomplexobj(self.arrays[name]))


def namespace() -> dict[str, Any]:
    """The modules that programs name."""
    from scipy import fft, linalg, signal, special, stats

    return {"np": np, "fft": fft, "linalg": linalg, "signal": signal, "special": special,
            "stats": stats, "__name__": "expressions"}  # fmt: skip


def _small(array: Any) -> bool:
    if not isinstance(array, (np.ndarray, np.number, float, complex, int)):
        return False
    whole = np.asarray(array)
    if whole.dtype.kind not in "fci" or whole.size > LARGEST or whole.ndim > RANK:
        return False
    if whole.dtype.itemsize < 4:
        return False
    return bool(np.all(np.abs(whole) < FURTHEST))  # which nan is not


def _line(draw: Draw, name: str, made: _Made, shares: bool) -> Line | None:
    x, y = made.chosen(draw), made.chosen(draw)
    try:
        if draw.integers(8 if not shares else 3) == 0:
            return _written(draw, name, x, y, shares)
        topic = TOPICS[int(draw.integers(len(TOPICS)))]
        forms = topic.ANY if x.complex or y.complex else [*topic.ANY, *topic.REAL]
        if not forms:
            return None
        form = forms[int(draw.integers(len(forms)))]
        text = f"{name} = {form.format_map(Fields(draw, x, y))}"
    except Unfit:
        return None
    return Line(name, text, text)


def _written(draw: Draw, name: str, x: Known, y: Known, shares: bool) -> Line | None:
    """A copy that is written into; in a program that shares memory, also any array."""
    if shares and draw.integers(2):
        form = writes.ALONE[int(draw.integers(len(writes.ALONE)))]
        mine: str | None = None
    else:
        form, mine = writes.BOTH[int(draw.integers(len(writes.BOTH)))]
    target = x.name if shares and draw.integers(3) else name
    fields = Fields(draw, x, y, target)
    written = form.format_map(fields)
    if target != name:
        return Line(target, written, None)
    theirs = None if mine is None else f"{name} = {x.name}\n{name} = {mine.format_map(fields)}"
    return Line(name, f"{name} = np.copy({x.name})\n{written}", theirs)
