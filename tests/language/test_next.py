"""Named iterators that are asked for one item after another; classes whose `__iter__` yields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import adgen
from tests.language.agreement import agree


class Multiples:
    def __init__(self, x: Any, n: int) -> None:
        self.x, self.n = x, n

    def __iter__(self) -> Iterator[Any]:
        k = 0
        while k < self.n:
            yield self.x * k
            k += 1


def first_and_rest(x: float, n: int) -> Any:
    it = iter([x, 2 * x, x**3])
    first = next(it)
    total = 0.0
    for value in it:
        total += value * first
    return total + next(it, 5.0)


def ends(x: float, n: int) -> Any:
    it = iter([x, 2 * x])
    for _ in range(n):
        x += next(it)
    return x


def ends_for_certain(x: float, n: int) -> Any:
    it = iter([x])
    a = next(it)
    try:
        b = next(it)
    except StopIteration:
        b = 2.0
    return a * b


def goes_on_behind_a_break(x: float, n: int) -> Any:
    it = iter(np.arange(6.0) * x)
    total = 0.0
    for value in it:
        if value > 1.5:
            break
        total += value
    for value in it:
        total += value * value
    return total + next(it, 5.0)


def until_there_is_none(x: float, n: int) -> Any:
    it = iter([x, 2 * x, 3 * x])
    total = 0.0
    while (value := next(it, None)) is not None:
        total += value * value
    return total


def while_it_lasts(x: float, n: int) -> Any:
    it = iter(range(10))
    total = 0.0
    while total < 5:
        total += x * next(it)
    return total + len(list(it))


def header_and_rows(x: float, n: int) -> Any:
    rows = iter([[x, 1.0], [2.0, x], [x, x]])
    header = next(rows)
    return sum(a * h for row in rows for a, h in zip(row, header, strict=True))


def of_several(x: float, n: int) -> Any:
    pairs = zip([x, 2 * x], [3.0, x], strict=True)
    a, b = next(pairs)
    counted = enumerate([x, x * x, 3.0])
    _, first = next(counted)
    keys = iter({"p": x, "q": 2.0})
    return (
        a * b + first + sum(i * v for i, v in counted) + len(next(keys)) + sum(c for c, _ in pairs)
    )


def a_list_that_changes(x: float, n: int) -> Any:
    xs = [x, 2.0]
    it = iter(xs)
    a = next(it)
    xs.append(x * 3)
    return a + sum(it)


def in_a_closure(x: float, n: int) -> Any:
    it = iter([x, x * x, 3.0])

    def more() -> Any:
        return next(it)

    return more() + next(it) * more()


def of_a_class(x: float, n: int) -> Any:
    total = 0.0
    for value in Multiples(x, n + 3):
        if value > 2:
            break
        total += value
    for i, value in enumerate(Multiples(x, n)):
        total += i * value
    total += sum(Multiples(x, n)) + max(Multiples(x, n)) + len(list(Multiples(x, n)))
    return total + sum(a * b for a, b in zip(Multiples(x, n), [1.0, x, 2.0], strict=False))


FUNCTIONS = [
    first_and_rest, ends, ends_for_certain, goes_on_behind_a_break, until_there_is_none,
    while_it_lasts, header_and_rows, of_several, a_list_that_changes, in_a_closure, of_a_class,
]  # fmt: skip


@pytest.mark.parametrize("function", FUNCTIONS)
def test_as_in_cpython(function: Any) -> None:
    agree(function, 1.3, 3)


@pytest.mark.jit
@pytest.mark.parametrize("function", [goes_on_behind_a_break, while_it_lasts, of_a_class])
def test_compiled(function: Any) -> None:
    agree(function, 1.3, 3, jit=True)


def test_refusals() -> None:
    def generator(x: float) -> Any:
        g = (x * k for k in range(3))
        return next(g) + next(g)

    def shared(x: float) -> Any:
        xs = [x, 2.0]
        it = enumerate(xs)
        _, a = next(it)
        xs.append(3.0)
        return a + sum(v for _, v in it)

    for function in (generator, shared):
        with pytest.raises(adgen.UnsupportedError) as caught:
            adgen.grad(function, jit=False)(1.5)
        assert caught.value.message == "`next` of an iterator that has a name"
