"""Runs what the front end makes of a function beside the function itself."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from adgen.transpiler.frontend.lower import lower
from adgen.transpiler.ir.interpreter import interpret
from adgen.transpiler.ir.types import Array, Type, type_of_constant
from adgen.transpiler.ir.verifier import verify
from adgen.transpiler.source import from_function


def type_of_argument(value: Any) -> Type:
    """The type that an actual argument is specialised on."""
    if isinstance(value, np.ndarray):
        return Array(value.dtype, tuple(extent == 1 for extent in value.shape))
    return type_of_constant(value)


def lowered(program: Callable[..., Any], *args: Any) -> Callable[..., tuple[Any, ...]]:
    """The lowered program as a function of its arguments; gives all yields."""
    code = program.__code__
    names = code.co_varnames[: code.co_argcount]
    types = {name: type_of_argument(arg) for name, arg in zip(names, args, strict=True)}
    function = lower(from_function(program), types)
    verify(function)
    return lambda *values: interpret(function, *copy.deepcopy(values), *function.captures)


def agrees(program: Callable[..., Any], *args: Any) -> None:
    """Assert that results and changed arguments are those of the program itself."""
    function = lowered(program, *args)
    mine = copy.deepcopy(args)
    with np.errstate(all="ignore"):
        expected = flat(program(*mine))
    changed = [
        after
        for before, after in zip(args, mine, strict=True)
        if isinstance(before, np.ndarray) and not np.array_equal(before, after)
    ]
    got = function(*args)
    assert len(got) >= len(expected) + len(changed)
    for one, two in zip(got, expected + changed, strict=False):
        assert np.shape(one) == np.shape(two)
        assert np.asarray(one).dtype == np.asarray(two).dtype
        np.testing.assert_allclose(one, two, rtol=1e-12, atol=1e-14)


def flat(result: Any) -> list[Any]:
    """The leaves of a result."""
    if isinstance(result, (tuple, list)):
        return [leaf for part in result for leaf in flat(part)]
    return [] if result is None else [result]
