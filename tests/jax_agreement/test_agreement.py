"""Every transform of sixty functions agrees with JAX to 1e-10, and with itself to 1e-12.

What JAX says is kept in ``reference.json``; ``python -m tests.jax_agreement.quantities`` writes it.
"""

import json

import numpy as np
import pytest

import adgen
from tests.jax_agreement.quantities import (
    ORDERS,
    POINTS,
    REFERENCE,
    by_jax,
    directions,
    given,
    weights,
)

CASES = [pytest.param(*case, id=case[0].__name__) for case in given()]
EXPECTED = json.loads(REFERENCE.read_text(encoding="utf-8"))
COMPILED = ("logistic_map", "piecewise", "attention", "oscillator", "recurrence", "solved")
FEW = [case for case in CASES if case.id in COMPILED]
OF_A_NUMBER = [case for case in CASES if case.values[1] == "scalar"]


def _agrees(found, expected, tolerance=1e-10):
    if isinstance(found, tuple):
        assert len(found) == len(expected)
        for one, two in zip(found, expected, strict=True):
            _agrees(one, two, tolerance)
        return
    np.testing.assert_allclose(found, np.asarray(expected), rtol=tolerance, atol=tolerance)


def _inner(one, two):
    """The inner product of nested arrays."""
    if isinstance(one, tuple):
        return sum(_inner(a, b) for a, b in zip(one, two, strict=True))
    return np.sum(np.multiply(one, two))


def _first_order(function, args, jit):
    expected, by = EXPECTED[function.__name__], tuple(range(len(args)))
    tangents, cotangent = directions(function.__name__, args), weights(function.__name__, 0.0)
    value, tangent = adgen.jvp(function, args, tangents, jit=jit)
    cotangent = weights(function.__name__, value)
    _agrees(value, expected["value"])
    _agrees(adgen.differentiate(function, jit=jit)(*args), expected["value"])
    _agrees(tangent, expected["jvp"])
    value, pushforward = adgen.linearize(function, *args, jit=jit)
    _agrees(pushforward(*tangents), expected["jvp"])
    value, pullback = adgen.vjp(function, *args, jit=jit)
    found = pullback(cotangent)
    _agrees(found, expected["vjp"])
    for mode in ("forward", "reverse", "auto"):
        _agrees(adgen.jacobian(function, by, mode=mode, jit=jit)(*args), expected["jacobian"])
    _agrees(adgen.deriv(function, jit=jit)(*args), expected["deriv"])
    _agrees(adgen.elementwise_grad(function, jit=jit)(*args), expected["elementwise_grad"])
    product = adgen.tensor_jacobian_product(function, 0)(*args, cotangent)
    _agrees(product, expected["vjp"][0])
    rest = args[1:]
    alone = lambda x: function(x, *rest)  # noqa: E731
    moved = adgen.gauss_newton_vp(alone, jit=jit)(args[0], tangents[0])
    _agrees(moved, expected["gauss_newton"])
    forwards, backwards = _inner(tangent, cotangent), _inner(tangents, found)
    assert abs(forwards - backwards) <= 1e-12 * max(1.0, abs(forwards))


def _of_a_number(function, args, jit):
    expected, by = EXPECTED[function.__name__], tuple(range(len(args)))
    _agrees(adgen.grad(function, by, jit=jit)(*args), expected["jacobian"])
    value, gradient = adgen.value_and_grad(function, by, jit=jit)(*args)
    _agrees(value, expected["value"])
    _agrees(gradient, expected["jacobian"])
    tangents = directions(function.__name__, args)
    _agrees(adgen.hvp(function, by, jit=jit)(*args, tangents), expected["hvp"])
    blocks = adgen.hessian(function, by, jit=jit)(*args)
    _agrees(blocks, expected["hessian"])
    sizes = [np.size(arg) for arg in args]
    whole = np.block(
        [
            [np.reshape(block, (sizes[i], sizes[j])) for j, block in enumerate(row)]
            for i, row in enumerate(blocks)
        ]
    )
    np.testing.assert_allclose(whole, whole.T, rtol=1e-12, atol=1e-12 * np.max(np.abs(whole)))


@pytest.mark.parametrize(("function", "kind", "args"), CASES)
def test_all_transforms(function, kind, args, monkeypatch):
    monkeypatch.setenv("ADGEN_JIT", "0")  # for transforms that take no options
    _first_order(function, args, jit=False)
    if kind != "map":
        _of_a_number(function, args, jit=False)


@pytest.mark.jit
@pytest.mark.parametrize(("function", "kind", "args"), FEW)
def test_all_transforms_compiled(function, kind, args):
    _first_order(function, args, jit=True)
    if kind != "map":
        _of_a_number(function, args, jit=True)


@pytest.mark.parametrize(("function", "kind", "args"), OF_A_NUMBER)
def test_orders_one_to_five(function, kind, args):
    expected = iter(EXPECTED[function.__name__]["orders"])
    for at in POINTS:
        nth = function
        for _ in range(ORDERS):
            nth = adgen.grad(nth, jit=False)
            _agrees(nth(at), next(expected))


@pytest.mark.slow
@pytest.mark.parametrize(("function", "kind", "args"), CASES)
def test_jax_still_says_what_is_kept(function, kind, args):
    pytest.importorskip("jax")
    found, expected = by_jax(function, kind, args), EXPECTED[function.__name__]
    assert found.keys() == expected.keys()
    for key, value in found.items():
        for one, two in zip(np.ravel(_flat(value)), np.ravel(_flat(expected[key])), strict=True):
            assert abs(one - two) <= 1e-11 * max(1.0, abs(two)), key


def _flat(value):
    """All numbers of nested lists."""
    if isinstance(value, list):
        return [number for part in value for number in _flat(part)]
    return [value]


def test_there_are_sixty():
    assert len(CASES) == len(EXPECTED) == 60
