"""Values, derivatives and states of generators, against the function as CPython runs it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import adgen
from adgen.checking import difference
from adgen.generator_states import States
from tests.random_numbers import programs
from tests.random_numbers.programs import PROGRAMS, STREAM, Program

SURROUNDINGS = (programs.of_module, programs.model.rng, programs.legacy_of_module)
# of these CPython runs the inner derivatives, which draw as often as they like
_COMPOSED = {"gradient_inside", "checkpoints", "pushforward_inside", "pullback_inside",
             "jacobian_inside", "slopes_inside"}  # fmt: skip


class Run:
    """Runs of a program from one state of all generators."""

    def __init__(self, program: Program) -> None:
        self.program = program
        np.random.seed(11)
        self.states = States(SURROUNDINGS)

    def __call__(self, function: Any, *more: Any) -> tuple[Any, list[float]]:
        """The result, and what all generators give next."""
        self.states.restore()
        args = [
            np.random.default_rng(5) if arg is STREAM else arg for arg in self.program.args
        ]  # fmt: skip
        result = function(*args, *more)
        streams = [arg for arg in args if isinstance(arg, np.random.Generator)]
        after = [stream.random() for stream in (*streams, *SURROUNDINGS)]
        return result, [*after, np.random.rand()]


def same(one: Any, two: Any) -> bool:
    return type(one) is type(two) and np.array_equal(one, two)


def slope(run: Run) -> float:
    """The derivative along ones of the first argument, by differences of the plain function."""
    first, *rest = run.program.args

    def along(x: float) -> Any:
        def moved(start: Any, *others: Any) -> Any:
            return run.program.function(start + x, *others)

        return run(moved)[0]

    return float(difference(along, (0.0,), (1.0,), 1e-8)[0])


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_the_stream_is_numpys_in_all_modes(program: Program) -> None:
    run = Run(program)
    function = program.function
    value, after = run(function)
    assert run(adgen.differentiate(function, jit=False))[1] == after
    have = run(adgen.differentiate(function, jit=False))[0]
    close = program.name in _COMPOSED
    assert same(have, value) or (close and np.isclose(have, value, rtol=1e-12))
    value = have
    first = program.args[0]
    ones = np.ones_like(first) if isinstance(first, np.ndarray) else 1.0
    expected = slope(run)

    def tangent(*args: Any) -> Any:
        still = [None] * (len(args) - 1)
        return adgen.jvp(function, args, (ones, *still), jit=False)

    def pulled(*args: Any) -> Any:
        found, pullback = adgen.vjp(function, *args, jit=False)
        return found, pullback(1.0)[0]

    derivative = adgen.value_and_grad(function, jit=False)
    for mode in (derivative, derivative, tangent, pulled):
        (found, slopes), state = run(mode)
        assert state == after
        assert same(found, value)
        assert np.isclose(np.sum(slopes), expected, rtol=1e-6, atol=1e-8)
    assert run(adgen.grad(function, jit=False))[1] == after


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_products_with_the_hessian_draw_once(program: Program) -> None:
    if program.name in ("jacobian_inside", "slopes_inside", "pullback_inside"):
        pytest.skip("differentiated three times")
    run = Run(program)
    first = program.args[0]
    ones = np.ones_like(first) if isinstance(first, np.ndarray) else 1.0
    _, after = run(program.function)
    found, state = run(adgen.hvp(program.function, jit=False), ones)
    assert state == after

    def along(x: float) -> Any:
        def moved(start: Any, *others: Any) -> Any:
            return adgen.grad(program.function, jit=False)(start + x, *others)

        return run(moved)[0]

    expected = difference(along, (0.0,), (1.0,), 1e-6)
    assert np.allclose(found, expected, rtol=1e-4, atol=1e-6)


_COMPILED = [
    program for program in PROGRAMS
    if program.name in (
        "noise", "langevin", "minibatch", "sgd", "of_the_module", "legacy_object", "made_inside",
        "made_of_bits", "legacy", "in_while", "results_unused", "chosen", "recursive",
        "into_an_array", "of_vectors", "numbers", "of_a_length_that_is_guessed_wrong",
        "gradient_inside", "checkpoints", "pullback_inside", "in_containers", "by_the_state",
    )
]  # fmt: skip


@pytest.mark.jit
@pytest.mark.parametrize("program", _COMPILED, ids=lambda program: program.name)
def test_compiled(program: Program) -> None:
    run = Run(program)
    value, after = run(program.function)
    derivative = adgen.value_and_grad(program.function)
    plain = run(adgen.value_and_grad(program.function, jit=False))[0]
    for _ in range(3):  # the general way, then written out
        (found, slopes), state = run(derivative)
        assert state == after
        assert np.isclose(found, value, rtol=1e-13)
        assert np.allclose(slopes, plain[1], rtol=1e-10)
    assert run(adgen.differentiate(program.function))[1] == after
