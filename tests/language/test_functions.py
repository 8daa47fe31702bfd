"""Nested functions with decorators, functions of functions, and what is no function to compile."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest

import adgen
from tests.language.agreement import agree

X = np.array([0.5, -1.5, 2.0])


def decorated(x: float, n: int) -> float:
    def times(k: float) -> Any:
        def decorate(function: Any) -> Any:
            @functools.wraps(function)
            def wrapped(*args: Any, **kwargs: Any) -> Any:
                return k * function(*args, **kwargs)

            return wrapped

        return decorate

    @times(2.0)
    @times(n)
    def square(v: float, power: int = 2) -> float:
        return v**power

    return square(x) + square(x, power=3)


def mapped(x: float, n: int) -> float:
    def half(v: float) -> float:
        return v / 2

    listed = list(map(half, [x, 3.0, n])) + [v for v in map(lambda a, b: a * b, (x, 2.0), (n, x))]
    kept = sum(filter(lambda k: k > 1, range(5))) + len(list(filter(None, ["", "a", 0, 2])))
    return sum(listed) * kept + max(map(abs, (x, -2.0)))


def with_lambdas(x: float, n: int) -> float:
    def pick(v: float, /, low: float = 0.0, *more: float, high: float) -> float:
        return (low if v < low else high if v > high else v) + sum(more)

    table = {"clip": lambda v: pick(v, high=1.0), "twice": lambda v, k=n: (w := v * k) + w}
    return table["clip"](x) + table["twice"](x) + pick(x, 0.5, x, 2.0, high=3.0)


@pytest.mark.parametrize("program", [decorated, mapped, with_lambdas])
@pytest.mark.parametrize("n", [1, 3])
def test_functions(program: Any, n: int) -> None:
    agree(program, 1.25, n)


def generator(x: float) -> Any:
    return x
    yield


def calls_a_generator(x: float) -> float:
    def parts() -> Any:
        yield x
        yield x * 2

    return sum(parts())


async def coroutine(x: float) -> float:
    return x


def inner_coroutine(x: float) -> float:
    async def inner() -> float:
        return x

    return x


def same_label(x: float) -> float:
    label = f"{x:.1f}"
    return x if label == "1.0" else 2 * x


def label_of_a_branch(x: float) -> float:
    label = "large" if x > 1 else "small"
    print(label)
    return x


def labels_of_branches(x: float) -> float:
    if x > 1:
        print("large")
    else:
        print("small")
    return x * x


def test_the_rewrite_of_labels() -> None:
    agree(labels_of_branches, 2.0)


def refused(program: Any, message: str) -> None:
    with pytest.raises(adgen.UnsupportedError, match=message):
        adgen.grad(program, jit=False)(1.0)


def test_refusals() -> None:
    refused(generator, "`generator` is a generator")
    refused(coroutine, "this is no plain function")
    refused(inner_coroutine, "an async function is not compiled")
    refused(same_label, "a string of computed values is compared")
    refused(lambda x: x if f"{x}" else 0.0, "the truth value of a string of computed values")
    refused(label_of_a_branch, "use each string in the branch that makes it")
