"""Decorated functions: what is compiled is what the decorator has made."""

from __future__ import annotations

import functools

import numpy as np
import pytest

import adgen
from tests.adgen.agreement import agrees

V = np.array([0.5, -1.0, 2.0])


def doubled(function):
    """Passes everything on."""

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return 2.0 * function(*args, **kwargs)

    return wrapper


def checked(least):
    """Looks at what it passes on."""

    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            if kwargs.get("k", least) < least or len(args) > 2:
                raise ValueError("too small")
            return function(*args, **kwargs) * len(args)

        return wrapper

    return decorate


def squared(function):
    def wrapper(x, *rest, **named):
        return function(x, *rest, **named) ** 2

    return wrapper


@doubled
@squared
@doubled
def cube(x, k=2.0, *, shift=1.0):
    return k * x**3 + shift * x


@doubled
@doubled
def quartic(x, k=2.0, *, shift=1.0):
    """Four times this."""
    return k * x**4 + shift * x


@checked(1.0)
def guarded(x, k=2.0):
    return k * x * x


@functools.cache
def remembered(x):
    return x * x * x


class Thing:
    factor = 3.0

    @doubled
    def of(self, x, k=1.0):
        return self.factor * x * k

    @property
    @doubled
    def twice(self):
        return self.factor

    @functools.lru_cache(maxsize=4)  # noqa: B019
    def kept(self, x):
        return self.factor * x * x

    @staticmethod
    @doubled
    def alone(x):
        return x * x


def test_wrappers_inside():
    agrees(lambda x: cube(x[0]) + cube(x[1], x[2]) + cube(x[2], shift=x[0], k=2.0), V)
    agrees(lambda x: quartic(x[0]) + quartic(k=x[1], x=x[2]) + remembered(x[0]), V)
    agrees(lambda x: guarded(x[0]) + guarded(x[1], k=2.5) + guarded(x[2], 1.5), V)


def test_a_wrapper_that_passes_all_on_has_the_parameters_of_what_it_wraps():
    agrees(quartic, 1.5)
    gradient = adgen.grad(quartic, jit=False)
    assert gradient(1.0) == 36.0
    assert gradient(1.0, k=1.0) == gradient(1.0, 1.0) == 20.0
    assert gradient(1.0, shift=3.0) == 44.0
    assert adgen.grad(quartic, ("x", "k"), jit=False)(1.0, 2.0) == (36.0, 4.0)
    text = adgen.differentiate(quartic, jit=False).source()
    assert "def quartic_value_and_grad(x, k):" in text
    assert adgen.differentiate(quartic).__doc__ == "Four times this."


def test_defaults_are_those_of_what_is_called():
    def other(x, k=10.0):
        return k * x

    def wrapped(x, k=1.0):
        return k * x

    @functools.wraps(wrapped)
    def wrapper(*args, **kwargs):
        return other(*args, **kwargs)

    assert adgen.grad(wrapper, jit=False)(1.0) == 10.0


def test_a_wrapper_that_looks_at_its_arguments_keeps_its_parameters():
    assert adgen.grad(guarded, "args", jit=False)(3.0) == (12.0,)
    assert adgen.grad(guarded, "args", jit=False)(3.0, 2.0) == (24.0, 18.0)
    with pytest.raises(ValueError, match="too small"):
        adgen.grad(guarded, "args", jit=False)(3.0, k=0.5)


def test_decorated_methods():
    thing = Thing()
    agrees(thing.of, 1.5)
    agrees(thing.kept, 1.5)
    agrees(lambda x: thing.of(x) * thing.twice + thing.kept(x) + thing.alone(x), 1.5)
    agrees(functools.partial(quartic, k=3.0), 1.5)


def test_caches_are_looked_through():
    agrees(remembered, 1.5)
    assert remembered.cache_info().currsize > 0


@pytest.mark.jit
def test_wrappers_under_numba():
    agrees(quartic, 1.5, jit=True)


@doubled
@adgen.differentiate(jit=False)
def wraps_an_object(x):
    return x**3


@doubled
@adgen.checkpoint
def wraps_a_checkpoint(x):
    return x**3


@pytest.mark.parametrize("function", [wraps_an_object, wraps_a_checkpoint])
def test_functions_that_wrap_what_the_front_door_has_made(function):
    """functools.wraps copies all attributes; what adgen has noted there is of what is wrapped."""
    assert adgen.grad(function, jit=False)(2.0) == 24.0
    assert adgen.grad(doubled(function), jit=False)(2.0) == 48.0
    assert adgen.grad(lambda x: function(x), jit=False)(2.0) == 24.0
    assert adgen.jvp(function, (2.0,), (1.0,), jit=False) == (16.0, 24.0)
    second = adgen.deriv(function, jit=False)
    assert adgen.grad(lambda x: second(x), jit=False)(2.0) == 24.0


def test_the_derivative_of_a_checkpointed_function_inside_of_another():
    slope = adgen.deriv(adgen.checkpoint(lambda x: x**3), jit=False)
    assert adgen.value_and_grad(lambda x: slope(x), jit=False)(2.0) == (12.0, 12.0)


def test_functions_that_wrap_transforms():
    @functools.wraps(adgen.grad)
    def tripled_grad(function):
        return lambda x: 3.0 * adgen.grad(function)(x)

    @functools.wraps(adgen.stop_gradient)
    def let_through(x):
        return 2.0 * x

    @functools.wraps(adgen.flatten)
    def flatten_doubled(tree):
        vector, back = adgen.flatten(tree)
        return 2.0 * vector, back

    sine = doubled(np.sin)  # its module says "numpy"
    assert adgen.grad(lambda x: tripled_grad(lambda y: y**2)(x), jit=False)(2.0) == 6.0
    assert adgen.grad(lambda x: let_through(x), jit=False)(2.0) == 2.0
    assert adgen.grad(lambda x: flatten_doubled((x, x))[0][1], jit=False)(2.0) == 2.0
    assert adgen.grad(lambda x: sine(x), jit=False)(2.0) == 2.0 * np.cos(2.0)
