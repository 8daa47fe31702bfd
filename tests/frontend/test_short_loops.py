"""Loops over a few numbers that must be known: axes, tableaus of methods, ranges of nothing."""

from __future__ import annotations

import numpy as np
import pytest

from tests.adgen.agreement import agrees

U = np.random.default_rng(0).normal(size=(3, 4))
TABLEAU = [[], [0.5], [0.0, 0.5], [0.0, 0.0, 1.0]]
WEIGHTS = [1 / 6, 1 / 3, 1 / 3, 1 / 6]


def laplacian(u):
    total = np.zeros_like(u)
    for axis in range(u.ndim):
        total += np.roll(u, 1, axis=axis) - 2.0 * u + np.roll(u, -1, axis)
    return np.sum(total * total)


def by_sums(u):
    return sum([np.sum(np.sum(u * u, axis=k) ** 2) for k in range(2)])


def runge_kutta(y):
    for _ in range(3):
        stages = []
        for i in range(len(WEIGHTS)):
            at = y
            for j in range(i):
                at = at + 0.1 * TABLEAU[i][j] * stages[j]
            stages.append(np.sin(at) - 0.2 * at[::-1])
        for weight, stage in zip(WEIGHTS, stages, strict=True):
            y = y + 0.1 * weight * stage
    return np.sum(y * y)


def never_entered(y):
    kept = []
    total = 0.0
    for k in range(len(kept)):
        total += kept[k] * y[0]
    for k in range(2, 2):
        total += kept[k]
    else:
        total += y[1]
    return total


@pytest.mark.parametrize(
    ("program", "x"),
    [(laplacian, U), (by_sums, U), (runge_kutta, U[0]), (never_entered, U[0])],
    ids=lambda x: getattr(x, "__name__", ""),
)
def test_like_python(program, x):
    agrees(program, x)


def put_together(x):
    heads = []
    for k in range(x.shape[0]):
        heads.append(np.tanh(x * (k + 1)))
    side = np.concatenate(heads, axis=1) * np.hstack(heads)
    below = np.concatenate(heads, axis=-2)
    return np.sum(side**2 * np.arange(side.shape[1])) + below[-1, 0] * side[0, -1]


def pairs(x):
    total = 0.0
    for value, label in [(x[0, 0], 1.0)] + [(row[1], 0.0) for row in x]:
        total += value * value + label * value
    return total


@pytest.mark.parametrize("program", [put_together, pairs], ids=lambda f: f.__name__)
def test_lists_of_computed_length(program):
    agrees(program, U)
