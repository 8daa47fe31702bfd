"""Random expressions: a few of them against JAX where it is installed, and against NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from tests.random_expressions.compare import outcome
from tests.random_expressions.generate import program


def test_programs_are_the_same_each_time() -> None:
    one, two = (program(np.random.default_rng([5, 1])).text() for _ in range(2))
    assert one == two
    assert program(np.random.default_rng([5, 2])).text() != one


def test_a_beginning_holds_what_it_needs() -> None:
    whole = program(np.random.default_rng([5, 3]))
    for count in range(1, len(whole.lines) + 1):
        names = {"np": np}
        exec(whole.upto(count).text(), names)
        names["f"](*whole.arguments())  # type: ignore[operator]


@pytest.mark.parametrize("number", range(6))
def test_against_jax(number: int) -> None:
    pytest.importorskip("jax")
    assert outcome(program(np.random.default_rng([5, number]))).kind != "wrong"
