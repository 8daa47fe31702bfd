"""Generator expressions in sum, max, min, any and all are loops."""

from __future__ import annotations

import numpy as np
import pytest

from adgen.transpiler.errors import UnsupportedError
from tests.frontend.running import agrees, lowered

X = np.array([1.5, -2.0, 3.0])
M = np.ones((3, 4)) * np.arange(4)


def sums(x, m):
    return sum(v * v for v in x), sum(x[i] * i for i in range(3)), sum(1 for v in x if v > 0)


def extrema(x, m):
    return max(abs(v) for v in x), min(v for v in x), max([v * 2 for v in x])


def quantifiers(x, m):
    return any(v > 2.5 for v in x), all(v > -5 for v in x), any(v > 25 for v in x)


def nested(x, m):
    result = 2.0
    triangle = sum(result * m[i, j] for i in range(3) for j in range(i + 1))
    return triangle, sum(v * result for row in m for v in row if v > 1)


def own_scope(x, m):
    i = 7
    total = sum(i * v for i, v in enumerate(x))
    return total + i, sum(len([w for w in (1, 2)]) * v for v in x)


def known_items(x, m):
    doubled = [v * 2 for v in (x[0], x[1])]
    return doubled[0] + sum(v for v in (x[0], 2.0)) + sum([k for k in (1, 2, 3) if k != 2])


def effects_happen_once(x, m):
    def bumped(v):
        x[0] += 1.0
        return v

    return sum(bumped(v) for v in x), sum(v for v in (bumped(1.0), bumped(2.0)))


@pytest.mark.parametrize(
    "program",
    [sums, extrema, quantifiers, nested, own_scope, known_items, effects_happen_once],
    ids=lambda program: program.__name__,
)
def test_agrees_with_python(program) -> None:
    agrees(program, X, M)


def test_the_largest_of_nothing() -> None:
    def largest(x):
        return max(v for v in x)

    with pytest.raises(ValueError, match="max\\(\\) arg is an empty sequence"):
        lowered(largest, X)(X[:0])


ITERATORS = {
    "zip": lambda x: zip((x[0], x[1]), (x[2], x[0])),
    "enumerate": lambda x: enumerate((x[0], x[1])),
    "map": lambda x: map(lambda t: (t, t), (x[0], x[1])),
    "generator": lambda x: ((t, 2.0) for t in (x[0], x[1])),
    "iter": lambda x: iter(((x[0], x[1]), (x[1], x[1]))),
}


@pytest.mark.parametrize("kind", ITERATORS)
def test_iterators_give_their_items_once(kind: str) -> None:
    make = ITERATORS[kind]

    def once(x):
        kept = make(x)
        total = 0.0
        for a, b in kept:
            total += a * b
        kept = make(x)
        return total + sum(a for a, _ in kept)

    def twice(x):
        kept = make(x)
        return sum(a * b for a, b in kept) + sum(a for a, _ in kept)

    def in_a_loop(x):
        kept = make(x)
        total = 0.0
        for _ in range(x.shape[0]):
            for a, _ in kept:
                total += a
        return total

    agrees(once, np.array([1.0, 2.0, 3.0]))
    for program in (twice, in_a_loop):
        with pytest.raises(UnsupportedError, match="the iterator `kept` is used a second time"):
            lowered(program, np.array([1.0, 2.0, 3.0]))
