"""Adgen's short way through Numba, against CPython and against Numba's own way."""

from __future__ import annotations

import itertools

import numba
import numpy as np
import pytest
from numba.core import event
from numba.core.runtime import _nrt_python, rtsys

from adgen.runtime.memory import copied, empty_2d, zeros_1d
from adgen.runtime.pipeline import Pipeline

pytestmark = pytest.mark.jit


def compiled(function, **options):
    return numba.njit(
        pipeline_class=Pipeline, no_cfunc_wrapper=True, error_model="numpy", **options
    )(function)


def counted(start, stop):
    """What loops over ranges leave behind, upwards and downwards, by ones and by more."""
    seen = 0
    for i in range(stop):
        seen = (seen * 31 + i) % 10007
    for i in range(start, stop):
        seen = (seen * 31 + i) % 10007
    for i in range(start, stop, 3):
        seen = (seen * 31 + i) % 10007
    for i in range(stop, start, -1):
        seen = (seen * 31 + i) % 10007
    for i in range(stop, start, -4):
        seen = (seen * 31 + i) % 10007
        for k in range(i):
            if k > 2:
                break
            if k == 1:
                continue
            seen = (seen * 31 + k) % 10007
    return seen


def stepped(start, stop, step):
    total = 0
    for i in range(start, stop, step):
        total = (total * 7 + i) % 10007
    return total


def elements(x, y, flags, n):
    """Reads and writes of elements: of other types, from the end, through views."""
    total = 0.0
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            x[i, j] += i - 2 * j
            y[j] = x[i, -j - 1]
            flags[i, j] = x[i, j] > y[-1]
            total += flags[i, j] * x[-1, n] + y[n] * 2
    row = x[n]
    column = x.T[n]
    row[0] = 7
    for i in range(column.shape[0]):
        column[i] *= row[-1]
    return total


def compared(a, b):
    return (a < b, a <= b, a > b, a >= b, a == b, a != b, a + b, a - b, a * b)


def extremes(a, b):
    return (min(a, b), max(a, b), max(a, 1), min(0, b), max(2.5, a), min(b, a, 2))


def handed_out(x, y, keep):
    """Arrays that are arguments, fresh, replaced, returned twice, or dropped by an exception."""
    if keep > 2:
        raise ValueError("too many")
    made = zeros_1d(x.shape[0])
    for i in range(keep):
        made = copied(x)
        made[i] = y[i]
        x = made
    other = empty_2d(2, max(keep, 0))
    for i in range(2):
        for j in range(keep):
            other[i, j] = i * j
    if keep == 2:
        raise ValueError("two")
    return x, y, made, (other, made)


ENDS = [(0, 0), (0, 5), (2, 9), (-3, 4), (5, 2), (-2, -7), (1, 2)]


def test_ranges():
    jitted = compiled(counted)
    for start, stop in ENDS:
        assert jitted(start, stop) == counted(start, stop)


def test_ranges_of_a_computed_step():
    jitted = compiled(stepped)
    for (start, stop), step in itertools.product(ENDS, (-3, -1, 1, 2)):
        assert jitted(start, stop, step) == stepped(start, stop, step)
    with pytest.raises(ValueError, match="must not be zero"):
        jitted(0, 3, 0)


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64, np.int32])
@pytest.mark.parametrize("order", ["C", "F", "A"])
def test_elements(dtype, order):
    def arguments():
        rng = np.random.default_rng(0)
        x = np.asarray(rng.integers(-9, 9, (3, 4)), dtype)
        x = np.asfortranarray(x) if order == "F" else x
        x = np.repeat(x, 2, axis=1)[:, ::2] if order == "A" else x
        return x, np.zeros(4), np.zeros((3, 4), bool), 1

    expected, ours = arguments(), arguments()
    assert compiled(elements)(*ours) == elements(*expected)
    for a, b in zip(expected[:3], ours[:3], strict=True):
        np.testing.assert_array_equal(a, b)


def test_comparisons_and_arithmetic():
    jitted = compiled(compared)
    values = (0.0, -0.0, 1.5, np.inf, np.nan, 3, -4, True, np.float32(0.1), np.uint8(7))
    for a, b in itertools.product(values, values):
        if isinstance(a, np.uint8) or isinstance(b, np.uint8):
            expected = numba.njit(compared)(a, b)  # Numba's own promotion
        else:
            expected = compared(a, b) if type(a) is not bool or type(b) is not bool else None
        if expected is not None:
            np.testing.assert_allclose(jitted(a, b), expected, rtol=1e-7)


def test_extremes_are_those_of_python():
    jitted = compiled(extremes)
    for values in ((0.0, -0.0, 1.5, np.inf, np.nan, -2.0), (0, 3, -4)):
        for a, b in itertools.product(values, values):
            ours, expected = jitted(a, b), extremes(a, b)
            assert [repr(float(x)) for x in ours] == [repr(float(x)) for x in expected]


