"""Functions with a cache are computed again where nobody sees it, else refused."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.transpiler.errors import UnsupportedError

RNG = np.random.default_rng(3)


@functools.cache
def noisy(k: int) -> float:
    return RNG.normal() + k


@functools.lru_cache(maxsize=4)
def said(k: int) -> float:
    print("computing", k)
    return 2.0 * k


@functools.cache
def table(k: int) -> Any:
    return np.array([1.0, 2.0 * k])


@functools.cache
def items(k: int) -> Any:
    return [1.0, 2.0 * k]


def draws(x: float, n: int) -> Any:
    return x * noisy(n) * noisy(n)


def draws_for_a_constant(x: float, n: int) -> Any:
    return x * noisy(3) * noisy(3) * n


def prints_in_a_loop(x: float, n: int) -> Any:
    total = 0.0
    for i in range(n):
        total += x * said(i % 2)
    return total


def nested(x: float, n: int) -> Any:
    @functools.cache
    def shown(k: int) -> float:
        print("computing", k)
        return x * k

    return shown(n) * shown(n)


def written(x: float, n: int) -> Any:
    row = table(n)
    row[0] = 7.0
    return np.sum(table(n)) * x


def written_inside(x: float, n: int) -> Any:
    @functools.cache
    def row(k: int) -> Any:
        return np.array([x, x * k])

    row(n)[0] = 7.0
    return np.sum(row(n))


def grown(x: float, n: int) -> Any:
    items(n).append(1.0)
    return len(items(n)) * x


@pytest.mark.parametrize(
    "function",
    [draws, draws_for_a_constant, prints_in_a_loop, nested, written, written_inside, grown],
)
def test_refused(function: Callable[..., Any]) -> None:
    with pytest.raises(
        UnsupportedError, match="has a cache|belongs to the surr|of the surroundings"
    ):
        adgen.differentiate(function, wrt="x", jit=False)(2.0, 3)


def test_copies_may_be_written() -> None:
    def f(x: float, n: int) -> Any:
        row, held = table(n).copy(), list(items(n))
        row[0] = x
        held.append(x)
        return np.sum(row * table(n)) + sum(held)

    assert adgen.value_and_grad(f, wrt="x", jit=False)(2.0, 3) == (f(2.0, 3), 2.0)
