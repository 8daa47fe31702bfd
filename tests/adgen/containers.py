"""Programs on containers beside Python: results, changed arguments, gradients in both modes."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

import adgen
from adgen.transpiler.ir.trees import Node, tree_of


def agrees(program: Callable[..., Any], *args: Any, jit: bool = False) -> None:
    """Assert that a plain call returns and changes what Python returns and changes."""
    mine, theirs = copy.deepcopy(args), copy.deepcopy(args)
    same(adgen.differentiate(program, jit=jit)(*mine), program(*theirs))
    same(mine, theirs)


def same(got: Any, wanted: Any) -> None:
    """Assert that two values have the same structure, types and numbers."""
    _same(tree_of(got), tree_of(wanted))


def _same(got: Any, wanted: Any) -> None:
    assert type(got) is type(wanted)
    if isinstance(wanted, Node):
        assert got.kind is wanted.kind and got.keys == wanted.keys
        _same(got.parts, wanted.parts)
    elif isinstance(wanted, tuple):
        assert len(got) == len(wanted)
        for part, other in zip(got, wanted, strict=True):
            _same(part, other)
    elif isinstance(wanted, (float, np.ndarray)):
        assert np.shape(got) == np.shape(wanted)
        np.testing.assert_allclose(got, wanted, rtol=1e-12, atol=1e-14)
    else:
        assert got == wanted


def differentiates(
    program: Callable[..., Any], argument: Any, *rest: Any, jit: bool = False
) -> None:
    """Assert that gradient and directional derivative by the first argument are right."""
    before = copy.deepcopy((argument, rest))
    agrees(program, argument, *rest, jit=jit)
    flat, unflatten = adgen.flatten(argument)
    direction = np.random.default_rng(3).normal(size=flat.shape)

    def along(t: float) -> Any:
        return program(unflatten(flat + t * direction), *copy.deepcopy(rest))

    wanted = (along(1e-6) - along(-1e-6)) / 2e-6
    gradient = adgen.grad(program, jit=jit)(argument, *rest)
    same((argument, rest), before)
    np.testing.assert_allclose(adgen.flatten(gradient)[0] @ direction, wanted, rtol=1e-6)

    def of_argument(given: Any) -> Any:
        return program(given, *rest)

    _, tangent = adgen.jvp(of_argument, (argument,), (unflatten(direction),), jit=jit)
    np.testing.assert_allclose(tangent, wanted, rtol=1e-6)
