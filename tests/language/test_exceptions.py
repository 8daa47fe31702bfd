"""Exceptions reach the caller with what they carry, from every mode."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import adgen
from tests.language.agreement import agree
from tests.language.assertions import asserted

X = np.array([1.0, -2.0, 3.0])


class TooLarge(ValueError):
    def __init__(self, size: float, limit: float = 1.0) -> None:
        super().__init__(f"{size} is more than {limit}")
        self.size = size


def constant_message(x: float, n: int) -> float:
    if n < 0:
        raise ValueError("n must not be negative")
    return x * n


def computed_message(x: Any, n: int) -> Any:
    total = 0.0
    for i in range(n):
        if x[i] < 0:
            raise ValueError(f"x[{i}] = {x[i]:.3f} of {x}")
        total += x[i] ** 2
    return total


def class_alone(x: float, n: int) -> float:
    if n > 2:
        raise KeyError
    return x**n


def several_arguments(x: float, n: int) -> float:
    if n > 2:
        raise IndexError("n", n, n * 0.5)
    return x**n


def carries_tuples(x: Any, n: int) -> Any:
    y = x * 1.0
    if n > 2:
        raise ValueError(y, (y.shape, (n, None, f"{n:.1f}"), ()), None, y)
    return np.sum(y * y)


def own_class(x: float, n: int) -> float:
    if n > 2:
        raise TooLarge(n, limit=2)
    return x**n


def chained(x: float, n: int) -> float:
    if n > 2:
        raise TooLarge(n) from ZeroDivisionError("why", n)
    return x**n


def from_none(x: float, n: int) -> float:
    if n > 2:
        raise TooLarge(n) from None
    return x**n


def made_before(x: float, n: int) -> float:
    error = RuntimeError(f"{n} of {x * 2:.1f}")
    if n > 2:
        raise error
    return x**n


def last_arm(x: float, n: int) -> float:
    if n == 1:
        y = x
    elif n == 2:
        y = x * x
    else:
        raise ValueError(n)
    return y * 3


def in_a_helper(x: float, n: int) -> float:
    def checked(value: float) -> float:
        if value > 2:
            raise ArithmeticError(value, "is too much")
        return value * value

    return checked(x) * n


def always(x: float, n: int) -> float:
    raise NotImplementedError("not yet")


def no_active(x: float, n: int) -> float:
    if n > 2:
        raise  # noqa: PLE0704
    return x


PROGRAMS = [
    constant_message, class_alone, several_arguments, own_class, chained, from_none, made_before,
    asserted, last_arm, in_a_helper, always, no_active,
]  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("n", [-1, 1, 2, 3])
def test_exceptions(program: Any, n: int) -> None:
    agree(program, 1.5, n)


@pytest.mark.parametrize("n", [1, 3])
def test_messages_of_arrays(n: int) -> None:
    agree(computed_message, X, n)
    agree(carries_tuples, X, n)


def test_assertions_of_values() -> None:
    agree(asserted, -1.5, 1)
    agree(in_a_helper, 2.5, 1)


def test_classes_made_in_functions_are_told_apart() -> None:
    def make(message: str) -> tuple[type[Exception], Any]:
        class Local(Exception):
            pass

        def program(x: float) -> float:
            if x > 1.0:
                raise Local(message)
            return x * x

        return Local, program

    for cls, program in (make("one"), make("two")):
        agree(program, 2.0)
        with pytest.raises(cls):
            adgen.differentiate(program, jit=False).grad(2.0)


def test_checks_do_not_part_a_loop_from_its_adjoint() -> None:
    text = adgen.differentiate(computed_message).source(X, 1)
    assert text.count("    for ") == 1
    assert 'raise ValueError(f"x[{i}] = {t:.3f} of {x}")' in text


@pytest.mark.jit
@pytest.mark.parametrize(
    "program", [own_class, chained, asserted, last_arm], ids=lambda f: f.__name__
)
def test_exceptions_from_machine_code(program: Any) -> None:
    agree(program, 1.5, 3, jit=True)
    agree(program, 1.5, 1, jit=True)


@pytest.mark.jit
def test_messages_of_arrays_from_machine_code() -> None:
    agree(computed_message, X, 3, jit=True)
    agree(carries_tuples, X, 3, jit=True)
    agree(computed_message, X, 1, jit=True)


def test_what_is_raised_must_be_an_exception() -> None:
    def program(x: float) -> float:
        if x > 1.0:
            raise x
        return x

    with pytest.raises(adgen.UnsupportedError, match="a number is raised"):
        adgen.grad(program, jit=False)(1.0)
