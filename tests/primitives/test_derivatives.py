"""Every derivative in the table against differences, itself transposed, and itself repeated."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import special

from adgen.runtime import shape_derivatives as by_shape
from adgen.transpiler.autodiff.forward import forward
from adgen.transpiler.autodiff.reverse import reverse
from adgen.transpiler.ir.core import LEAF, Block, Function
from adgen.transpiler.ir.interpreter import interpret
from adgen.transpiler.ir.types import is_float
from adgen.transpiler.ir.verifier import verify
from adgen.transpiler.primitives.builder import result_type
from tests.primitives.cases import (
    ENTRIES,
    Case,
    NoDerivative,
    all_cases,
    complex_cases,
    has_rule,
    name_of,
    single_complex_cases,
)

# Weights of the central difference of sixth order, at h, 2h and 3h.
STENCIL = ((1, 3 / 4), (2, -3 / 20), (3, 1 / 60))
STEP = 2e-3

cases = pytest.mark.parametrize("case", [*all_cases(), *complex_cases()], ids=str)


def active(case: Case) -> list[int]:
    """Operands that a derivative is asked of."""
    return [
        k
        for k, (kind, domain) in enumerate(zip(case.types(), case.entry.domain, strict=True))
        if is_float(kind) and not domain.integer and has_rule(case.entry, k)
    ]


def directions(case: Case, operands: list[Any], seed: int = 1) -> list[Any]:
    """One tangent per active operand."""
    draw = np.random.default_rng(seed)
    return [drawn(draw, operands[k]) for k in active(case)]


def drawn(draw: np.random.Generator, like: Any) -> Any:
    """Random numbers of a shape, complex where those are."""
    made = draw.normal(size=np.shape(like))
    return made + 1j * draw.normal(size=np.shape(like)) if np.iscomplexobj(like) else made


def jvp(case: Case, operands: list[Any], tangents: list[Any]) -> Any:
    """Forward mode, interpreted."""
    function, out = forward(case.function(), active(case))
    both = Function("jvp", Block(function.body.args, function.body.ops, out))
    verify(both, infer=result_type)
    return interpret(both, *operands, *tangents)[0]


def vjp(case: Case, operands: list[Any], seed: Any) -> tuple[Any, ...]:
    """Reverse mode, interpreted."""
    joint = reverse(case.function(), active(case), seeded=True)
    verify(joint, infer=result_type)
    return interpret(joint, *operands, seed)[1:]


def difference(
    case: Case, operands: list[Any], tangents: list[Any], step: float = STEP
) -> np.ndarray:
    """The derivative along the tangents, by central differences."""
    total: Any = 0.0
    for multiple, weight in STENCIL:
        for sign in (1, -1):
            moved = list(operands)
            for k, tangent in zip(active(case), tangents, strict=True):
                moved[k] = operands[k] + sign * multiple * step * tangent
            total = total + sign * weight / step * np.multiply(case.call(moved), 1.0)
    return total


def smooth_point(case: Case) -> tuple[list[Any], list[Any]]:
    """Operands where the function has no kink nearby, and small tangents."""
    for seed in range(50):
        operands = case.operands(seed)
        tangents = [0.05 * t for t in directions(case, operands)]
        slopes = [difference(case, operands, tangents, step) for step in (STEP, 2 * STEP)]
        if np.allclose(*slopes, rtol=1e-6, atol=1e-9):
            return operands, tangents
    raise AssertionError(f"{case} is smooth nowhere")


@cases
def test_forward_agrees_with_differences(case: Case) -> None:
    operands, tangents = smooth_point(case)
    have = jvp(case, operands, tangents)
    assert np.shape(have) == np.shape(case.call(operands))
    np.testing.assert_allclose(have, difference(case, operands, tangents), rtol=1e-8, atol=1e-11)


@cases
def test_reverse_is_the_transpose_of_forward(case: Case) -> None:
    operands = case.operands()
    tangents = directions(case, operands)
    weights = drawn(np.random.default_rng(2), case.call(operands))
    pushed = np.sum(jvp(case, operands, tangents) * weights).real
    cotangents = vjp(case, operands, weights)
    for k, cotangent in zip(active(case), cotangents, strict=True):
        assert np.shape(cotangent) == np.shape(operands[k])
        assert np.iscomplexobj(cotangent) == np.iscomplexobj(operands[k])
    pulled = sum(np.sum(t * c).real for t, c in zip(tangents, cotangents, strict=True))
    np.testing.assert_allclose(pushed, pulled, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(
    "case",
    [
        case
        for case in (*all_cases(dtype="f4"), *single_complex_cases())
        if getattr(case.entry.callee, "__module__", "") != "math"
        and case.entry.callee is not complex
    ],
    ids=str,
)
def test_float32_stays_float32(case: Case) -> None:
    """Functions of NumPy; those of math and Python's own may compute in Python's numbers."""
    operands = case.operands()
    value = np.asarray(case.call(operands))
    tangents = [
        np.asarray(t, np.asarray(operands[k]).dtype)[()]
        for k, t in zip(active(case), directions(case, operands), strict=True)
    ]
    have = jvp(case, operands, tangents)
    assert np.asarray(have).dtype == value.dtype
    single = value.dtype in (np.float32, np.complex64)
    in_double = case.entry.callee is special.wofz  # that loop comes first in its table
    assert single or in_double or any(domain.integer for domain in case.entry.domain)
    seed = np.ones(value.shape, value.dtype)[()]
    for k, cotangent in zip(active(case), vjp(case, operands, seed), strict=True):
        assert np.asarray(cotangent).dtype == np.asarray(operands[k]).dtype


_THIRD_IS_REFUSED = (by_shape.gammainc_by_a, by_shape.betainc_by_a, by_shape.betainc_by_b)
_BY_DIGAMMA = (special.gamma, special.rgamma, special.loggamma)


@pytest.mark.parametrize(
    "case",
    [
        case
        for case in (*all_cases(), *complex_cases())
        if case.entry.callee not in _THIRD_IS_REFUSED
        and ("c" not in case.dtype or case.entry.callee not in _BY_DIGAMMA)  # refused there
    ],
    ids=str,
)
def test_second_order_agrees_with_differences_of_the_first(case: Case) -> None:
    """Forward over reverse: rules are written in the language that they differentiate."""
    operands, tangents = smooth_point(case)
    value = case.call(operands)
    seed = drawn(np.random.default_rng(3), value) if np.shape(value) else 1.0
    gradient = reverse(case.function(), active(case), seeded=True)
    function, out = forward(gradient, active(case))
    second = Function(
        "hvp", Block(function.body.args, function.body.ops, out[1:]), (LEAF,) * len(out[1:])
    )
    verify(second, infer=result_type)
    have = interpret(second, *operands, seed, *tangents)
    for number, product in enumerate(have):
        want: Any = 0.0
        for multiple, weight in STENCIL:
            for sign in (1, -1):
                moved = list(operands)
                for k, tangent in zip(active(case), tangents, strict=True):
                    moved[k] = operands[k] + sign * multiple * STEP * tangent
                slope = np.multiply(interpret(gradient, *moved, seed)[1 + number], 1.0)
                want = want + sign * weight / STEP * slope
        np.testing.assert_allclose(product, want, rtol=1e-7, atol=1e-10)


@pytest.mark.parametrize("entry", ENTRIES, ids=name_of)
def test_no_derivative_has_a_reason(entry: Any) -> None:
    if isinstance(entry.kind, NoDerivative):
        assert len(entry.kind.reason) > 5 and not entry.kind.reason.endswith(".")
    assert len(entry.domain) == len(entry.operands)
