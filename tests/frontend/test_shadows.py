"""Objects of the surroundings whose attributes a function assigns."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize

import adgen

X = np.array([0.3, -0.7, 1.1])


class Model:
    """What users write: an objective that stores its parameters, and methods that read them."""

    def __init__(self) -> None:
        self.w = np.ones(3)
        self.scale = 2.0
        self.calls = 0
        self.inner = Part()

    @property
    def doubled(self) -> Any:
        return 2 * self.w

    @doubled.setter
    def doubled(self, value: Any) -> None:
        self.w = value / 2

    def likelihood(self, x: Any) -> Any:
        return self.scale * np.sum(np.sin(self.w * x))

    def objective(self, w: Any, x: Any) -> Any:
        self.w = w
        return self.likelihood(x)

    def counted(self, w: Any, x: Any) -> Any:
        self.calls += 1
        self.last = np.sum(w)
        return self.objective(w, x) * self.calls + self.last

    def by_property(self, w: Any, x: Any) -> Any:
        self.doubled = w
        return self.likelihood(x)

    def on_some_paths(self, w: Any, x: Any) -> Any:
        if w[0] > 0:
            self.w = w * w
        else:
            self.scale = w[1]
        return self.likelihood(x)

    def in_a_loop(self, w: Any, x: Any) -> Any:
        total = 0.0
        for k in range(3):
            self.scale = self.scale * w[k]
            self.w = self.w + w
            total += self.likelihood(x)
        return total

    def of_parts(self, w: Any, x: Any) -> Any:
        self.inner.shift = w[0]
        part = self.inner
        part.shift = part.shift * w[1]
        return self.inner.value(x) + self.likelihood(x)

    def on_a_copy(self, w: Any, x: Any) -> Any:
        other = copy.copy(self)
        other.w = w
        third = copy.deepcopy(self)
        third.w = third.w * w
        return other.likelihood(x) - self.likelihood(x) + third.likelihood(x)


class Part:
    def __init__(self) -> None:
        self.shift = 0.5

    def value(self, x: Any) -> Any:
        return np.sum(x * self.shift) ** 2


@dataclass
class Settings:
    rate: float = 0.5
    offset: float = 1.0


SETTINGS = Settings()


def with_settings(w: Any, x: Any) -> Any:
    SETTINGS.rate = SETTINGS.rate * w[0]
    SETTINGS.offset = w[1]
    return np.sum(x) * SETTINGS.rate + SETTINGS.offset**2


METHODS = (
    "objective", "counted", "by_property", "on_some_paths", "in_a_loop", "of_parts", "on_a_copy",
)  # fmt: skip


def _slopes(name: str, w: Any) -> Any:
    """Differences; each value is that of a fresh object."""
    steps = 1e-6 * np.eye(3)
    return [
        (getattr(Model(), name)(w + h, X) - getattr(Model(), name)(w - h, X)) / 2e-6 for h in steps
    ]


@pytest.mark.parametrize("name", METHODS)
def test_methods(name: str) -> None:
    for w in (np.array([0.4, 0.9, -1.2]), np.array([-0.4, 0.9, 1.2])):
        model = Model()
        value, gradient = adgen.value_and_grad(getattr(model, name), jit=False)(w, X)
        assert value == pytest.approx(getattr(Model(), name)(w, X))
        np.testing.assert_allclose(gradient, _slopes(name, w), rtol=1e-6, atol=1e-8)
        assert model.w.tolist() == [1.0, 1.0, 1.0] and model.calls == 0, "it is left as it is"
        assert model.scale == 2.0 and model.inner.shift == 0.5 and not hasattr(model, "last")


@pytest.mark.jit
def test_compiled() -> None:
    model, w = Model(), np.array([0.4, 0.9, -1.2])
    np.testing.assert_allclose(adgen.grad(model.counted)(w, X), _slopes("counted", w), rtol=1e-6)


def test_globals() -> None:
    gradient = adgen.grad(with_settings, jit=False)(np.array([0.4, 0.9, -1.2]), X)
    np.testing.assert_allclose(gradient, [0.5 * X.sum(), 1.8, 0.0])
    assert SETTINGS == Settings()


def test_what_is_assigned_first_is_not_looked_at() -> None:
    """Plain calls in between change the object; nothing is compiled anew for that."""
    model = Model()
    gradient = adgen.grad(model.objective, jit=False)
    found = minimize(lambda w: model.objective(w, X), np.ones(3), jac=lambda w: gradient(w, X))
    assert found.success and model.w is not None
    builds = adgen.grad(model.objective, jit=False).owner._compilations.builds
    assert len(builds) == 1
    model.scale = 5.0
    np.testing.assert_allclose(gradient(np.ones(3), X), 5.0 * np.cos(X) * X)


def test_plain_calls_are_those_of_the_function() -> None:
    compiled = adgen.differentiate(Model().objective, jit=False)
    with pytest.raises(adgen.AliasedMutation, match="assigns attributes of an object of type"):
        compiled(np.ones(3), X)
    assert compiled.grad(np.ones(3), X).shape == (3,)


def test_what_is_refused() -> None:
    class Ring:
        def __init__(self) -> None:
            self.next, self.x = self, 1.0

    class Guarded:
        def __setattr__(self, name: str, value: Any) -> None:
            object.__setattr__(self, name, value)

    ring, guarded = Ring(), Guarded()

    def turns(x: float) -> Any:
        ring.x = x
        return ring.next.x

    def guards(x: float) -> Any:
        guarded.x = x
        return guarded.x

    for function in (turns, guards):
        with pytest.raises(adgen.AliasedMutation):
            adgen.grad(function, jit=False)(1.0)


def test_an_object_that_is_an_argument_too_is_refused() -> None:
    """The argument would change with it."""

    def doubled(p: Any) -> Any:
        SETTINGS.rate = p.rate * 2
        return p.rate * SETTINGS.rate

    with pytest.raises(adgen.AliasedMutation, match="and one is an argument"):
        adgen.grad(doubled, jit=False)(SETTINGS)


def test_what_an_object_gets_later_is_noticed() -> None:
    class Centred:
        def loss(self, x: Any) -> Any:
            self.seen = x[1]
            if not hasattr(self, "mean"):
                self.mean = x[0] * 3
            return self.mean * self.seen

    centred = Centred()
    gradient = adgen.grad(centred.loss, jit=False)
    assert gradient(X[:2]).tolist() == [3 * X[1], 3 * X[0]]
    centred.mean = 10.0
    assert gradient(X[:2]).tolist() == [0.0, 10.0]


def test_descriptors_store_in_their_own_way() -> None:
    class Doubling:
        def __get__(self, instance: Any, owner: Any = None) -> Any:
            return instance.held

        def __set__(self, instance: Any, value: Any) -> None:
            instance.held = value * 2

    class Holder:
        kept = Doubling()

    holder = Holder()

    def outside(x: float) -> Any:
        holder.kept = x
        return holder.kept * x

    def inside(x: float) -> Any:
        own = Holder()
        own.kept = x
        return own.kept * x

    for function in (outside, inside):
        assert adgen.grad(function, jit=False)(3.0) == 12.0
