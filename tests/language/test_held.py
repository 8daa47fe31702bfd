"""Dicts that make what is missing, functions that remember, methods that give lists."""

from __future__ import annotations

import functools
from collections import defaultdict
from typing import Any

import numpy as np
import pytest

from tests.language.agreement import agree

X = np.array([0.31, 0.74, 0.23])


def groups(x: Any) -> float:
    held: Any = defaultdict(list)
    total: Any = defaultdict(float, c=2.0)
    for key, v in zip("aba", x, strict=True):
        held[key].append(v)
        total[key] += v**2
    missing = total["d"] + len(total) + ("e" in total) + total.get("f", 3.0)
    return sum(sum(v) ** 2 for v in held.values()) + total["a"] * total["c"] + missing


def remembers(x: Any) -> float:
    @functools.cache
    def fibonacci(n: int) -> float:
        print("computed", n)
        return x[0] if n < 2 else fibonacci(n - 1) * x[1] + fibonacci(n - 2)

    @functools.cache
    def scaled(v: float, name: str) -> float:
        return v * len(name)

    return fibonacci(9) + fibonacci(5) + scaled(x[1], "abc") + scaled(2.0, "ab") * scaled(2.0, "ab")


def lists(x: Any) -> float:
    y = x.copy()
    y.sort()
    z = (x * 2).tolist()
    z.append(1.0)
    return y[0] * sum(z) + y[-1] ** 2 + abs(complex(x[0], x[1]).conjugate() * 1j)


PROGRAMS = (groups, remembers, lists)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_agrees_with_python(program: Any) -> None:
    agree(program, X)
