"""Index maps select what NumPy selects, for every slice of a short axis."""

import itertools

import numpy as np
import pytest

from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Function, Value
from adgen.transpiler.ir.interpreter import interpret
from adgen.transpiler.ir.paths import FULL, INT, NEW, Index, Slice, Transpose
from adgen.transpiler.ir.types import INT as INTEGER
from adgen.transpiler.ir.types import array
from adgen.transpiler.passes.loops import lower_to_loops
from adgen.transpiler.passes.loops.symbolic import Extent, Sym, Symbols
from adgen.transpiler.passes.loops.views import Viewer, whole
from adgen.transpiler.primitives.builder import Builder

BOUNDS = (None, -6, -4, -1, 0, 1, 3, 6)
STEPS = (None, 1, 2, 3, -1, -2)


def concrete(view, base):
    """What a view of an array of known extents selects, by its accesses alone."""
    shape = tuple(e.const for e in view.extents)
    out = np.empty(shape)
    for index in np.ndindex(*shape):
        place = tuple(
            a.start.const + (0 if a.axis is None else a.step.const * index[a.axis])
            for a in view.accesses
        )
        assert all(0 <= k < n for k, n in zip(place, base.shape, strict=True))
        out[index] = base[place]
    return out


def viewer():
    return Viewer(Symbols(), lambda operand: Sym(int(operand)))


@pytest.mark.parametrize("extent", [0, 1, 2, 4])
def test_every_slice_of_known_bounds(extent):
    base = np.arange(float(extent))
    start = whole(Value(array("f8", 1)), (Sym(extent),))
    for bounds in itertools.product(BOUNDS, BOUNDS, STEPS):
        item = Slice(*(bound is not None for bound in bounds))
        given = [bound for bound in bounds if bound is not None]
        view = viewer().apply(start, (Index((item,)),), given)
        assert view is not None
        np.testing.assert_array_equal(concrete(view, base), base[slice(*bounds)])


def test_slices_of_slices_and_transposes():
    base = np.arange(30.0).reshape(5, 6)
    start = whole(Value(array("f8", 2)), (Sym(5), Sym(6)))
    path = (
        Index((Slice(start=True), Slice(step=True))),
        Transpose((1, 0)),
        Index((Slice(True, True, True), NEW, INT)),
    )
    view = viewer().apply(start, path, [1, -2, 0, 3, 2, -1])
    assert view is not None
    wanted = base[1:, ::-2].T[0:3:2, None, -1]
    np.testing.assert_array_equal(concrete(view, base), wanted)


@pytest.mark.parametrize("step", [None, 2, -1, -3])
def test_every_slice_of_bounds_known_at_run_time(step):
    x, i, j = Value(array("f8", 1), "x"), Value(INTEGER, "i"), Value(INTEGER, "j")
    b = Builder()
    item = Slice(True, True, step is not None)
    y = b.getitem(x, (Index((item,)),), i, j, *([] if step is None else [step]))
    out = b.emit(np.multiply, y, 2.0)
    lowered = lower_to_loops(Function("f", b.block((x, i, j), (out,))))
    for extent in (0, 1, 4):
        data = np.arange(float(extent))
        for first, last in itertools.product(range(-6, 7), repeat=2):
            (got,) = interpret(lowered, data, first, last)
            np.testing.assert_array_equal(got, data[first:last:step] * 2.0)


def test_a_view_is_whole_only_if_it_ends_where_its_base_ends():
    symbols = Symbols()
    value = Value(array("f8", 1))
    extent = symbols.atom(Extent(value, 0))
    start = whole(value, (extent,))
    seer = Viewer(symbols, lambda operand: Sym(int(operand)))
    assert start.is_whole
    shorter = seer.apply(start, (Index((Slice(stop=True),)),), [-1])
    every = seer.apply(start, (Index((FULL,)),), [])
    assert shorter is not None and not shorter.is_whole
    assert every is not None and every.is_whole


def test_steps_and_indices_that_are_no_maps():
    x, step = Value(array("f8", 1), "x"), Value(INTEGER, "step")
    symbols = Symbols()
    seer = Viewer(symbols, symbols.of)
    start = whole(x, (Sym(4),))
    assert seer.apply(start, (Index((Slice(step=True),)),), [step]) is None
    assert seer.apply(start, (Index(("array",)),), [x]) is None


def test_one_length_has_one_form():
    """``x[1:-1]``, ``x[2:]`` and ``x[:-2]`` need no check against each other."""
    symbols = Symbols()
    value = Value(array("f8", 1))
    start = whole(value, (symbols.atom(Extent(value, 0)),))
    seer = Viewer(symbols, lambda operand: Sym(int(operand)))
    lengths = {
        seer.apply(start, (Index((item,)),), given).extents  # type: ignore[union-attr]
        for item, given in (
            (Slice(start=True, stop=True), [1, -1]),
            (Slice(start=True), [2]),
            (Slice(stop=True), [-2]),
        )
    }
    assert len(lengths) == 1


def test_a_guard_is_taken_once():
    x, y = Value(array("f8", 1), "x"), Value(array("f8", 1), "y")
    b = Builder()
    one = b.emit(np.add, x, y)
    two = b.emit(np.multiply, x, y)
    lowered = lower_to_loops(Function("f", b.block((x, y), (one, two)), (None, None)))
    guards = [op for op in lowered.body.ops if op.callee == core.GUARD]
    loops = [op for op in lowered.body.ops if op.callee == core.FOR]
    assert len(guards) == 1 and len(loops) == 1
