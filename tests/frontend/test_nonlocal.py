"""Nested functions that rebind names of the functions around them."""

from __future__ import annotations

import numpy as np
import pytest

import adgen
from tests.adgen.agreement import agrees

V = np.array([0.5, -1.0, 2.0, 1.5])


def in_a_loop(x):
    total = 0.0

    def add(value):
        nonlocal total
        total += value * value

    for i in range(x.shape[0]):
        add(x[i])
    add(x[0])
    return total


def in_a_branch(x):
    total, count = 1.0, 0

    def add(value):
        nonlocal total, count
        if value > 0:
            total = total * value
            count += 1
        elif value < -0.5:
            total -= value

    for value in x:
        add(value)
    return total * count


def a_counter(x):
    def make(start):
        level = start

        def step(value):
            nonlocal level
            level = level * 0.5 + value
            return level * level

        return step

    first, second = make(0.0), make(x[1])
    total = 0.0
    for i in range(x.shape[0]):
        total += first(x[i]) * second(x[0])
    return total + first(1.0)


def two_deep(x):
    level = x[0]

    def outer(value):
        def inner(factor):
            nonlocal level
            level = level * factor + value

        inner(x[1])
        inner(2.0)

    outer(x[2])
    return level


def an_array(x):
    state = np.zeros(2)

    def push(value):
        nonlocal state
        state = np.array([state[1], value])

    for i in range(x.shape[0]):
        push(x[i] * (state[0] + 1.0))
    return state[0] * state[1]


def first_bound_inside(x):
    late = None

    def bind():
        nonlocal late
        late = x[0] * 3.0

    bind()
    return late * late


def in_a_while(x):
    value, steps = x[0], 0

    def halve():
        nonlocal value, steps
        value = value / 2.0 + x[1] * x[1]
        steps = steps + 1
        return steps < 5

    while halve():
        pass
    return value


def as_a_callback(x):
    best = 0.0

    def visit(value):
        nonlocal best
        best = max(best, value)

    def walk(callback):
        for i in range(x.shape[0]):
            callback(x[i] * x[i])

    walk(visit)
    walk(lambda value: visit(value + 1.0))
    return best


def shadowed(x):
    level = x[0]

    def own(value):
        level = value * 2.0
        return level

    def other():
        nonlocal level
        level = level * own(x[1])

    other()
    return level + own(x[2])


PROGRAMS = [
    in_a_loop, in_a_branch, a_counter, two_deep, an_array, first_bound_inside, in_a_while,
    as_a_callback, shadowed,
]  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS)
def test_nonlocal(program):
    agrees(program, V)


def test_defaults_are_evaluated_at_the_definition():
    def program(x):
        level = x[0]

        def read(value, at=level, *, by=2.0 * level):
            return value * at + by

        level = x[1]
        return read(x[2]) + level + read(1.0, at=level, by=x[3])

    agrees(program, V)


def test_late_binding_of_closures():
    def program(x):
        functions = [lambda t: t * k for k in (1.0, 2.0, 3.0)]
        kept = [lambda t, k=k: t * k for k in (1.0, 2.0, 3.0)]
        factor = x[0]
        late = lambda t: t * factor  # noqa: E731
        factor = x[1]
        return functions[0](x[0]) + kept[1](x[2]) + late(x[3])

    agrees(program, V)


def test_a_name_of_the_surroundings_is_not_rebound():
    count = 0

    def program(x):
        nonlocal count
        count += 1
        return x

    with pytest.raises(adgen.UnsupportedSyntax) as caught:
        adgen.grad(program, jit=False)(1.0)
    assert str(caught.value).endswith("""\
`count` belongs to the surroundings of the function
            nonlocal count
            ^^^^^^^^^^^^^^
  help: pass `count` as an argument and return its new value""")


@pytest.mark.jit
def test_nonlocal_under_numba():
    agrees(a_counter, V, jit=True)
