"""Random expressions: what they are drawn from, and a few of them against JAX and differences."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from tests.random_expressions.compare import outcome
from tests.random_expressions.differences import gradient_verdict, in_same_order
from tests.random_expressions.generate import namespace, program
from tests.random_expressions.program import Argument, Line, Program
from tests.random_expressions.table import TOPICS, writes

FUNCTIONS = Path(__file__).parents[2] / "docs" / "functions.md"
NOT_DRAWN = {
    "integrate.odeint",  # an approximation: another method than SciPy's
    *(f"np.{name}.{method}" for name in ("arctan2", "power")  # NumPy's own depend on the rank
      for method in ("reduce", "reduceat", "accumulate")),
}  # fmt: skip
NEW = 0.2  # such a part may wait for a form in tests/random_expressions/table


def test_the_whole_table_is_drawn_from() -> None:
    forms = [form for topic in TOPICS for form in (*topic.ANY, *topic.REAL)]
    text = "\n".join([*forms, *(one for one, _ in writes.BOTH), *writes.ALONE])
    used = set(re.findall(r"(?<![\w.])(?:np|special|stats|linalg|signal|fft)(?:\.\w+)+", text))
    wanted = set(re.findall(r"^\| `([\w.]+)`", FUNCTIONS.read_text(encoding="utf-8"), re.M))
    missing = wanted - used - NOT_DRAWN
    assert len(missing) <= NEW * len(wanted), missing


def test_programs_are_the_same_each_time() -> None:
    one, two = (program(np.random.default_rng([5, 1])).text() for _ in range(2))
    assert one == two
    assert program(np.random.default_rng([5, 2])).text() != one


@pytest.mark.parametrize("order", ["C", "F", "strided", "reversed", "broadcast"])
def test_arguments_have_their_order(order: str) -> None:
    argument = Argument((3, 4), order=order)
    values = argument.values(1)
    laid = argument.laid(values)
    assert np.array_equal(laid, values)
    strides = {"C": (32, 8), "F": (8, 24), "strided": (64, 16), "reversed": (64, -8)}
    assert laid.strides == strides.get(order, (0, 8))


def test_copies_for_differences_have_the_order() -> None:
    for order in ("C", "F", "strided", "reversed"):
        laid = Argument((3, 4), order=order).laid(Argument((3, 4)).values(1))
        copied = in_same_order(laid)
        assert copied.strides == laid.strides and np.array_equal(copied, laid)
        assert not np.shares_memory(copied, laid)
    assert in_same_order(np.broadcast_to(np.ones(1), (3,))).flags.writeable


def test_wrong_gradients_are_seen() -> None:
    x = np.array([0.3, -0.7])
    args = (x, np.ones(1))
    assert gradient_verdict(lambda x, y: np.sum(x**2), args, 0, 2 * x) == "same"
    assert gradient_verdict(lambda x, y: np.sum(x**2), args, 0, 2 * x + 1e-3) == "wrong"
    kink = (np.zeros(1), np.ones(1))
    assert gradient_verdict(lambda x, y: np.sum(np.abs(x)), kink, 0, np.ones(1)) == "unsettled"


def test_smaller_programs_still_run() -> None:
    lines = (Line("a0", "a0 = np.sin(x)", "a0 = np.sin(x)"), Line("a1", "a1 = a0 + y", None))
    whole = Program(lines, Argument((2,)), Argument(()))
    texts = [part.text() for part in whole.smaller()]
    assert any("a1 = 1.0 * a0" in text for text in texts)
    for text in texts:
        if "a0 + y" not in text or "a0 =" in text:
            names = namespace()
            exec(text, names)
            names["f"](*whole.arguments())


@pytest.mark.parametrize("number", range(6))
def test_against_jax(number: int) -> None:
    pytest.importorskip("jax")
    drawn = program(np.random.default_rng([5, number]))
    assert outcome(drawn).kind not in ("wrong", "raised", "invalid")
