"""``sorted``, extrema by a key or with a default, and starred names."""

from __future__ import annotations

import bisect
from typing import Any

import numpy as np
import pytest

import adgen
from tests.language.agreement import agree

X = np.array([0.31, 0.23, 0.74, 0.23, -1.5])


def of_an_array(x: Any) -> float:
    t = 0.0
    for k, a in enumerate(sorted(x)):
        t += k * a
    for k, a in enumerate(sorted(x, reverse=True)):
        t += k * a**2
    return t + sorted(x)[0] ** 3


def of_numbers(x: Any) -> float:
    a, b, c = sorted([x[0], x[1], x[2]])
    d, e = sorted((float(x[2]), float(x[1])), reverse=True)
    return a + 2 * b + 3 * c + 4 * d**2 + 5 * e


def by_a_key(x: Any) -> float:
    t = 0.0
    for k, a in enumerate(sorted(x, key=lambda a: -a)):
        t += k * a
    for k, a in enumerate(sorted(x, key=lambda a: a > 0.25)):
        t += k * a**2
    for k, a in enumerate(sorted(x, key=lambda a: a > 0.25, reverse=True)):
        t += k * a**3
    return t


def extrema(x: Any) -> float:
    first = max(x, key=lambda a: (a - 0.2) ** 2)
    second = min(x[0], x[1], x[2], key=abs)
    third = max([a for a in x if a > 100], default=x[0])
    fourth = min([a for a in x if a < 0.7], default=x[0], key=lambda a: abs(a - 0.3))
    fifth = max((x[0] ** 2, x[2] ** 2), default=0.0)
    return first**2 + 2 * second + 3 * third + 4 * fourth + 5 * fifth


def starred(x: Any) -> float:
    a, *rest = x
    *start, b = rest
    c, *middle, d = x * 2
    return a * sum(rest) + b * len(start) + c * d + sum(m**2 for m in middle)


def names(x: Any) -> float:
    p = dict(zip(("amp", "rate", "shift"), x, strict=False))
    q = {k: v**2 for k, v in zip(["a", "b"], x)}  # noqa: B905
    t = sum(v * len(k) for k, v in zip(("one", "three"), x))  # noqa: B905
    return p["amp"] * np.exp(-p["rate"]) + p["shift"] * q["a"] + q["b"] + t


def more_names(x: Any) -> float:
    t = 0.0
    for k, v in zip(("a", "b", "c", "d", "e", "f", "g"), x):  # noqa: B905
        t += v if k in "aceg" else v**2
    return t


PROGRAMS = (of_an_array, of_numbers, by_a_key, extrema, starred, names, more_names)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_agrees_with_python(program: Any) -> None:
    agree(program, X)


@pytest.mark.jit
@pytest.mark.parametrize("program", (by_a_key, starred), ids=lambda program: program.__name__)
def test_compiled(program: Any) -> None:
    agree(program, X, jit=True)


def zips_strictly(x: Any) -> float:
    return sum(a * b for a, b in zip(x, x[1:], strict=True))


def zips_more_strictly(x: Any) -> float:
    return sum(a * b for a, b in zip(x[1:], x, strict=True))


def test_strict() -> None:
    agree(zips_strictly, X)
    agree(zips_more_strictly, X)


def test_empty() -> None:
    agree(lambda x: max(x[9:], key=abs), X)


def test_fewer_than_names() -> None:
    with pytest.raises(ValueError) as caught:
        adgen.grad(names, jit=False)(X[:2])
    assert "keys that are computed at run time" in caught.value.__notes__[0]


def arrays(x: Any) -> float:
    return sum(sorted([x, 2 * x], key=lambda a: a[0])[0])


def test_arrays_are_not_sorted() -> None:
    with pytest.raises(adgen.UnsupportedError, match="values computed at run time are sorted"):
        adgen.grad(arrays, jit=False)(X)


def by_bisection(x: Any) -> Any:
    knots, heights = [0.0, 0.5, 1.0], [1.0, 3.0, 2.0]
    total = 0.0
    for value in x:
        k = min(max(bisect.bisect(knots, value) - 1, 0), 1)
        total += heights[k] + (heights[k + 1] - heights[k]) * (value - knots[k]) / 0.5
    places = bisect.bisect_left(knots, 0.5), bisect.bisect_right(knots, 0.5)
    return total * x[places[0]] + x[places[1]] * bisect.bisect_left(np.sort(x), x[0], 1)


def test_bisection() -> None:
    agree(by_bisection, X)
