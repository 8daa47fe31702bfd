"""What integers are never below."""

import operator

import pytest

from adgen.transpiler.ir import core
from adgen.transpiler.ir.bounds import Bounds
from adgen.transpiler.ir.core import Function, Value
from adgen.transpiler.ir.types import INT, array
from adgen.transpiler.primitives.builder import Builder


def least_in_loop(start, stop, step, offset=0):
    """The bound of ``i + offset`` in ``for i in range(start, stop, step)``; "n" is an extent."""
    x, unknown = Value(array("f8", 1), "x"), Value(INT, "unknown")
    b = Builder()
    n = b.emit(core.DIM, x, axis=0)
    names = {"n": n, "n-1": b.emit(operator.sub, n, 1), "?": unknown}
    i = Value(INT, "i")
    inner = b.inner()
    place = inner.emit(operator.add, i, offset)
    bounds = tuple(names.get(k, k) for k in (start, stop, step))
    b.region(core.FOR, bounds, [inner.block((i,), ())], [])
    return Bounds(Function("f", b.block((x, unknown), ()))).least(place)


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ((0, "n", 1), 0),
        ((2, "n", 3), 2),
        (("n", "?", 1), 0),
        (("n-1", "?", 1), -1),
        (("?", "n", 1), None),
        (("n-1", -1, -1), 0),
        (("n-1", 0, -1), 1),
        (("n-1", 0, -4), 1),
        (("n-1", "n", -1), 1),
        (("n-1", "?", -1), None),
        ((0, "n", "?"), None),
    ],
)
def test_indices_of_loops(bounds, expected):
    assert least_in_loop(*bounds) == expected


def test_arithmetic():
    assert least_in_loop(1, "n", 1, offset=-1) == 0
    x, unknown = Value(array("f8", 1), "x"), Value(INT, "unknown")
    b = Builder()
    n = b.emit(core.DIM, x, axis=0)
    twice = b.emit(operator.mul, n, 2)
    most = b.emit(max, unknown, 3)
    lost = b.emit(operator.add, n, unknown)
    bounds = Bounds(Function("f", b.block((x, unknown), ())))
    assert [bounds.least(k) for k in (twice, most, lost, 4, True)] == [0, 3, None, 4, None]
