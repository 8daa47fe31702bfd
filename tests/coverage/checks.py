"""The columns of the report: each a claim about a program, held against NumPy and differences."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

import adgen
from tests.coverage.case import Case

STEP = 2e-3
STEPS = 6
TOLERANCE, SINGLE, ROUNDED = 1e-6, 2e-2, 1e-9


def value(case: Case) -> None:
    """The result is that of Python, in shape and dtype too."""
    _is_value(case, adgen.differentiate(case.function, jit=False)(*_copies(case)))


def forward(case: Case) -> None:
    """``jvp`` is the slope along a direction."""
    tangents = _direction(case)
    slope = _slope(case.function, case.args, tangents)
    _, found = adgen.jvp(case.function, _copies(case), tangents, jit=False)
    _same(found, slope, TOLERANCE)


def reverse(case: Case) -> None:
    """``vjp`` gives the result, and element by element the slope of a weighed sum of it."""
    wrt = _floats(case)
    found, pullback = adgen.vjp(case.function, *_copies(case), wrt=wrt, jit=False)
    _is_value(case, found)
    weights = np.asarray(_weights(found), np.asarray(found).dtype)[()]
    for k, cotangent in zip(wrt, pullback(weights), strict=True):
        assert np.shape(cotangent) == np.shape(case.args[k])
        slopes = _gradient(lambda *args: np.sum(case.function(*args) * weights), case, k)
        _same(cotangent, slopes, TOLERANCE)


def second(case: Case) -> None:
    """The Hessian of the weighed result times a vector is the slope of the gradient."""
    if case.order < 2:
        return
    loss, wrt = weighed(case), _floats(case)
    vector = tuple(t for t in _direction(case) if t is not None)
    found = adgen.hvp(loss, wrt=wrt, jit=False)(*_copies(case), vector)
    gradient = adgen.grad(loss, wrt=wrt, jit=False)
    slope = _slope(gradient, case.args, _direction(case))
    _same(found, slope, 10 * TOLERANCE)


def single(case: Case) -> None:
    """float32 in, float32 out, forward and backward; the numbers are those of float64, nearly."""
    if not case.single:
        return
    loss, wrt = weighed(case), _floats(case)
    rounded = tuple(_in_single(arg) if k in wrt else arg for k, arg in enumerate(case.args))
    expected = case.function(*rounded)
    found = adgen.differentiate(case.function, jit=False)(*rounded)
    for one, two in zip(_parts(found), _parts(expected), strict=True):
        assert np.asarray(one).dtype == np.asarray(two).dtype, np.asarray(one).dtype
    gradient = adgen.grad(loss, wrt=wrt, jit=False)(*rounded)
    precise = adgen.grad(loss, wrt=wrt, jit=False)(*_copies(case))
    assert all(np.asarray(part).dtype == np.float32 for part in gradient)
    _same(gradient, precise, SINGLE)


def compiled(case: Case) -> None:
    """Machine code returns what the generated source returns in CPython."""
    loss, wrt = weighed(case), _floats(case)
    expected = adgen.value_and_grad(loss, wrt=wrt, jit=False)(*_copies(case))
    found = adgen.value_and_grad(loss, wrt=wrt)(*_copies(case))
    _same(found, expected, ROUNDED)


CHECKS: dict[str, Callable[[Case], None]] = {
    "value": value, "VJP": reverse, "JVP": forward, "2nd": second, "f32": single, "Numba": compiled,
}  # fmt: skip


def failure(case: Case, check: Callable[[Case], None]) -> str:
    """Why a claim does not hold; nothing if it does."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            check(case)
        except Exception as error:  # whatever is wrong is a line of the report
            return f"{type(error).__name__}: {error}".strip()
    return ""


def weighed(case: Case) -> Callable[..., Any]:
    """The sum of the results, each with a weight of its own that depends on it."""
    f = case.function
    return (
        lambda x: _weighed(f(x)),
        lambda x, y: _weighed(f(x, y)),
        lambda x, y, z: _weighed(f(x, y, z)),
    )[len(case.args) - 1]


