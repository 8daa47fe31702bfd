"""Extents that turn out to be 1 only at run time: broadcast as NumPy does."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.transpiler.compiler import Request, compile_source
from adgen.transpiler.ir.types import INT, array
from adgen.transpiler.source import from_function

x, y = np.arange(1.0, 6.0), np.arange(2.0, 6.0)
M = np.arange(12.0).reshape(4, 3) + 1.0


def clipped(x, y, k):
    return np.sum(x[:k] * y)


def both_ways(x, y, k):
    return np.sum(x[:k] * y[: 5 - k])


def changing(x, y):
    total = 0.0
    for k in range(4):
        total += np.sum(x[: 1 + k % 2] * y[: 1 + k // 2 * (k % 2)])
    return total


def growing(x, y, k):
    total = 0.0
    for i in range(3):
        total = total + i * x[:k] * y
    return np.sum(total**2)


def written(x, y, k):
    x[:k] *= 2.0
    x[1:] = x[:k] * y
    return np.sum(x * x)


def stored(x, y, k):
    z = np.zeros(5)
    z[:] = x[:k]
    z += y[:k]
    return np.sum(z * z)


def chosen(x, y, k):
    t = np.zeros(1)
    i = 0
    while i < k:
        i += 1
        t = np.where(x[:i] > 0.0, y[:1], x[:i] * y[:k])
    return np.sum(t)


def free_axis(x, y, M):
    return np.sum(M * y.reshape(4, -1) ** 2) + np.sum(M - y[1:].reshape(-1, 3))


def one_element(x, y, i):
    return np.sum(x[i : i + 1] ** 2) + np.sum(x[i + 4 :] * y)


def rows(x, y, M, k):
    P = M[:k, :3] * M[:k, :1] + M[:2, :k]
    return np.sum(P * x[:k])


CASES: list[tuple[Callable[..., float], tuple[Any, ...]]] = [
    (clipped, (1,)),
    (clipped, (4,)),
    (both_ways, (1,)),
    (both_ways, (4,)),
    (changing, ()),
    (growing, (1,)),
    (growing, (4,)),
    (written, (1,)),
    (written, (4,)),
    (stored, (1,)),
    (chosen, (1,)),
    (free_axis, (M,)),
    (one_element, (0,)),
    (rows, (M, 1)),
]
NAMED = [
    f"{function.__name__}{rest[-1:] if rest and np.ndim(rest[-1]) == 0 else ''}"
    for function, rest in CASES
]


def slope(function: Callable[..., float], args: tuple[Any, ...], k: int) -> np.ndarray:
    """The gradient by central differences."""
    out = np.zeros_like(args[k])
    for i in range(out.size):
        ends = []
        for step in (1e-5, -1e-5):
            moved = copy.deepcopy(args)
            moved[k].flat[i] += step
            ends.append(function(*moved))
        out.flat[i] = (ends[0] - ends[1]) / 2e-5
    return out


def agrees(function: Callable[..., float], args: tuple[Any, ...], jit: bool) -> None:
    """Value, effects, and all kinds of derivatives are those of the function itself."""
    made = adgen.differentiate(function, wrt=(0, 1), jit=jit)
    mine, theirs = copy.deepcopy(args), copy.deepcopy(args)
    assert made(*mine) == pytest.approx(function(*theirs))
    assert all(map(np.array_equal, mine, theirs))
    want = [slope(function, args, k) for k in (0, 1)]
    for got in (made.grad(*args), made.vjp(*args)[1](1.0), made.value_and_grad(*args)[1]):
        for have, expect in zip(got, want, strict=True):
            np.testing.assert_allclose(have, expect, atol=1e-5)
    tangents = (np.ones_like(args[0]), np.ones_like(args[1]), *(0 for _ in args[2:]))
    _, tangent = made.jvp(args, tangents)
    assert tangent == pytest.approx(sum(map(np.sum, want)), abs=1e-4)


@pytest.mark.parametrize(("function", "rest"), CASES, ids=NAMED)
def test_extents_of_one_are_broadcast_as_in_numpy(function, rest):
    agrees(function, (x, y, *rest), jit=False)


@pytest.mark.jit
@pytest.mark.parametrize(("function", "rest"), [(written, (1,)), (rows, (M, 1)), (changing, ())])
def test_the_same_under_numba(function, rest):
    agrees(function, (x, y, *rest), jit=True)


def test_second_derivatives():
    product = adgen.hvp(written, jit=False)(x, y, 1, np.ones(5))
    want = np.zeros(5)
    want[0] = 8.0 * (1.0 + np.sum(y**2))
    np.testing.assert_allclose(product, want)


def test_nothing_is_compiled_twice():
    def f(x, y, k):
        return np.sum(x[:k] * y)

    gradient = adgen.grad(f, jit=False)
    for k in (4, 1, 4, 1, 1, 4):
        np.testing.assert_allclose(gradient(x, y, k), slope(f, (x, y, k), 0), atol=1e-5)
    assert len(gradient.owner._compilations.builds) == 2


def test_the_first_code_stays_short():
    types = {"x": array("f8", 1), "y": array("f8", 1), "k": INT}
    text = compile_source(from_function(clipped), types, Request("primal")).text
    assert text.partition("np\n\n\n")[2] == (
        "def clipped(x, y, k):\n"
        "    t = x[:k]\n"
        "    n = x.shape[0]\n"
        "    if max(min(max(k + n if k < 0 else k, 0), n), 0) != y.shape[0]:\n"
        '        raise ValueError("operands could not be broadcast together")\n'
        "    return np.sum(t * y)\n"
    )


def test_shapes_that_differ_raise_as_in_numpy_and_change_nothing():
    def f(x, y, k):
        return np.sum(x[:k] * y)

    gradient = adgen.grad(f, jit=False)
    for _ in range(2):
        with pytest.raises(ValueError, match=r"shapes \(2,\) \(4,\)"):
            gradient(x, y, 2)
    assert gradient(x, y, 4) is not None
    assert not gradient.owner._compilations.unguessed


@pytest.mark.jit
def test_shapes_that_differ_are_named_under_numba():
    def product(x, y):
        return np.sum(x * y)

    with pytest.raises(ValueError) as caught:
        adgen.grad(product)(x, y)
    assert str(caught.value) == (
        "operands could not be broadcast together (x has shape (5,), y has shape (4,))"
    )


def test_empty_slices():
    def f(x, y, i):
        return np.sum(x[i : i + 1] * y[:1]) + np.sum(x[i : i + 1])

    for i in (2, 7):
        agrees(f, (x, y, i), jit=False)


def test_a_mismatch_leaves_arrays_as_python_does():
    def f(x, y, k):
        x[0] = 9.0
        x[1:] = x[:k] * y
        return x[2]

    mine, theirs = x.copy(), x.copy()
    for function, array_ in ((adgen.differentiate(f, jit=False), mine), (f, theirs)):
        with pytest.raises(ValueError, match="broadcast"):
            function(array_, y, 2)
    np.testing.assert_array_equal(mine, theirs)


def test_what_is_printed_is_printed_once(capsys):
    def f(x, y, k):
        print("k is", k)
        return np.sum(x[:k] * y)

    assert adgen.differentiate(f, jit=False)(x, y, 1) == f(x, y, 1)
    assert capsys.readouterr().out == "k is 1\n" * 2


@pytest.mark.jit
def test_arguments_of_length_one_inside_numba():
    numba = pytest.importorskip("numba")

    @numba.njit
    def both(f, x, y, k):
        return f(x, y, k), f.grad(x, y, k)

    def product(x, y, k):
        z = x * y
        return np.sum(z[:k] * z)

    f = adgen.differentiate(product, wrt=(0, 1))
    for first, second, k in ((x, x + 1.0, 5), (x, y[:1], 1), (x[:1], x, 5), (x[:1], y[:1], 1)):
        value, slopes = both(f, first, second, k)
        assert value == pytest.approx(product(first, second, k))
        for position, have in enumerate(slopes):
            want = slope(product, (first, second, k), position)
            np.testing.assert_allclose(have, want, atol=1e-4)
    with pytest.raises(ValueError, match="broadcast"):
        both(f, x, y, 1)
