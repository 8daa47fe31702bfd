"""Each optimisation can be left out, which changes the text but never the numbers."""

import copy

import numpy as np
import pytest

from adgen.transpiler import optimisations
from tests.golden.programs import CASES
from tests.golden.test_gradients import generated


def two_stencils(u, steps):
    for _ in range(steps):
        u[1:-1] = u[1:-1] + 0.1 * (u[:-2] - 2.0 * u[1:-1] + u[2:])
    return np.sum(u * u)


def scaled_rows(M, scale):
    total = 0.0
    for i in range(M.shape[0]):
        buffer = np.zeros(M.shape[1])
        for j in range(M.shape[1]):
            buffer[j] = np.sqrt(scale) * M[i, j]
        total = 0.5 * total + np.sum(np.exp(buffer) * buffer[::-1])
    return total


def work_space(M, scale):
    total = 0.0
    terms = np.zeros(M.shape[1])
    for i in range(M.shape[0]):
        for j in range(M.shape[1]):
            terms[j] = np.exp(scale * M[i, j])
        for j in range(M.shape[1]):
            total += terms[j] * terms[0]
    return total


def recurrent(W, x):
    h = np.zeros(6)
    for t in range(x.shape[0]):
        h = np.tanh(W @ h + x[t])
    return np.sum(h)


def recurrent_and_wide(W, x):
    h = np.zeros(24)
    for t in range(x.shape[0]):
        h = np.tanh(W @ h + x[t])
    return np.sum(h)


def weighted(x, w):
    total = 0.0
    for i in range(x.shape[0]):
        total += np.sin(x[i]) * w[i]
    return total


def gathered_rows(table, weights, index):
    return np.sum(np.sum(table[index] * weights, axis=1) ** 2)


def layer(X, W):
    total = 0.0
    for i in range(X.shape[0]):
        for k in range(W.shape[1]):
            z = 0.0
            for j in range(X.shape[1]):
                z += X[i, j] * W[j, k]
            total += np.tanh(z)
    return total


def batches(X, W):
    return np.sum(np.tanh(X @ W) ** 2)


def equal_walks(x):
    first = 0.0
    for i in range(len(x)):
        first += np.sin(x[i] * first) * np.sqrt(1.0 + x[i] * x[i]) / (2.0 + np.cos(first))
    second = first
    for i in range(len(x)):
        second += np.sin(x[i] * second) * np.sqrt(1.0 + x[i] * x[i]) / (2.0 + np.cos(second))
    third = second
    for i in range(len(x)):
        third += np.sin(x[i] * third) * np.sqrt(1.0 + x[i] * x[i]) / (2.0 + np.cos(third))
    return first * second * third


def paths(spread, normals):
    return np.mean(np.exp(np.cumsum(spread * normals, axis=1)))


_r = np.random.default_rng(0)
PROGRAMS = [
    (equal_walks, (0,), (_r.normal(size=6),)),
    *CASES,
    (two_stencils, (0,), (_r.normal(size=8), 3)),
    (scaled_rows, (0, 1), (_r.normal(size=(3, 4)), 2.0)),
    (recurrent, (0, 1), (_r.normal(size=(6, 6)), _r.normal(size=(4, 6)))),
    (
        gathered_rows,
        (0, 1),
        (_r.normal(size=(5, 3)), _r.normal(size=(4, 3)), np.array([4, 0, 2, 2])),
    ),
    (work_space, (0, 1), (_r.normal(size=(3, 4)), 2.0)),
    (recurrent_and_wide, (0, 1), (0.2 * _r.normal(size=(24, 24)), _r.normal(size=(4, 24)))),
    (weighted, (0, 1), (_r.normal(size=5), _r.normal(size=7))),
    (paths, (0,), (0.3, _r.normal(size=(4, 3)))),
    (batches, (0, 1), (_r.normal(size=(3, 6, 5)), _r.normal(size=(5, 7)))),
    (layer, (0, 1), (_r.normal(size=(6, 5)), _r.normal(size=(5, 7)))),
]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program[0].__name__)
def test_the_text_is_the_same_each_time(program):
    """It must not depend on where in memory the compiler's objects lie: caches go by the text."""
    texts, between = set(), []
    for k in range(4):
        texts.add(generated(*program, "numba").text)
        between.append([object() for _ in range(1000 * k + 17)])
    assert len(texts) == 1


def run(made, args):
    namespace = {}
    exec(compile(made.text, "<generated>", "exec"), namespace)
    return namespace[made.names[0]](*copy.deepcopy(args))


@pytest.mark.parametrize("name", sorted(optimisations.ALL))
def test_left_out(name):
    changed = []
    for function, wrt, args in PROGRAMS:
        complete = generated(function, wrt, args, "numba")
        with optimisations.without(name):
            reduced = generated(function, wrt, args, "numba")
        (value, gradients), (other, others) = run(complete, args), run(reduced, args)
        assert value == pytest.approx(other, rel=1e-13)
        for one, two in zip(gradients, others, strict=True):
            np.testing.assert_allclose(one, two, rtol=1e-12, atol=1e-14)
        if reduced.text != complete.text:
            changed.append(function.__name__)
    assert changed


def test_all_is_back_afterwards():
    with optimisations.without(optimisations.HOISTING):
        with optimisations.without(optimisations.FREE_SUMS):
            assert not optimisations.enabled(optimisations.HOISTING)
        assert optimisations.enabled(optimisations.FREE_SUMS)
    assert optimisations.enabled(optimisations.HOISTING)


def test_unknown_names():
    with pytest.raises(ValueError, match="no such optimisation: speed"):
        with optimisations.without("speed"):
            pass
