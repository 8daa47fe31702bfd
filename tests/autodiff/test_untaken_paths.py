"""What is infinite on a path that is not taken does not reach the gradient; zeros stay honest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adgen


def _norm(v: Any) -> Any:
    return np.sqrt(v[0] * v[0] + v[1] * v[1])


def twice(v: Any) -> Any:
    """The norm is computed again in the branch."""
    if _norm(v) < 1e-6:
        return v[0]
    return v[0] / _norm(v)


def named(v: Any) -> Any:
    """It has a name."""
    n = np.linalg.norm(v)
    if n < 1e-6:
        return v[0]
    return v[0] / n


def chain(v: Any) -> Any:
    """More than one op between the root and the branch."""
    n = np.sqrt(v[0] * v[0])
    q = np.log(n)
    r = 1 / q
    return r * v[0] if n > 1e-3 else v[0]


def array(v: Any) -> Any:
    """The branch works on an array."""
    n, d = _norm(v), np.zeros(2)
    if n > 0:
        d[:] = v / n
    return d[0] + v[0]


def inside(v: Any) -> Any:
    """In a loop."""
    s = 0.0
    for i in range(v.size):
        r = np.sqrt(v[i])
        if r == 0.0:
            s += v[i] * (1 - i)
            continue
        s += 1 / r
    return s


def two_branches(v: Any) -> Any:
    """Two branches use it."""
    n, a, b = _norm(v), 0.0, 0.0
    if n > 1e-9:
        a = v[0] / n
    if n > 1e-9:
        b = v[1] / n
    return a + b + v[0]


def ahead_of_a_loop(v: Any) -> Any:
    """A branch in a loop behind it uses it."""
    n, s, k = _norm(v), v[0], 0
    while k < 3:
        k += 1
        if n > 1e-9:
            s = s + v[k % 2] / n
    return s


def nested(v: Any) -> Any:
    """Both arms of an outer branch use it, in branches."""
    n = _norm(v)
    if v[0] < 5:
        return v[1] / n if n > 0 else v[0]
    return n * 2 if n > 1 else v[0]


PROGRAMS = (
    twice, named, chain, array, inside, two_branches, ahead_of_a_loop, nested,
)  # fmt: skip
named_programs = pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)


@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
@named_programs
def test_paths_that_are_not_taken(program: Callable[..., Any]) -> None:
    origin, v = np.zeros(2), np.array([1.0, 2.0])
    assert adgen.grad(program, jit=False)(origin).tolist() == [1.0, 0.0]
    assert adgen.hvp(program, jit=False)(origin, v).tolist() == [0.0, 0.0]


@named_programs
def test_paths_that_are_taken(program: Callable[..., Any]) -> None:
    point, step = np.array([0.7, 1.3]), 1e-6 * np.eye(2)
    expected = [(program(point + h) - program(point - h)) / 2e-6 for h in step]
    gradient = adgen.grad(program, jit=False)
    np.testing.assert_allclose(gradient(point), expected, rtol=1e-7, atol=1e-8)
    v = np.array([0.4, -1.1])
    along = (gradient(point + 1e-6 * v) - gradient(point - 1e-6 * v)) / 2e-6
    np.testing.assert_allclose(adgen.hvp(program, jit=False)(point, v), along, rtol=1e-6, atol=1e-8)


@pytest.mark.jit
def test_machine_code() -> None:
    for program in (twice, two_branches, ahead_of_a_loop):
        assert adgen.grad(program)(np.zeros(2)).tolist() == [1.0, 0.0]


def test_the_adjoint_stands_in_the_arm() -> None:
    text = adgen.differentiate(named).source(np.zeros(2))
    assert "isnan" not in text and text.count("np.linalg.norm(v)") == 1


def residuals(x: Any, t: Any) -> Any:
    """Roots against targets, some of which are missing; the selection is lost in a sum."""
    r = np.where(t > 0, np.sqrt(x)[None, :] - t, 0.0)
    return np.sum(r * r)


def in_branches(x: Any, t: Any) -> Any:
    """The same, element by element."""
    total = 0.0
    for j in range(len(x)):
        y = np.sqrt(x[j])
        for i in range(len(t)):
            if t[i, j] > 0:
                total += (y - t[i, j]) ** 2
    return total


@pytest.mark.parametrize("program", [residuals, in_branches])
def test_hessians_where_the_fit_is_exact(program: Callable[..., Any]) -> None:
    """A cotangent that happens to be 0 changes: at an exact fit all of them do."""
    x, t = np.array([1.0, 4.0]), np.array([[1.0, 2.0], [1.0, -1.0]])
    assert adgen.grad(program, jit=False)(x, t).tolist() == [0.0, 0.0]
    found = adgen.hessian(program, jit=False)(x, t)
    np.testing.assert_allclose(found, [[1.0, 0.0], [0.0, 0.125]])


@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_selected_infinities() -> None:
    x, t = np.array([0.0, 4.0]), np.array([[-1.0, 2.5]])
    for program in (residuals, in_branches):
        assert adgen.grad(program, jit=False)(x, t).tolist() == [0.0, -0.25]


@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_infinities_that_are_written_over() -> None:
    def f(w: Any) -> Any:
        r, s, q = np.reciprocal(w), np.sqrt(w), w / 3.0
        r[0] = s[0] = q[0] = 0.0
        return np.sum(r) + np.sum(s * q)

    x = np.array([0.0, 4.0])
    slope = -1 / 16 + (0.25 * 4 + 2) / 3
    np.testing.assert_allclose(adgen.grad(f, jit=False)(x), [0.0, slope])
    assert adgen.differentiate(f).source(x).count("isnan") == 2  # a quotient by 3 is harmless
