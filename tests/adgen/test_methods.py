"""Methods, callable objects and partials: as what is differentiated, and inside of it."""

from __future__ import annotations

import functools
import gc
import subprocess
import sys
import weakref

import numpy as np
import pytest

import adgen
from adgen import compilations
from adgen.building import Building
from tests.adgen.agreement import agrees

V = np.array([0.5, -1.0, 2.0])


class Model:
    """Reads everything that an object may have."""

    rate = 3.0
    shift = np.cos

    def __init__(self, weights, bias):
        self.weights = weights
        self.bias = bias
        self.layers = [weights, 2.0 * weights]
        self.activation = np.tanh
        self.__hidden = 1.5

    def loss(self, x):
        return np.sum(self.activation(self.weights * x) + self.bias * self.rate * x)

    def all_kinds(self, x):
        own = self.loss(x) + self.layers[1][0] * x[0] + self.__hidden * x[1]
        own += self.squared(x[0]) + Model.squared(x[1]) + self.of_class(x[2]) + Model.of_class(x[0])
        return own + self.scale * x[0] + self.slow * x[1] + self.shift(x[2]) + self.half(x[0])

    def _power(self, exponent, x):
        return x**exponent * self.bias

    half = functools.partialmethod(_power, 0.5)

    @staticmethod
    def squared(t):
        return t * t

    @classmethod
    def of_class(cls, t):
        return t * cls.rate

    @property
    def scale(self):
        return self.bias * 2.0

    @functools.cached_property
    def slow(self):
        return self.bias * 5.0

    def __call__(self, x):
        return self.loss(x) * 3.0

    @adgen.differentiate(jit=False)
    def energy(self, x, k=2.0):
        """The energy."""
        return np.sum(self.weights * x * x) * k * self.bias


class Deeper(Model):
    rate = 5.0

    def __init__(self, weights, bias):
        super().__init__(weights, bias)
        self.depth = 2

    def loss(self, x):
        return super().loss(x) * self.depth + super().squared(x[0])

    @classmethod
    def of_class(cls, t):
        return super().of_class(t) + t

    @property
    def scale(self):
        return super().scale + 1.0


def model(kind=Model):
    return kind(np.array([1.0, 2.0, 3.0]), 0.5)


@pytest.mark.parametrize("kind", [Model, Deeper])
@pytest.mark.parametrize("name", ["loss", "all_kinds", "__call__"])
def test_methods(kind, name):
    agrees(getattr(model(kind), name), V)


def test_callable_objects():
    callable_object = model()
    agrees(callable_object, V)
    agrees(lambda x: callable_object(x) + callable_object.loss(x * x), V)


def test_slots_and_class_attributes():
    class Slotted:
        __slots__ = ("factor",)
        power = 3

        def __init__(self, factor):
            self.factor = factor

        def of(self, x):
            return self.factor * x**self.power

    slotted = Slotted(2.0)
    agrees(slotted.of, 1.5)
    gradient = adgen.grad(slotted.of, jit=False)
    assert gradient(1.0) == 6.0
    slotted.factor = 3.0
    assert gradient(1.0) == 9.0
    Slotted.power = 2
    assert gradient(1.0) == 6.0


def test_getattr_and_descriptors():
    class Times:
        def __init__(self, factor):
            self.factor = factor

        def __get__(self, instance, owner):
            return self.factor * instance.base

    class Lazy:
        base = 2.0
        times = Times(3.0)

        def __getattr__(self, name):
            return 7.0 if name == "seven" else 0.0

    lazy = Lazy()
    agrees(lambda x: lazy.times * x + lazy.seven * x * x, 1.5)


def test_what_is_read_of_an_object_is_that_of_the_call():
    changing = model()
    gradient = adgen.grad(changing.energy.py_func, jit=False)
    energy = changing.energy
    assert energy.grad(V)[2] == 2.0 * 3.0 * 2.0 * 2.0 * 0.5
    assert np.array_equal(gradient(V), energy.grad(V))
    changing.bias = 1.0
    assert energy.grad(V)[2] == 24.0
    changing.weights = np.array([0.0, 0.0, 1.0])
    assert energy.grad(V)[2] == 8.0
    changing.weights[2] = 2.0  # the same array
    assert energy.grad(V)[2] == 16.0
    assert energy(V) == 16.0 == Model.energy.py_func(changing, V)


