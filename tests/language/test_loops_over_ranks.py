"""``while`` loops whose condition is about ranks, which are known while compiling."""

import numpy as np
import pytest

import adgen

X = np.arange(24.0).reshape(2, 3, 4) * 0.1


def summed(x):
    while x.ndim > 0:
        x = np.sum(np.sin(x), axis=0)
    return x * 2.0


def flat_rows(x):
    steps = 0
    while np.ndim(x) > 1:
        steps += 1
        if x.ndim == 2:
            break
        x = np.sum(x * x, axis=0)
    else:
        steps += 10
    return np.sum(x) * steps


def never(x):
    while x.ndim > 5:
        x = np.sum(x, axis=0)
    return np.sum(x * x)


def grown(x, rank):
    while x.ndim < rank:
        x = x[np.newaxis]
    return np.sum(x * x)


@pytest.mark.parametrize("f", [summed, flat_rows, never])
@pytest.mark.parametrize("jit", [False, pytest.param(True, marks=pytest.mark.jit)])
def test_ranks_that_change(f, jit):
    assert adgen.differentiate(f, jit=jit)(X) == pytest.approx(f(X))
    adgen.check_grads(f, jit=jit)(X)


def test_ranks_that_are_given():
    """A number of the run decides how often: the rank is not known."""
    with pytest.raises(adgen.TypeMismatch, match="axes on one path and one with"):
        adgen.grad(grown, jit=False)(X, 4)
    assert adgen.grad(lambda x: grown(x, 5), jit=False)(X) == pytest.approx(2.0 * X)
