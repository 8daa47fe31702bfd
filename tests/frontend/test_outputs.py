"""``out=``: results of NumPy's functions stored in arrays that are there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import adgen
from adgen.transpiler.errors import TypeMismatch

X, Y = np.array([0.1, 0.5, 0.7]), np.array([1.0, -2.0, 0.3])


def by_keyword(x: Any, y: Any) -> Any:
    z = np.empty_like(x)
    returned = np.multiply(x, y, out=z)
    returned[0] += x[1]
    return np.sum(z * z)


def by_position_in_a_tuple_and_over_itself(x: Any, y: Any) -> Any:
    z = np.multiply(x, y)
    np.add(z, x, z)
    np.sin(z, out=(z,))
    return np.sum(z * y)


def into_a_view(x: Any, y: Any) -> Any:
    z = x * y
    np.maximum(x[:2], 0.3, out=z[1:])
    np.exp(0.5, out=z[:1])
    return np.sum(z * z)


def of_reductions_and_the_library(x: Any, y: Any) -> Any:
    w = np.zeros(3)
    np.sum(np.outer(x, y), axis=0, out=w)
    np.cumsum(w, out=w)
    return np.sum(w * w)


def into_an_argument(x: Any, y: Any) -> Any:
    np.multiply(x, 2.0, out=x)
    return np.sum(x * y)


PROGRAMS = [
    by_keyword, by_position_in_a_tuple_and_over_itself, into_a_view, of_reductions_and_the_library,
    into_an_argument,
]  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
def test_out(program: Any) -> None:
    mine, theirs = X.copy(), X.copy()
    assert adgen.differentiate(program, jit=False)(mine, Y) == pytest.approx(program(theirs, Y))
    np.testing.assert_array_equal(mine, theirs)
    adgen.check_grads(program, (0, 1), jit=False)(X, Y)


@pytest.mark.jit
def test_compiled() -> None:
    for program in (by_keyword, into_a_view):
        adgen.check_grads(program, (0, 1))(X, Y)


def test_a_float_does_not_fit_into_integers() -> None:
    def program(x: Any) -> Any:
        counts = np.zeros(3, dtype=np.int64)
        np.add(x, 1.0, out=counts)
        return np.sum(x)

    with pytest.raises(TypeMismatch, match="floats are added in place to an integer array"):
        adgen.grad(program, jit=False)(X)
