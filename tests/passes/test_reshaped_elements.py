"""Elements of reshaped parts are found in the parts: nothing is copied for each of them."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.transpiler import compiler
from adgen.transpiler.ir import core
from adgen.transpiler.ir.interpreter import interpret
from adgen.transpiler.ir.paths import Reshape
from adgen.transpiler.ir.verifier import verify
from adgen.transpiler.passes.reshaped_elements import find_reshaped_elements
from adgen.transpiler.requests import Request
from adgen.transpiler.signature import argument_of
from adgen.transpiler.source import from_function

X = np.random.default_rng(5).normal(size=(3, 4))
PICKS = np.array([0, 1, -1, 3, 1])


def first_rows(x: Any, picks: Any) -> Any:
    return np.sum(x[:2].ravel()[picks] ** 2)


def every_second_row(x: Any, picks: Any) -> Any:
    return np.sum(x[::2].reshape(-1)[picks] ** 3)


def some_columns(x: Any, picks: Any) -> Any:
    return np.sum(x[:, 1:3].ravel()[picks] ** 2) + np.sum(x[:, ::-1].T.ravel()[picks])


def one_by_one(x: Any, picks: Any) -> Any:
    flat, total = x[1:].ravel(), 0.0
    for k in range(picks.shape[0]):
        total += flat[picks[k]] ** 2
    return total


def three_axes(x: Any, picks: Any) -> Any:
    return np.sum(x[1:].reshape(2, 2, 2)[0, 1][picks % 2] ** 2 * x[0, 0])


def gathered_rows(x: Any, picks: Any) -> Any:
    return np.sum(x[1:].reshape(2, 2, 2)[0][picks % 2] ** 2)


def crossed(x: Any, picks: Any) -> Any:
    return np.sum(x[:2, :, None].reshape(2, -1)[np.ix_([0, 1], picks)] ** 2)


def scattered(x: Any, picks: Any) -> Any:
    y = x.copy()
    y[:2].reshape(-1)[picks] = 2.0 * x.ravel()[picks]
    np.add.at(y[1:].reshape(-1), picks, x[0, 0] * x.T.ravel()[picks])
    return np.sum(y * y * x)


def written_rows(x: Any, picks: Any) -> Any:
    y = x.copy()
    for k in range(2):
        y[1:].reshape(2, 2, 2)[k][:, 0] *= x[0, picks[k]]
    return np.sum(y * y * x)


def of_parts_in_a_loop(x: Any, picks: Any) -> Any:
    total = 0.0
    for t in range(3):
        total += np.sum(x[t : t + 1].reshape(-1)[picks]) ** 2
    return total


PROGRAMS = (
    first_rows, every_second_row, some_columns, one_by_one, three_axes, gathered_rows, crossed,
    scattered, written_rows, of_parts_in_a_loop,
)  # fmt: skip


@pytest.mark.parametrize("function", PROGRAMS)
def test_interpreted(function: Any) -> None:
    types = dict(zip(("x", "picks"), map(argument_of, (X, PICKS)), strict=True))
    primal = compiler.prepare(from_function(function), types)
    (before,) = compiler.derive(primal, Request("value_and_grad", (0,), stage="numba"))
    after = find_reshaped_elements(before)
    verify(after)
    value, gradient = interpret(before, X, PICKS)
    value_after, gradient_after = interpret(after, X, PICKS)
    assert value_after == value
    np.testing.assert_array_equal(gradient_after, gradient)


@pytest.mark.jit
@pytest.mark.parametrize("function", PROGRAMS)
def test_compiled(function: Any) -> None:
    expected = adgen.value_and_grad(function, wrt="x", jit=False)(X, PICKS)
    compiled = adgen.value_and_grad(function, wrt="x")(X, PICKS)
    for have, want in zip(compiled, expected, strict=True):
        np.testing.assert_allclose(have, want, rtol=1e-13)


@pytest.mark.parametrize("function", (first_rows, every_second_row, one_by_one))
def test_nothing_is_copied_in_a_loop(function: Any) -> None:
    text = adgen.differentiate(function).source(X, PICKS, stage="numba")
    (gathering, *_) = re.findall(r"    for k in .*\n(?:        .*\n)+", text)
    assert (
        "for " not in gathering[5:] and "empty" not in gathering and ".reshape(t" not in gathering
    )


def test_whole_arrays_keep_their_reshape() -> None:
    def f(x: Any, picks: Any) -> Any:
        return np.sum(x.ravel()[picks] ** 2)

    types = dict(zip(("x", "picks"), map(argument_of, (X, PICKS)), strict=True))
    primal = compiler.prepare(from_function(f), types)
    (derived,) = compiler.derive(primal, Request("value_and_grad", (0,), stage="numba"))
    after = find_reshaped_elements(derived)
    reshapes = [
        op for _, op in core.walk(after.body)
        if any(isinstance(step, Reshape) for step in op.attrs.get("path", ()))
    ]  # fmt: skip
    assert len(reshapes) == 2
