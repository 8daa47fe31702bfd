"""A program of references against CPython: the value, and the gradient by differences."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

import adgen
from tests.random_programs.checks import Failure, Skipped, loaded
from tests.random_programs.generate import Program

STEP, TOLERANCE, HUGE = 1e-6, 1e-5, 1e6


def check(program: Program, jit: bool = False) -> Failure | None:
    """None where value and gradient are what CPython says.

    Raises Skipped for a program that is no test: it fails in CPython, or is near a jump.
    """
    function = loaded(program)
    value, slopes = _expected(function, program.args)
    x, n = copy.deepcopy(program.args)
    try:
        have, gradient = adgen.value_and_grad(function, jit=jit)(x, n)
    except adgen.UnsupportedError as error:
        return Failure("reverse", "refusal", error.message)
    except Exception as error:  # any escape from adgen is what this looks for
        if "name the axes" in str(error):  # a refusal that the run makes
            return Failure("reverse", "refusal", str(error))
        return Failure("reverse", "crash", f"{type(error).__name__}: {error}")
    if not np.array_equal(x, program.args[0]):
        return Failure("reverse", "argument written", f"{x}")
    if not _close(have, value, 1e-9):
        return Failure("reverse", "wrong value", f"{have!r} instead of {value!r}")
    if not _close(gradient, slopes, TOLERANCE):
        return Failure("reverse", "wrong gradient", f"{gradient!r} instead of {slopes!r}")
    return None


def _expected(function: Any, args: tuple[Any, ...]) -> tuple[float, Any]:
    """Value and slopes; Skipped where two step lengths do not agree."""
    x, n = args

    def at(point: Any) -> float:
        return float(function(point.copy(), n))

    try:
        with np.errstate(over="raise"):  # an infinity that is written over leaves 0 * inf behind
            value = at(x)
            rows = np.eye(len(x))
            fine, coarse = (
                np.array([(at(x + h * row) - at(x - h * row)) / (2 * h) for row in rows])
                for h in (STEP, 10 * STEP)
            )
    except Exception as error:  # the program is the generator's: whatever it raises, it is no test
        raise Skipped(f"{type(error).__name__}: {error}") from error
    if not np.isfinite(value) or max(abs(value), *np.abs(fine)) > HUGE:
        raise Skipped("too large")
    if not _close(coarse, fine, TOLERANCE / 2):
        raise Skipped("near a jump")
    return value, fine


def _close(have: Any, want: Any, tolerance: float) -> bool:
    scale = max(1.0, float(np.max(np.abs(want))))
    return bool(np.all(np.abs(np.asarray(have) - want) <= tolerance * scale))