def test_every_reference_is_given_up():
    jitted = compiled(handed_out)
    x, y = np.arange(3.0), np.ones(3)
    jitted(x, y, 0)
    _nrt_python.memsys_enable_stats()
    for keep in (0, 1):
        before = rtsys.get_allocation_stats()
        for _ in range(10):
            result = jitted(x, y, keep)
        expected = handed_out(x, y, keep)
        for ours, theirs in zip(result[:3], expected[:3], strict=True):
            np.testing.assert_array_equal(ours, theirs)
        assert result[1] is y or np.shares_memory(result[1], y)
        del result, ours
        after = rtsys.get_allocation_stats()
        assert after.alloc - before.alloc == after.free - before.free
    with pytest.raises(ValueError, match="too many"):
        jitted(x, y, 3)
    with pytest.raises(ValueError, match="two"):
        jitted(x, y, 2)


def laid_anew(x, n, m):
    """Views of views, written through; one is returned, one outlives what it was made of."""
    flat = x.reshape(n * m)
    tall = flat.reshape(m, n, 1)
    tall[m - 1, 0, 0] += 1.0
    kept = copied(x).reshape(1, n, m).reshape(m, n)
    for i in range(n):
        kept = kept.reshape(n, m).reshape(m, n)
    return flat, tall[0, 0], kept.reshape(n * m), flat.size + tall.shape[1]


def test_reshapes():
    jitted = compiled(laid_anew)
    ours, expected = np.arange(12.0).reshape(3, 4), np.arange(12.0).reshape(3, 4)
    found, wanted = jitted(ours, 3, 4), laid_anew(expected, 3, 4)
    for one, other in zip((*found, ours), (*wanted, expected), strict=True):
        np.testing.assert_array_equal(one, other)
    assert np.shares_memory(found[0], ours) and found[0].strides == wanted[0].strides
    assert compiled(lambda x: x.reshape(0, 3))(np.zeros((4, 0), np.float32)).shape == (0, 3)


@pytest.mark.parametrize("extents", [(3, 3), (5, 2), (-3, -4), (2**62, 4)])
def test_reshapes_to_another_number_of_elements_raise(extents):
    with pytest.raises(ValueError, match="total size of new array must be unchanged"):
        compiled(lambda x, n, m: x.reshape(n, m))(np.arange(12.0), *extents)


def test_reshapes_give_up_their_references():
    jitted = compiled(laid_anew)
    x = np.arange(12.0).reshape(3, 4)
    jitted(x, 3, 4)
    _nrt_python.memsys_enable_stats()
    before = rtsys.get_allocation_stats()
    for _ in range(10):
        result = jitted(x, 3, 4)
        np.testing.assert_array_equal(result[2].size, 12)
    del result
    after = rtsys.get_allocation_stats()
    assert after.alloc - before.alloc == after.free - before.free


def test_defaults():
    def scaled(x, scale=2.0):
        return x * scale

    jitted = compiled(scaled)
    assert (jitted(3.0), jitted(3.0, 5.0)) == (6.0, 15.0)


def test_bounds_are_checked_where_that_is_asked_for():
    def third(x):
        return x[2]

    with pytest.raises(IndexError):
        compiled(third, boundscheck=True)(np.zeros(2))


def test_fast_maths_reaches_the_short_way():
    def total(x):
        s = 0.0
        for i in range(x.shape[0]):
            s += x[i] * x[i]
        return s

    jitted = compiled(total, fastmath={"reassoc"})
    jitted(np.ones(3))
    (text,) = jitted.inspect_llvm().values()
    assert "fadd reassoc" in text


def test_no_function_is_compiled_beside_the_one():
    """Loops, elements, allocation and arithmetic call no helper that Numba compiles."""
    started = []

    class Listener(event.Listener):
        def on_start(self, entered):
            started.append(entered.data["dispatcher"])

        def on_end(self, left):
            pass

    listener = Listener()
    event.register("numba:compile", listener)
    try:
        compiled(handed_out).compile((numba.float64[::1], numba.float64[::1], numba.int64))
    finally:
        event.unregister("numba:compile", listener)
    assert [dispatcher.py_func for dispatcher in started] == [handed_out]


def neighbours_added(x, n):
    total = 0.0
    for i in range(1, n):
        total += x[i + 1] * x[i - 1]
    return total


def test_signs_of_indices_are_seen():
    """Counters and sums of them do not wrap, or each index might count from the end."""
    function = compiled(neighbours_added)
    x = np.arange(6.0)
    assert function(x, 5) == neighbours_added(x, 5)
    (text,) = function.inspect_llvm().values()
    loop = text[text.index("phi") :]
    assert "icmp slt i64" not in loop.split("ret ")[0]
