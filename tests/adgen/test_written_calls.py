"""Calls that are written out: for what they are, what they leave to the general way, effects."""

import gc
import pickle
import weakref

import numpy as np
import pytest

import adgen
from tests.adgen.functions import fourth

SCALE = 2.0


def weighted(x, n, w):
    return SCALE * np.sum(w * x) * n


def scaled(x):
    return SCALE * x * x


def twice(function, *args, **kwargs):
    """The result of the third call, after two that had to find out."""
    function(*args, **kwargs)
    function(*args, **kwargs)
    return function(*args, **kwargs)


def is_written(function):
    return hasattr(type(function), "_general")


def test_the_second_call_writes_the_third():
    slope = adgen.grad(fourth, jit=False)
    assert not is_written(slope)
    slope(2.0)
    assert not is_written(slope)
    assert slope(2.0) == slope(2.0) == 32.0
    assert is_written(slope)
    assert type(slope).__name__ == "Gradient" and repr(slope) == "<adgen grad(fourth)>"
    assert pickle.loads(pickle.dumps(slope))(2.0) == 32.0


@pytest.mark.parametrize("jit", [False, pytest.param(True, marks=pytest.mark.jit)])
def test_every_way_of_calling(jit):
    f = adgen.differentiate(wrt=("x", "w"), jit=jit)(weighted)
    x, w = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    for call in (f, f.grad, f.value_and_grad):
        wanted = call(x, 3, w)
        assert is_written(call) is False
        for got in (twice(call, x, 3, w), call(x, n=3, w=w), call(w=w, x=x, n=3)):
            np.testing.assert_equal(got, wanted)
        assert is_written(call)
        assert type(call(x, 3, w)) is type(wanted)
    with pytest.raises(TypeError, match="weighted"):
        f(x, 3)
    with pytest.raises(TypeError, match="weighted"):
        f(x, 3, w, 4)
    with pytest.raises(TypeError, match="weighted"):
        f(x, 3, w, other=1)


@pytest.mark.parametrize("jit", [False, pytest.param(True, marks=pytest.mark.jit)])
def test_other_arguments_take_the_general_way(jit):
    f = adgen.value_and_grad(weighted, jit=jit)
    x = np.arange(8.0)
    twice(f, x[:3].copy(), 2, x[:3].copy())
    for args in (
        (x[::2], 2, x[:4]),  # strided
        (x[:1], 2, x[:3]),  # broadcast
        (x[:3].astype(np.float32), 2, x[:3]),
        (x[:3], 2.0, x[:3]),
        (x[:3], np.int64(2), x[:3]),
        (x[:3], True, x[:3]),
        (3.0, 2, x[:3]),
        (x[:3].view(type("Sub", (np.ndarray,), {})), 2, x[:3]),
        (x[:0], 2, x[:0]),
    ):
        value, gradient = twice(f, *args)
        np.testing.assert_allclose(value, weighted(*args), rtol=1e-6)
        wanted = SCALE * args[1] * (args[2] if np.shape(args[0]) == np.shape(args[2])
                                    else np.sum(args[2]))  # fmt: skip
        np.testing.assert_allclose(gradient, np.broadcast_to(wanted, np.shape(args[0])))
        assert np.asarray(gradient).dtype == np.asarray(args[0]).dtype


def test_numbers_are_what_they_are_without():
    for function, x in ((adgen.grad(fourth, jit=False), 2.0), (adgen.value_and_grad(fourth), 2.0)):
        first, later = function(x), twice(function, x)
        assert type(first) is type(later)
        assert first == later


def test_a_changed_global_is_seen(monkeypatch):
    slope = adgen.grad(scaled, jit=False)
    assert twice(slope, 3.0) == 12.0
    monkeypatch.setitem(globals(), "SCALE", 5.0)
    assert twice(slope, 3.0) == 30.0
    monkeypatch.setitem(globals(), "SCALE", 2.0)
    assert slope(3.0) == 12.0


def test_arguments_are_not_kept_alive():
    slope = adgen.grad(lambda x: np.sum(x * x), jit=False)
    x = np.arange(4.0)
    gone = weakref.ref(x)
    twice(slope, x)
    assert is_written(slope)
    del x
    gc.collect()
    assert gone() is None


def test_many_kinds():
    slope = adgen.grad(lambda x: np.sum(x * x), jit=False)
    for ndim in (1, 2, 3, 4, 5, 6):
        x = np.full((2,) * ndim, 3.0)
        np.testing.assert_array_equal(twice(slope, x), 2 * x)
    np.testing.assert_array_equal(slope(np.ones(2)), np.full(2, 2.0))


def test_errors_come_out_as_they_are():
    def f(x, n):
        if n < 0:
            raise ValueError("negative")
        return x * n

    slope = adgen.grad(f, jit=False)
    assert twice(slope, 1.0, 2) == 2.0
    with pytest.raises(ValueError) as caught:
        slope(1.0, -1)
    assert caught.value.args == ("negative",) and caught.value.__context__ is None
    assert caught.value.__notes__[0].endswith('    raise ValueError("negative")')


def test_a_guess_that_fails_later():
    def f(x, k):
        return np.sum(x[k:] * x)

    slope = adgen.grad(f, jit=False)
    x = np.array([1.0, 2.0])
    np.testing.assert_array_equal(twice(slope, x, 0), [2.0, 4.0])
    for _ in range(3):
        np.testing.assert_array_equal(slope(x, 1), [2.0, 5.0])
        np.testing.assert_array_equal(slope(x, 0), [2.0, 4.0])


@pytest.mark.parametrize("jit", [False, pytest.param(True, marks=pytest.mark.jit)])
def test_strided_arrays_are_told_by_their_layout(jit):
    """A slice, a transpose, a read-only array: each is copied, and none is taken for another."""
    f = adgen.value_and_grad(weighted, jit=jit)
    table, w = np.arange(12.0).reshape(4, 3), np.arange(1.0, 5.0)
    frozen = table[:, 1].copy()
    frozen.flags.writeable = False
    twice(f, table[:, 1], 2, w)
    assert is_written(f)
    for x in (table[:, 1], table[:, 2], table[::-1, 1], frozen, table[:, 1].copy(), table[:2, 0]):
        value, gradient = twice(f, x, 2, w[: len(x)])
        assert value == weighted(x, 2, w[: len(x)])
        np.testing.assert_array_equal(gradient, 2 * SCALE * w[: len(x)])
    np.testing.assert_array_equal(table, np.arange(12.0).reshape(4, 3))
