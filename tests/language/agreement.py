"""Holds a function and its derivatives, compiled by adgen, against the function itself."""

from __future__ import annotations

import contextlib
import copy
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import adgen

STEP = 1e-6


@dataclass(frozen=True)
class Outcome:
    """What a call does: its value or its exception, and what it prints."""

    value: Any
    error: BaseException | None
    out: str
    err: str


def outcome(function: Callable[..., Any], *args: Any) -> Outcome:
    """Call a function and keep all that can be seen of it."""
    out, err = io.StringIO(), io.StringIO()
    value, error = None, None
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            value = function(*copy.deepcopy(args))
        except adgen.UnsupportedError:
            raise
        except Exception as caught:
            error = caught
    return Outcome(value, error, out.getvalue(), err.getvalue())


def agree(function: Callable[..., Any], *args: Any, jit: bool = False) -> None:
    """Values, prints and exceptions of the function are those of CPython, in every mode.

    The derivative by the first argument is compared with central differences.
    """
    expected = outcome(function, *args)
    compiled = adgen.differentiate(function, jit=jit)
    same(outcome(compiled, *args), expected)
    reverse = outcome(compiled.value_and_grad, *args)
    one = np.ones_like(args[0], dtype=float) if isinstance(args[0], np.ndarray) else 1.0
    rest = tuple(None for _ in args[1:])
    forward = outcome(lambda *a: compiled.jvp(a, (one, *rest)), *args)
    for found in (reverse, forward):
        assert (found.out, found.err) == (expected.out, expected.err)
        same_error(found.error, expected.error)
    if expected.error is None:
        np.testing.assert_allclose(reverse.value[0], expected.value)
        slope = difference(function, one, *args)
        np.testing.assert_allclose(np.sum(reverse.value[1]), slope, rtol=1e-5, atol=1e-7)
        np.testing.assert_allclose(forward.value[1], slope, rtol=1e-5, atol=1e-7)
    assert isinstance(adgen.differentiate(function).source(*args), str)


def same(found: Outcome, expected: Outcome) -> None:
    """Two outcomes are equal, types included."""
    assert (found.out, found.err) == (expected.out, expected.err)
    same_error(found.error, expected.error)
    if expected.error is None:
        assert type(found.value) is type(expected.value)
        np.testing.assert_allclose(found.value, expected.value)


def same_error(found: BaseException | None, expected: BaseException | None) -> None:
    """Two exceptions have the same class and carry the same."""
    assert type(found) is type(expected)
    if expected is not None and found is not None:
        assert str(found) == str(expected)
        assert repr(found.args) == repr(expected.args)
        same_error(found.__cause__, expected.__cause__)


def difference(function: Callable[..., Any], one: Any, *args: Any) -> float:
    """The slope along ``one``."""
    up = outcome(function, args[0] + STEP * one, *args[1:]).value
    down = outcome(function, args[0] - STEP * one, *args[1:]).value
    return float((up - down) / (2 * STEP))
