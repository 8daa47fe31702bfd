"""Neighbouring loops that become one: the example, what is left alone, random neighbours."""

import operator

import numpy as np
import pytest

from adgen.transpiler.ir import core, paths
from adgen.transpiler.ir.core import Function, Value
from adgen.transpiler.ir.interpreter import interpret
from adgen.transpiler.ir.types import FLOAT, INT, array
from adgen.transpiler.ir.verifier import verify
from adgen.transpiler.passes.dead_code import eliminate_dead_code
from adgen.transpiler.passes.delayed_loops import merge_neighbours
from adgen.transpiler.passes.shared_elements import share_elements
from adgen.transpiler.primitives.builder import Builder

ELEMENT = paths.element(1)
F8 = array("f8", 1)


def at(b, i, offset):
    return b.emit(operator.add, i, offset)


def loop(b, stop, arrays, body, total=None):
    """``for i in range(stop): arrays = body(i, *arrays)``; a sum is carried after the arrays."""
    i = Value(INT, "i")
    heads = [Value(a.type, a.name) for a in arrays]
    heads += [] if total is None else [Value(FLOAT, "s")]
    inner = b.inner()
    ends = body(inner, i, *heads)
    inits = [*arrays, *([] if total is None else [total])]
    block = inner.block((i, *heads), ends)
    return b.region(core.FOR, (0, stop, 1, *inits), [block], [h.type for h in heads])


def smoothing(b, x):
    """``x[1:-1] = x[:-2] + x[2:]``, as it is lowered."""
    t = b.emit(operator.sub, b.emit(core.DIM, x, axis=0), 2)
    new = b.emit(core.EMPTY, t, dtype=np.dtype("f8"))

    def ahead(b, i, new):
        both = b.emit(operator.add, b.getitem(x, ELEMENT, i), b.getitem(x, ELEMENT, at(b, i, 2)))
        return (b.setitem(new, both, ELEMENT, i),)

    (made,) = loop(b, t, [new], ahead)

    def assign(b, i, x):
        return (b.setitem(x, b.getitem(made, ELEMENT, i), ELEMENT, at(b, i, 1)),)

    return loop(b, t, [x], assign)[0]


def loops_in(function):
    return sum(op.callee == core.FOR for _, op in core.walk(function.body))


def same(function, *vectors):
    after = eliminate_dead_code(merge_neighbours(function))
    verify(after)
    shared = share_elements(after)
    verify(shared)
    expected = interpret(function, *[v.copy() for v in vectors])
    for changed in (after, shared):
        found = interpret(changed, *[v.copy() for v in vectors])
        np.testing.assert_equal(found, expected)
    return after


@pytest.mark.parametrize("length", [2, 3, 4, 9])
def test_example(length):
    x, b = Value(F8, "x"), Builder()
    function = Function("f", b.block((x,), (smoothing(b, x),)))
    after = same(function, np.arange(length) ** 2.0)
    assert loops_in(function) == 2 and loops_in(after) == 1
    assert core.EMPTY not in {op.callee for _, op in core.walk(after.body)}


def test_a_version_in_between_that_is_needed_later_keeps_the_loops_apart():
    x, b = Value(F8, "x"), Builder()
    n = b.emit(core.DIM, x, axis=0)

    def double(b, i, x):
        return (b.setitem(x, b.emit(operator.mul, b.getitem(x, ELEMENT, i), 2.0), ELEMENT, i),)

    (once,) = loop(b, n, [x], double)
    (twice,) = loop(b, n, [once], double)
    function = Function("f", b.block((x,), (once, twice)), (core.LEAF, core.LEAF))
    assert loops_in(same(function, np.arange(4.0))) == 2


@pytest.mark.parametrize("reassoc", [True, False])
def test_a_sum_in_the_users_order_keeps_the_loops_apart(reassoc):
    x, b = Value(F8, "x"), Builder()
    n = b.emit(core.DIM, x, axis=0)

    def double(b, i, x):
        return (b.setitem(x, b.emit(operator.mul, b.getitem(x, ELEMENT, i), 2.0), ELEMENT, i),)

    (once,) = loop(b, n, [x], double)

    def add(b, i, s):
        return (b.emit(operator.add, s, b.getitem(once, ELEMENT, i), reassoc=reassoc),)

    (total,) = loop(b, n, [], add, 0.0)
    function = Function("f", b.block((x,), (once, total)), (core.LEAF, core.LEAF))
    assert loops_in(same(function, np.arange(4.0))) == 2 - reassoc


