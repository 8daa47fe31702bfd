"""What a function reads around it: arrays may be replaced, the rest is compiled in."""

from __future__ import annotations

import sys

import numpy as np
import pytest

import adgen
from adgen.building import Building
from adgen.keys import type_key


@pytest.fixture
def builds(monkeypatch):
    """How often something was compiled."""
    made: list[int] = []
    build = Building.build
    monkeypatch.setattr(Building, "build", lambda *args: made.append(1) or build(*args))
    return made


class Model:
    def __init__(self):
        self.w = np.array([1.0, 2.0])
        self.layers = [np.ones(2), {"b": np.full(2, 3.0)}]
        self.same = self.w

    def loss(self, x):
        return np.sum(self.w * x) + np.sum(self.layers[0] * self.layers[1]["b"] * x * x)

    def twice(self, x):
        return np.sum(self.w * self.same * x)


X = np.array([1.0, -1.0])


def test_a_training_loop_that_replaces_arrays_compiles_once(builds):
    model = Model()
    for step in range(4):
        slope = adgen.grad(model.loss, jit=False)(X)
        np.testing.assert_allclose(
            slope, model.w + 2.0 * model.layers[0] * model.layers[1]["b"] * X
        )
        model.w = model.w - 0.1 * slope
        if step % 2:
            model.layers[0] = model.layers[0] + 1.0
        else:
            model.layers = [model.layers[0] * 2.0, {"b": model.layers[1]["b"] - 1.0}]
    assert len(builds) == 1


def test_a_training_loop_over_globals(builds, monkeypatch):
    module = sys.modules[__name__]
    monkeypatch.setattr(module, "WEIGHTS", np.array([1.0, 2.0]), raising=False)
    value = adgen.differentiate(reads_weights, jit=False)
    assert value(X) == -1.0
    assert value(X) == -1.0
    monkeypatch.setattr(module, "WEIGHTS", np.array([5.0, 2.0]))
    assert value(X) == 3.0
    assert list(value.grad(X)) == [5.0, 2.0]
    monkeypatch.setattr(module, "WEIGHTS", np.array([6.0, 2.0]))
    assert list(value.grad(X)) == [6.0, 2.0]
    assert len(builds) == 2


def reads_weights(x):
    return np.sum(WEIGHTS * x)  # noqa: F821


def test_another_kind_of_array_is_compiled_anew(builds):
    model = Model()
    gradient = adgen.grad(model.loss, jit=False)
    gradient(X)
    for count, array in enumerate(
        [np.ones(1), np.ones(2, np.float32), np.ones((2, 2)), np.ones((4,))[::2]], 2
    ):
        model.w = array
        expected = np.broadcast_to(array, (2, 2)).sum(0) if array.ndim == 2 else array
        np.testing.assert_allclose(gradient(X) - 6.0 * X, expected * np.ones(2))
        assert len(builds) == count
    model.layers.append(1.0)
    gradient(X)
    assert len(builds) == 6


def test_one_array_under_two_names_stays_one_array(builds):
    model = Model()
    gradient = adgen.grad(model.twice, jit=False)
    assert list(gradient(X)) == [1.0, 4.0]
    model.w = model.same = np.array([3.0, 1.0])
    assert list(gradient(X)) == [9.0, 1.0]
    assert len(builds) == 1
    model.w = np.array([1.0, 1.0])
    assert list(gradient(X)) == [3.0, 1.0]
    assert len(builds) == 2
    model.same = model.w
    assert list(gradient(X)) == [1.0, 1.0]


def test_arrays_without_axes_are_numbers(builds):
    point = np.array(2.0)
    gradient = adgen.grad(lambda x: x * point, jit=False)
    assert gradient(1.0) == gradient(1.0) == 2.0
    point[...] = 3.0
    assert gradient(1.0) == gradient(1.0) == gradient(1.0) == 3.0
    assert len(builds) == 2


def test_a_list_that_holds_itself():
    parts = [1.0]
    parts.append(parts)
    gradient = adgen.grad(lambda x: x * parts[0], jit=False)
    assert gradient(1.0) == 1.0
    parts[0] = 2.0
    assert gradient(1.0) == 2.0


@pytest.mark.jit
def test_replaced_arrays_under_numba(builds):
    model = Model()
    gradient = adgen.grad(model.loss)
    for k in range(4):
        model.w = np.array([k, 1.0])
        np.testing.assert_allclose(gradient(X), model.w + 6.0 * X)
    assert len(builds) == 1


@pytest.mark.jit
def test_methods_inside_functions_of_numba():
    from numba import njit

    one, two = Model(), Model()
    two.w = np.array([5.0, 5.0])
    first, second = adgen.differentiate(one.loss), adgen.differentiate(two.loss)
    assert first.numba_key != second.numba_key
    run = njit(lambda x: first.grad(x) - second.grad(x))
    np.testing.assert_allclose(run(X), one.w - two.w)


def test_names_of_libraries_are_not_watched():
    compiled = adgen.differentiate(lambda x: np.sum(np.cumsum(x)) * np.pi + np.var(x), jit=False)
    compiled.grad(X)
    compiled.grad(X)
    build = compiled.grad._compilations.build(compiled.grad._wanted, compiled_key(X), (X,))
    assert build.fresh is None


def compiled_key(*args):
    return tuple(map(type_key, args))
