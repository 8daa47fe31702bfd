"""A short run of the random programs; the long one is ``python -m tests.random_programs``."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from adgen.transpiler.primitives import table
from tests.random_programs import dual
from tests.random_programs.checks import Failure, Skipped, check, expected, loaded
from tests.random_programs.generate import Program, generate
from tests.random_programs.namespace import MATH, NUMPY
from tests.random_programs.shrink import shrink

MODES = ("lower", "loops", "primal", "reverse", "pair", "forward", "threads")
PROGRAMS = 20
COMPILED = 3


def usable(seed: str, count: int) -> list[Program]:
    """The first programs of a seed that are tests."""
    found: list[Program] = []
    number = 0
    while len(found) < count:
        program = generate(f"{seed}:{number}")
        number += 1
        try:
            expected(program, loaded(program))
        except Skipped:
            continue
        found.append(program)
    return found


def outcome(program: Program, mode: str) -> Failure | None:
    """What went wrong; a program that draws where its gradient would draw again is no test."""
    try:
        return check(program, mode)
    except Skipped as reason:
        pytest.skip(str(reason))


def told(program: Program, failure: Failure | None) -> str:
    """The program and what went wrong, for the assertion."""
    return "" if failure is None else f"{program.seed}: {failure}\n{program.text}"


@pytest.mark.parametrize("program", usable("ci", PROGRAMS), ids=lambda program: program.seed)
@pytest.mark.parametrize("mode", MODES)
def test_agrees_with_the_oracle(program: Program, mode: str) -> None:
    failure = outcome(program, mode)
    assert failure is None, told(program, failure)


@pytest.mark.parametrize("program", usable("inside", 8), ids=lambda program: program.seed)
def test_gradients_inside_of_a_function(program: Program) -> None:
    failure = outcome(program, "inside")
    assert failure is None, told(program, failure)


@pytest.mark.parametrize("program", usable("checkpointed", 8), ids=lambda program: program.seed)
def test_checkpointed_loops(program: Program) -> None:
    failure = outcome(program, "checkpointed")
    assert failure is None, told(program, failure)


@pytest.mark.parametrize("program", usable("modes", 12), ids=lambda program: program.seed)
@pytest.mark.parametrize("mode", ["transposed", "symmetric"])
def test_modes_agree_with_each_other(program: Program, mode: str) -> None:
    failure = outcome(program, mode)
    assert failure is None, told(program, failure)


@pytest.mark.jit
@pytest.mark.parametrize("program", usable("jit", COMPILED), ids=lambda program: program.seed)
def test_compiled_agrees_with_the_oracle(program: Program) -> None:
    for mode in ("reverse", "forward"):
        failure = check(program, mode, jit=True)
        assert failure is None, told(program, failure)


def test_a_seed_names_one_program() -> None:
    assert generate("a:1").text == generate("a:1").text != generate("a:2").text


@pytest.mark.parametrize("program", usable("self", 15), ids=lambda program: program.seed)
def test_oracle_agrees_with_central_differences(program: Program) -> None:
    function = loaded(program)
    gradients = expected(program, function).gradients
    for position, gradient in enumerate(gradients):
        if gradient is not None:
            slopes = central_differences(function, program.args, position)
            np.testing.assert_allclose(slopes, gradient, rtol=1e-4, atol=1e-5)


def central_differences(function: Callable[..., Any], args: Any, position: int) -> np.ndarray:
    step = 1e-6
    out = np.zeros(np.shape(args[position]))
    for index in np.ndindex(out.shape):
        values = []
        for sign in (1.0, -1.0):
            moved = list(copy.deepcopy(args))
            shifted = np.array(moved[position])
            shifted[index] += sign * step
            moved[position] = shifted if shifted.ndim else float(shifted)
            values.append(function(*moved))
        out[index] = (values[0] - values[1]) / (2 * step)
    return out


UNDRAWN = ("nextafter", "spacing", "gcd", "lcm")  # neighbours of floats, and of integers alone


def test_oracle_knows_every_function_of_the_table() -> None:
    missing = []
    for entry in table.entries():
        module, name = getattr(entry.callee, "__module__", None), entry.callee.__name__
        if module == "math" and not hasattr(MATH, name):
            missing.append(f"math.{name}")
        elementwise = isinstance(entry.callee, np.ufunc) and vars(np).get(name) is entry.callee
        # calls of whole arrays, and SciPy's functions, are in no program that is generated
        if elementwise or (module == "numpy" and entry.shape is None):
            if not hasattr(NUMPY, name) and name not in UNDRAWN:
                missing.append(f"np.{name}")
    assert not missing, missing


def test_a_failing_program_is_made_small() -> None:
    program = next(p for p in map(generate, map("s:{}".format, range(99))) if "@" in p.text)
    small = shrink(program, lambda p: " @ " in p.text, seconds=20.0)
    assert " @ " in small.text and len(small.text.splitlines()) <= 6


def test_a_view_of_a_dual_array_shares_its_memory() -> None:
    dual.start(1)
    array = dual.wrap(np.arange(6.0).reshape(2, 3), np.zeros((2, 3, 1)))
    array.T[1:, 0][0] = dual.DualScalar(7.0, np.array([2.0]))
    assert array.value[0, 1] == 7.0 and array.tangent[0, 1, 0] == 2.0
    array.reshape(-1)[::-1][0] += dual.DualScalar(1.0, np.array([3.0]))
    assert array.value[1, 2] == 6.0 and array.tangent[1, 2, 0] == 3.0


def test_math_functions_keep_python_floats() -> None:
    dual.start(1)
    out = MATH.sin(dual.DualScalar(0.5, np.array([1.0])))
    assert isinstance(out.value, float) and out.tangent[0] == pytest.approx(math.cos(0.5))
