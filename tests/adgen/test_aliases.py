"""Programs about mutation, views and aliases do what Python does, and so do their derivatives."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adgen
from tests.adgen.alias_programs import PROGRAMS
from tests.random_programs.oracle import answer

VALUES: dict[str, Any] = {
    "x": np.array([0.3, -0.2, 0.7, 0.4, 0.9]),
    "y": np.array([0.1, 0.45, 0.8, 0.35, -0.6]),
    "M": np.array(
        [
            [0.3, 0.7, -0.4, 0.2, 0.5],
            [0.6, -0.1, 0.9, 0.8, -0.3],
            [-0.5, 0.25, 0.35, -0.7, 0.15],
            [0.45, 0.65, -0.85, 0.55, 0.95],
        ]
    ),
    "S": np.array(
        [
            [0.3, 0.7, -0.4, 0.2],
            [0.6, -0.1, 0.9, 0.8],
            [-0.5, 0.25, 0.35, -0.7],
            [0.45, 1.65, 0.1, 2.0],
        ]
    ),
    "s": 1.3,
    "r": -0.6,
    "n": 3,
}

WITH_NUMBA = [
    "one_of_two_arguments_is_written", "argument_buffers_swapped", "previous_array_kept",
    "row_or_column_of_the_iteration_before", "reshape_of_a_reversed_vector_is_a_view",
    "nested_loops_rebind",
]  # fmt: skip


def _arguments(function: Callable[..., Any]) -> tuple[Any, ...]:
    return tuple(copy.deepcopy(VALUES[name]) for name in inspect.signature(function).parameters)


def _behaves(function: Callable[..., Any], jit: bool) -> None:
    args = _arguments(function)
    floats = tuple(k for k, arg in enumerate(args) if not isinstance(arg, int))
    mine, his = _arguments(function), _arguments(function)
    compiled = adgen.differentiate(function, wrt=floats, jit=jit)
    np.testing.assert_allclose(compiled(*mine), function(*his), rtol=1e-13)
    for one, two in zip(mine, his, strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-13)
    text = inspect.getsource(function).replace("@program\n", "")
    want = answer(text, function.__name__, args)
    assert want.tame()
    value, gradients = compiled.value_and_grad(*args)
    np.testing.assert_allclose(value, want.value, rtol=1e-12)
    for k, gradient in zip(floats, gradients, strict=True):
        np.testing.assert_allclose(gradient, want.gradients[k], rtol=1e-9, atol=1e-10)
    directions = [np.cos(1.0 + np.arange(np.size(arg))).reshape(np.shape(arg)) for arg in args]
    tangents = tuple(directions[k] if k in floats else None for k in range(len(args)))
    _, tangent = compiled.jvp(args, tangents)
    slope = sum(np.sum(directions[k] * want.gradients[k]) for k in floats)
    np.testing.assert_allclose(tangent, slope, rtol=1e-9, atol=1e-10)
    for one, two in zip(args, _arguments(function), strict=True):
        np.testing.assert_array_equal(one, two)  # derivatives leave the arguments alone


@pytest.mark.parametrize("function", PROGRAMS, ids=lambda function: function.__name__)
def test_program(function: Callable[..., Any]) -> None:
    _behaves(function, jit=False)


@pytest.mark.jit
@pytest.mark.parametrize("name", WITH_NUMBA)
def test_program_with_numba(name: str) -> None:
    (function,) = [known for known in PROGRAMS if known.__name__ == name]
    _behaves(function, jit=True)


def test_there_are_many() -> None:
    assert len(PROGRAMS) >= 60