def test_methods_are_those_of_the_call():
    class Changing:
        factor = 1.0

        def helper(self, x):
            return x * self.factor

        def loss(self, x):
            return self.helper(x)

    thing = Changing()
    gradient = adgen.grad(thing.loss, jit=False)
    assert gradient(1.0) == 1.0
    thing.factor = 2.0  # hides the attribute of the class
    assert gradient(1.0) == 2.0
    Changing.helper = lambda self, x: 3.0 * x
    assert gradient(1.0) == 3.0
    thing.helper = lambda x: 4.0 * x
    assert gradient(1.0) == 4.0


def test_attributes_of_modules_are_those_of_the_call(monkeypatch):
    module = sys.modules[__name__]
    monkeypatch.setattr(module, "FACTOR", 2.0, raising=False)
    gradient = adgen.grad(lambda x: x * module.FACTOR, jit=False)
    assert gradient(1.0) == 2.0
    monkeypatch.setattr(module, "FACTOR", 3.0)
    assert gradient(1.0) == 3.0


def test_equal_numbers_are_the_same(monkeypatch):
    thing = model()
    gradient = adgen.grad(thing.loss, jit=False)
    gradient(V)
    monkeypatch.setattr(Building, "build", None)
    thing.bias = 1.0 / 2.0
    gradient(V)
    thing.bias = 0.75
    with pytest.raises(TypeError):
        gradient(V)


def test_a_method_is_compiled_once_for_an_object(monkeypatch):
    builds = []
    build = Building.build
    monkeypatch.setattr(Building, "build", lambda *a: builds.append(1) or build(*a))
    one, two = model(), model()
    for _ in range(3):
        adgen.grad(one.loss, jit=False)(V)
        one.energy.grad(V)
    assert len(builds) == 2
    adgen.grad(two.loss, jit=False)(V)
    assert len(builds) == 3


def test_only_so_many_objects_are_kept():
    first = model()
    alive = weakref.ref(first)
    adgen.grad(first.loss, jit=False)(V)
    del first
    others = [model() for _ in range(compilations.MOST_KEPT)]
    for other in others:
        adgen.grad(other.loss, jit=False)
    gc.collect()
    assert alive() is None


def test_a_differentiable_method():
    thing = model()
    assert repr(thing.energy) == "<differentiable Model.energy, wrt=0, jit=False>"
    assert thing.energy.__doc__ == "The energy."
    assert thing.energy is thing.energy
    assert thing.energy(V, k=1.0) == Model.energy.py_func(thing, V, k=1.0)
    agrees(thing.energy, V, python=lambda x: Model.energy.py_func(thing, x))
    agrees(
        lambda x: thing.energy(x) * 2.0, V, python=lambda x: 2.0 * Model.energy.py_func(thing, x)
    )
    thing.energy.check(V)
    text = thing.energy.source(V)
    assert "def energy_value_and_grad(x, k, weights):" in text


def scaled_power(scale, x, exponent=2.0, *, shift=0.0):
    return scale * x**exponent + shift * x


def test_partials_as_what_is_differentiated():
    cube = functools.partial(scaled_power, 2.0, exponent=3.0)
    agrees(cube, 1.5)
    agrees(functools.partial(cube, shift=4.0), 1.5)
    assert adgen.grad(cube, jit=False)(1.0, exponent=2.0) == 4.0
    assert adgen.grad(functools.partial(model()._power, 2.0), jit=False)(3.0) == 3.0


def test_partials_inside():
    cube = functools.partial(scaled_power, 2.0, exponent=3.0)

    def program(x):
        mine = functools.partial(scaled_power, x[0], shift=x[1])
        doubled = functools.partial(np.multiply, 2.0)
        return cube(x[0]) + mine(x[2]) + functools.partial(mine, exponent=3.0)(x[1]) + doubled(x[2])

    agrees(program, np.abs(V))


def test_an_object_that_wraps_a_function_is_not_that_function():
    class Twice:
        def __init__(self, function):
            self.function = function
            functools.update_wrapper(self, function)

        def __call__(self, x):
            return 2.0 * self.function(x)

    @Twice
    def cube(x):
        return x**3

    assert adgen.grad(cube, jit=False)(1.0) == 6.0
    assert adgen.grad(lambda x: cube(x) + x, jit=False)(1.0) == 7.0
    named = functools.update_wrapper(functools.partial(scaled_power, 3.0), scaled_power)
    assert adgen.grad(named, jit=False)(1.0) == 6.0


