"""Conditions of parts that are of different kinds: numbers, containers, strings, None."""

import numpy as np
import pytest

import adgen
from tests.frontend.running import agrees


def no_items(x, n):
    items = []
    if n > 0 and items:
        return x * 2.0
    return x * 3.0


def perhaps_items(x, n):
    items = [x] if n > 3 else []
    if n > 0 and items:
        return x * items[0]
    return x * 3.0


def no_dict_and_a_number(x, n):
    found = {}
    return x * (2.0 if n and found else 3.0)


def either_of_them(x, n):
    items = ()
    while n < 0 or items:
        n = n + 1
        x = x * 1.5
    return x


def none_and_negated(x, n):
    items = None
    if not (n > 0 and items):
        x = x * 2.0
    return x


def chosen_first(x, n):
    if "text" if n > 0 else None:
        return x * 2.0
    return x * 3.0


def filtered(x, n):
    empty = ""
    return sum([x * k for k in range(4) if k > n or empty], 0.0 * x)


def grown_in_a_loop(x, n):
    kept = []
    for k in range(4):
        if k > n and not kept:
            kept.append(x * k)
    return kept[0] if n < 3 and kept else x


def bound_on_the_way(x, n):
    if n > 0 and (y := x * 2.0) > 1.0:
        return y
    return x


@pytest.mark.parametrize("program", [
    no_items, perhaps_items, no_dict_and_a_number, either_of_them, none_and_negated, chosen_first,
    filtered, grown_in_a_loop, bound_on_the_way,
])  # fmt: skip
@pytest.mark.parametrize("n", [-2, 0, 1, 5])
def test_agrees_with_python(program, n):
    agrees(program, 1.5, n)
    step = 1e-6
    slope = (program(1.5 + step, n) - program(1.5 - step, n)) / (2 * step)
    assert adgen.grad(program, jit=False)(1.5, n) == pytest.approx(slope, rel=1e-8)
    assert adgen.jvp(program, (1.5, n), (1.0, None), jit=False)[1] == pytest.approx(slope, rel=1e-8)


def test_an_array_in_a_condition_is_refused_behind_a_number_too():
    def rows(x):
        k = 0
        while k < 2 and x[k] == 0.0:
            k += 1
        return np.sum(x[k:])

    with pytest.raises(adgen.TypeMismatch, match="the truth value of an array is ambiguous"):
        adgen.grad(rows, jit=False)(np.ones((2, 2)))