def test_a_loop_two_trips_ahead_stays_apart():
    x, y, b = Value(F8, "x"), Value(F8, "y"), Builder()
    t = b.emit(operator.sub, b.emit(core.DIM, x, axis=0), 2)
    (made,) = loop(b, t, [x], lambda b, i, x: (b.setitem(x, 1.0, ELEMENT, i),))

    def read(b, i, y):
        return (b.setitem(y, b.getitem(made, ELEMENT, at(b, i, 2)), ELEMENT, i),)

    (out,) = loop(b, t, [y], read)
    function = Function("f", b.block((x, y), (made, out)), (core.LEAF, core.LEAF))
    assert loops_in(same(function, np.arange(5.0), np.zeros(5))) == 2


class Neighbours:
    """Random loops over one range that read, write and add to three vectors and buffers."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        self.b = Builder(role=core.ADJOINT if seed % 2 else core.PRIMAL)
        self.arrays = [Value(F8, name) for name in "xyz"]
        self.buffers = {}  # from numbers in ``arrays`` to the offset that was written
        self.numbers = [1.0]

    def function(self):
        params, older = tuple(self.arrays), []
        self.t = self.b.emit(operator.sub, self.b.emit(core.DIM, params[0], axis=0), 2)
        for _ in range(self.rng.integers(2, 6)):
            if self.rng.random() < 0.1:
                older.append(self.rng.choice(self.arrays[:3]))
            self.loop()
            if self.rng.random() < 0.3:
                self.numbers.append(self.b.emit(operator.mul, self.numbers[-1], 0.5))
        results = [*self.arrays[:3], self.numbers[-1], *older]
        return Function("f", self.b.block(params, results), (core.LEAF,) * len(results))

    def loop(self):
        """One loop; it may fill a new buffer, and read what others have filled."""
        r = self.rng
        chosen = sorted(r.choice(3, size=int(r.integers(1, 3)), replace=False))
        fresh = None
        if r.random() < 0.6:
            n = self.b.emit(core.DIM, self.arrays[0], axis=0)
            fresh = len(self.arrays)
            self.arrays.append(self.b.emit(core.EMPTY, n, dtype=np.dtype("f8")))
            chosen.append(fresh)
        sums, shift = r.random() < 0.3, int(r.integers(0, 3))

        def body(b, i, *heads):
            now = dict(zip(chosen, heads, strict=False))
            value = r.choice([0.5, 2.0])
            for _ in range(r.integers(1, 5)):
                k = int(r.choice([*chosen, *range(3), *self.buffers]))
                place = at(b, i, self.buffers.get(k, int(r.integers(0, 3))))
                x, kind = now.get(k, self.arrays[k]), r.integers(3)
                if k == fresh:
                    continue
                if kind == 0 or k not in chosen:
                    value = b.emit(operator.add, value, b.getitem(x, ELEMENT, place))
                elif kind == 1:
                    now[k] = b.setitem(x, b.emit(operator.mul, value, 0.5), ELEMENT, place)
                else:
                    now[k] = b.additem(x, b.emit(operator.mul, value, 0.25), ELEMENT, place)
            if fresh is not None:
                now[fresh] = b.setitem(now[fresh], value, ELEMENT, at(b, i, shift))
            ends = [now[k] for k in chosen]
            return [*ends, b.emit(operator.add, heads[-1], value, reassoc=True)] if sums else ends

        total = self.numbers[-1] if sums else None
        results = loop(self.b, self.t, [self.arrays[k] for k in chosen], body, total)
        for k, result in zip(chosen, results, strict=False):
            self.arrays[k] = result
        if sums:
            self.numbers.append(results[-1])
        if fresh is not None:
            self.buffers[fresh] = shift


def compare(seed):
    function = Neighbours(seed).function()
    after = eliminate_dead_code(merge_neighbours(function))
    verify(after)
    both = share_elements(after)
    verify(both)
    for length in (2, 3, 4, 7):
        vectors = np.random.default_rng(seed).integers(-4, 5, size=(3, length)).astype(float)
        expected = interpret(function, *vectors.copy())
        for changed in (after, both):
            for got, want in zip(interpret(changed, *vectors.copy()), expected, strict=True):
                np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-12)
    return loops_in(function) > loops_in(after)


@pytest.mark.parametrize("block", range(10))
def test_random_neighbours(block):
    merged = sum(compare(seed) for seed in range(block * 40, block * 40 + 40))
    assert merged >= 4
