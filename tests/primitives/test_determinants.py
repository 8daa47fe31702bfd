"""Determinants at regular, singular and nearly singular matrices: two derivatives by cofactors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import linalg

import adgen

RNG = np.random.default_rng(11)


def of_rank(n: int, rank: int, tiny: float = 0.0, dtype: Any = np.float64) -> Any:
    parts = RNG.normal(size=(2, n, n))
    if np.dtype(dtype).kind == "c":
        parts = parts + 1j * RNG.normal(size=(2, n, n))
    left, right = (np.linalg.qr(part)[0] for part in parts)
    s = np.linspace(1.0, 2.0, n)
    s[rank:] = tiny
    return ((left * s) @ right).astype(dtype)


def minor(A: Any, rows: tuple[int, ...], columns: tuple[int, ...]) -> Any:
    """The determinant without rows and columns, by the expansion: no inverse."""
    kept = [k for k in range(len(A)) if k not in rows]
    if not kept:
        return 1.0
    top, *_ = kept
    left = [k for k in range(len(A)) if k not in columns]
    return sum(
        (-1.0) ** place * A[top, k] * minor(A, (*rows, top), (*columns, k))
        for place, k in enumerate(left)
    )


def cofactors(A: Any) -> Any:
    n = range(len(A))
    return np.array([[(-1.0) ** (i + j) * minor(A, (i,), (j,)) for j in n] for i in n])


def second(A: Any) -> Any:
    n = len(A)
    hessian = np.zeros((n,) * 4, A.dtype)
    for i, j, k, m in np.ndindex(*hessian.shape):
        if i != k and j != m:
            swaps = i + j + k + m + (k < i) + (m < j)
            hessian[i, j, k, m] = (-1.0) ** swaps * minor(A, (i, k), (j, m))
    return hessian


MATRICES: dict[str, Callable[[], Any]] = {
    "regular": lambda: of_rank(4, 4),
    "rank 3": lambda: of_rank(4, 3),
    "rank 2": lambda: of_rank(4, 2),
    "rank 1": lambda: of_rank(4, 1),
    "nothing": lambda: np.zeros((4, 4)),
    "a pivot of 0": lambda: np.diag([2.0, 3.0, 0.0]),
    "two equal rows": lambda: np.array([[1.0, 2.0, 3.0], [1.0, 2.0, 3.0], [0.0, 1.0, 5.0]]),
    "nearly singular": lambda: of_rank(4, 3, 1e-13),
    "nearly of rank 2": lambda: of_rank(4, 2, 1e-9),
    "a rotation": lambda: np.linalg.qr(RNG.normal(size=(3, 3)))[0],
    "a reflection": lambda: np.diag([1.0, -1.0]),
    "one element": lambda: np.array([[0.0]]),
    "columns in Fortran's order": lambda: np.asfortranarray(of_rank(3, 2)),
}


@pytest.mark.parametrize("jit", [False, pytest.param(True, marks=pytest.mark.jit)])
def test_two_derivatives(jit: bool) -> None:
    gradient = adgen.grad(lambda A: np.linalg.det(A), jit=jit)
    hessian = adgen.hessian(lambda A: np.linalg.det(A), jit=jit)
    for make in MATRICES.values():
        A = make()
        np.testing.assert_allclose(gradient(A), cofactors(A), rtol=1e-11, atol=1e-13)
        np.testing.assert_allclose(hessian(A), second(A), rtol=1e-11, atol=1e-13)


def test_forward_mode_and_scipy() -> None:
    for make in MATRICES.values():
        A = make()
        along = RNG.normal(size=A.shape)
        for det in (np.linalg.det, linalg.det):
            value, slope = adgen.jvp(lambda A, det=det: det(A), (A,), (along,), jit=False)
            np.testing.assert_allclose(value, np.linalg.det(A), atol=1e-15)
            np.testing.assert_allclose(slope, np.sum(cofactors(A) * along), rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("dtype, close", [(np.complex128, 1e-11), (np.float32, 1e-4)])
def test_stacks_of_other_numbers(dtype: Any, close: float) -> None:
    matrices = [of_rank(3, 3, 0.0, dtype), np.zeros((3, 3), dtype), of_rank(3, 2, 0.0, dtype)]
    stack = np.stack(matrices)
    holomorphic = np.dtype(dtype).kind == "c"
    gradient = adgen.grad(lambda A: np.sum(np.linalg.det(A)), holomorphic=holomorphic, jit=False)
    expected = np.stack([cofactors(A) for A in matrices])
    np.testing.assert_allclose(gradient(stack), expected, atol=close)
    assert gradient(stack).dtype == dtype
    along = RNG.normal(size=(3, 3)).astype(dtype)
    product = adgen.hvp(lambda A: np.linalg.det(A), holomorphic=holomorphic, jit=False)
    for A in matrices:
        expected = np.tensordot(second(A), along, 2)
        np.testing.assert_allclose(product(A, along), expected, atol=close)


def test_third_order_at_a_rotation() -> None:
    t = RNG.normal(size=(3, 3))

    def along(A: Any) -> Any:
        return np.sum(adgen.hvp(lambda A: np.linalg.det(A))(A, t) * t)

    A = MATRICES["a rotation"]()
    found = adgen.grad(along, jit=False)(A)
    outer = adgen.differentiate(along, jit=False)
    expected = np.zeros((3, 3))
    for place in np.ndindex(3, 3):
        step = np.zeros((3, 3))
        step[place] = 1e-4
        expected[place] = (outer(A + step) - outer(A - step)) / 2e-4
    np.testing.assert_allclose(found, expected, atol=1e-8)
