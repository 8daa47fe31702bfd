"""Derivatives of a program, reverse and forward, beside the program itself."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

import adgen

STEP = 1e-6


def agrees(function: Callable[..., Any], *args: Any, python: Any = None, jit: bool = False) -> None:
    """Assert that value, gradient and tangent are those of the function as Python runs it.

    By the first argument, a float or an array.  ``python``: what to compare with, if the
    function itself is not to be called.
    """
    python = function if python is None else python
    expected = python(*copy.deepcopy(args))
    compiled = adgen.differentiate(function, jit=jit)
    value = compiled(*copy.deepcopy(args))
    assert type(value) is type(expected) or isinstance(expected, np.generic)
    np.testing.assert_allclose(value, expected, rtol=1e-12, atol=1e-14)
    slopes = differences(python, *args)
    np.testing.assert_allclose(compiled.grad(*args), slopes, rtol=2e-6, atol=2e-7)
    direction = np.cos(np.arange(float(np.size(args[0])))).reshape(np.shape(args[0]))[()]
    tangents = (direction, *(None for _ in args[1:]))
    _, tangent = adgen.jvp(compiled, args, tangents)
    np.testing.assert_allclose(tangent, np.sum(slopes * direction), rtol=2e-6, atol=2e-7)


def differences(function: Callable[..., Any], first: Any, *rest: Any) -> Any:
    """Central differences of a function of one result by its first argument."""
    slopes = np.zeros(np.shape(first))
    for place in np.ndindex(slopes.shape):
        step = np.zeros(slopes.shape)
        step[place] = STEP
        up, down = (function(*copy.deepcopy(((first + side)[()], *rest))) for side in (step, -step))
        slopes[place] = (up - down) / (2.0 * STEP)
    return slopes[()]