REFUSALS = {
    "has no `absent`": lambda self, x: self.absent * x,
    "`super` outside of a method of an object": lambda self, x: super(int, self).loss(x),
    "an object of type `Model` is used in arithmetic": lambda self, x: self + x,
}


@pytest.mark.parametrize("text", REFUSALS)
def test_refusals(text):
    with pytest.raises(adgen.UnsupportedError, match=text):
        adgen.grad(functools.partial(REFUSALS[text], model()), jit=False)(1.0)


def test_an_object_that_looks_up_attributes_itself():
    class Strange:
        def __getattribute__(self, name):
            return 2.0

    strange = Strange()
    with pytest.raises(adgen.UnsupportedSyntax, match="in a way of its own"):
        adgen.grad(lambda x: strange.anything * x, jit=False)(1.0)


@pytest.mark.jit
def test_methods_under_numba():
    thing = model()
    agrees(thing.all_kinds, np.abs(V), jit=True)
    code = "from tests.adgen.test_methods import *; print(adgen.grad(model().loss)(V)[0])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(out.stdout) == adgen.grad(model().loss, jit=False)(V)[0]


class Equal:
    """All objects of it are equal; they are different arguments all the same."""

    def __init__(self, factor):
        self.factor = factor

    def __eq__(self, other):
        return isinstance(other, Equal)

    def __hash__(self):
        return 1

    def __call__(self, x):
        return self.factor * x


def test_objects_as_arguments():
    thing = model()
    assert np.array_equal(
        adgen.grad(Model.loss, "x", jit=False)(thing, V), adgen.grad(thing.loss, jit=False)(V)
    )
    gradient = adgen.grad(lambda x, call: call(x), jit=False)
    assert [gradient(1.0, Equal(2.0)), gradient(1.0, Equal(3.0))] == [2.0, 3.0]
    with pytest.raises(adgen.NotDifferentiable, match="the argument `self` is static Model"):
        adgen.grad(Model.loss, jit=False)(thing, V)


class Stateful:
    """Every method changes what the object holds."""

    def __init__(self):
        self.w, self.items, self.table, self.n = np.ones(3), [1.0], {"k": 1.0}, 0.0

    def element(self, x):
        self.w[0] = x[0]
        return np.sum(self.w)

    def in_place(self, x):
        self.w += x
        return np.sum(self.w)

    def through_a_view(self, x):
        view = self.w[1:]
        view *= x[0]
        return np.sum(self.w)

    def append(self, x):
        self.items.append(x[0])
        return self.items[-1]

    def extend(self, x):
        items = self.items
        items += [x[0]]
        return sum(items)

    def key(self, x):
        self.table["k"] = x[0]
        return self.table["k"]


@pytest.mark.parametrize("name", [name for name in vars(Stateful) if not name.startswith("_")])
def test_what_an_object_holds_is_not_changed(name):
    with pytest.raises(adgen.AliasedMutation, match="of the surroundings|to the surroundings"):
        adgen.grad(getattr(Stateful(), name), jit=False)(V)


class Counting:
    """Its attributes are assigned: derivatives leave it as it is."""

    n = 0.5

    def number(self, x):
        self.n += 1.0
        return x[0] * self.n

    def by_name(self, x):
        setattr(self, "n", x[0] * self.n)  # noqa: B010
        return self.n


def test_attributes_are_assigned_for_the_time_of_a_call():
    for name, slope in (("number", 1.5), ("by_name", 0.5)):
        counting = Counting()
        gradient = adgen.grad(getattr(counting, name), jit=False)
        assert gradient(V).tolist() == gradient(V).tolist() == [slope, 0.0, 0.0]
        assert vars(counting) == {}


class Spring:
    def __init__(self, stiffness):
        self.stiffness = stiffness

    @adgen.differentiate(jit=False)
    def energy(self, x):
        return self.stiffness * np.sum(x**3)


def test_transforms_of_methods_that_are_differentiable():
    """A differentiable method, taken from its object, is a method as any other."""
    spring, x = Spring(2.0), np.array([1.0, -2.0])
    energy = adgen.differentiate(functools.partial(Spring.energy, spring), jit=False)
    for function in (spring.energy, energy):
        np.testing.assert_allclose(adgen.jacobian(function, jit=False)(x), 6.0 * x**2)
        np.testing.assert_allclose(adgen.hessian(function, jit=False)(x), np.diag(12.0 * x))
        twice = adgen.jacobian(adgen.jacobian(function, jit=False), jit=False)
        np.testing.assert_allclose(twice(x), np.diag(12.0 * x))