def _weighed(y):  # type: ignore[no-untyped-def]
    if np.ndim(y) == 0:
        return y + 0.125 * y * y
    return np.sum(y * _weights(y).astype(y.dtype) + 0.125 * y * y)


def _weights(y):  # type: ignore[no-untyped-def]
    return 1.0 + 0.25 * np.arange(np.size(y)).reshape(np.shape(y))


def _copies(case: Case) -> tuple[Any, ...]:
    """The arguments anew, in the memory order that they have."""
    return tuple(a.copy("K") if isinstance(a, np.ndarray) and a.flags.c_contiguous else a
                 for a in case.args)  # fmt: skip


def _floats(case: Case) -> tuple[int, ...]:
    return tuple(k for k, arg in enumerate(case.args) if np.asarray(arg).dtype.kind == "f")


def _in_single(arg: Any) -> Any:
    return np.asarray(arg).astype(np.float32)[()]


def _direction(case: Case) -> tuple[Any, ...]:
    draw = np.random.default_rng(1)
    wrt = _floats(case)
    return tuple(_drawn(draw, arg) if k in wrt else None for k, arg in enumerate(case.args))


def _drawn(draw: np.random.Generator, arg: Any) -> Any:
    tangent = np.zeros_like(arg)  # in the same order of memory
    tangent[...] = draw.uniform(0.5, 1.0, np.shape(arg))
    return tangent[()]


def _gradient(loss: Callable[..., Any], case: Case, k: int) -> Any:
    slopes = np.empty(np.shape(case.args[k]))
    for place in np.ndindex(slopes.shape):
        unit = np.zeros_like(case.args[k])  # in the same order of memory
        unit[place] = 1.0
        tangents = [None] * len(case.args)
        tangents[k] = unit[()]
        slopes[place] = _slope(loss, case.args, tuple(tangents))[0]
    return slopes


def _slope(function: Callable[..., Any], args: Any, tangents: tuple[Any, ...]) -> Any:
    """Central differences along a direction, extrapolated to step 0."""

    def at(step: float) -> Any:
        moved = [a if t is None else a + step * t for a, t in zip(args, tangents, strict=True)]
        return _numbers(function(*moved))

    table: list[list[Any]] = []
    best, error = None, np.inf
    for row in range(STEPS):
        step = STEP / 2**row
        table.append([(at(step) - at(-step)) / (2 * step)])
        for k in range(row):
            table[row].append(
                table[row][k] + (table[row][k] - table[row - 1][k]) / (4 ** (k + 1) - 1)
            )
            moved = max(
                np.max(np.abs(table[row][-1] - table[row][k]), initial=0.0),
                np.max(np.abs(table[row][-1] - table[row - 1][k]), initial=0.0),
            )
            if moved < error:
                best, error = table[row][-1], moved
    return best if best is not None else table[-1][0]


def _is_value(case: Case, found: Any) -> None:
    expected = case.function(*_copies(case))
    _same(found, expected, ROUNDED if case.exact else TOLERANCE)
    for one, two in zip(_parts(found), _parts(expected), strict=True):
        assert np.shape(one) == np.shape(two), f"{np.shape(one)} is no {np.shape(two)}"
        assert np.asarray(one).dtype == np.asarray(two).dtype, np.asarray(one).dtype


def _parts(found: Any) -> tuple[Any, ...]:
    return tuple(found) if isinstance(found, (tuple, list)) else (found,)


def _numbers(found: Any) -> Any:
    parts = [_numbers(p) if isinstance(p, tuple) else np.ravel(p) for p in _parts(found)]
    return np.concatenate(parts) if parts else np.empty(0)


def _same(found: Any, expected: Any, tolerance: float) -> None:
    have, want = _numbers(found), _numbers(expected)
    assert have.shape == want.shape, f"{have.shape} is no {want.shape}"
    scale = max(1.0, float(np.max(np.abs(want), initial=0.0)))
    error = float(np.max(np.abs(have - want), initial=0.0)) / scale
    assert error <= tolerance, f"{have} instead of {want}, off by {error:.1e}"
