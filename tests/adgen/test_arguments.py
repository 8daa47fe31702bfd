"""Arguments in all their forms: dtypes, ranks, memory layouts, nesting, mutation."""

from __future__ import annotations

import numpy as np
import pytest

import adgen
from tests.adgen.functions import smooth, square_sum

both = pytest.mark.parametrize("jit", [False, pytest.param(True, marks=pytest.mark.jit)])


@both
def test_gradients_have_the_dtype_and_shape_of_their_argument(jit):
    gradient = adgen.grad(square_sum, jit=jit)
    for x in (np.ones(3, np.float32), np.ones((2, 1)), np.ones((1, 2, 3)), np.zeros((0, 2))):
        result = gradient(x)
        assert (result.dtype, result.shape) == (x.dtype, x.shape)
        np.testing.assert_array_equal(result, 2 * x)
    number = adgen.grad(lambda x: x * x, jit=jit)
    for x in (3.0, np.float32(3.0), np.float64(3.0)):
        result = number(x)
        assert (type(result), result) == (type(x), 6.0)
    result = number(np.array(3.0))
    assert (type(result), result.shape, result) == (np.ndarray, (), 6.0)


@both
def test_memory_layouts(jit):
    gradient = adgen.grad(square_sum, jit=jit)
    base = np.arange(24.0).reshape(4, 6)
    read_only = base.copy()
    read_only.flags.writeable = False
    for x in (base[::2, 1::2], base.T, base[::-1], np.asfortranarray(base), read_only):
        np.testing.assert_array_equal(gradient(x), 2 * x)


@both
def test_a_plain_call_mutates_and_a_derivative_does_not(jit):
    f = adgen.differentiate(smooth, ("u", "kappa"), jit=jit)
    start = np.random.default_rng(0).normal(size=14)
    for cut in (slice(None), slice(None, None, 2), slice(None, None, -1)):
        ours, theirs = start.copy(), start.copy()
        for call in (f.grad, f.value_and_grad, f.vjp):
            call(ours[cut], 0.1, 3)
        f.hvp(ours[cut], 0.1, 3, (np.ones(ours[cut].shape), 0.0))
        f.jvp((ours[cut], 0.1, 3), (None, 1.0, None))
        np.testing.assert_array_equal(ours, start)
        assert f(ours[cut], 0.1, 3) == pytest.approx(smooth(theirs[cut], 0.1, 3), rel=1e-14)
        np.testing.assert_allclose(ours, theirs, rtol=1e-14)


@both
def test_mutated_arguments_are_refused_where_python_would_do_something_else(jit):
    def first(x, y):
        x[0] = y[1]
        return x[0] * y[0]

    f = adgen.differentiate(first, jit=jit)
    a = np.array([1.0, 2.0, 3.0])
    for call in (f, f.grad, f.value_and_grad, f.vjp):
        with pytest.raises(adgen.AliasedMutation, match="`x` is written to and shares memory"):
            call(a, a[1:])
    frozen = a.copy()
    frozen.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        f(frozen, a)
    np.testing.assert_array_equal(adgen.grad(f, "y")(frozen, a), [2.0, 1.0, 0.0])


@both
def test_a_function_without_a_result(jit):
    def fill(x, value):
        x[:] = value

    x = np.zeros(3)
    assert adgen.differentiate(fill, jit=jit)(x, 2.0) is None
    np.testing.assert_array_equal(x, 2.0)


@both
def test_tuples_of_arguments(jit):
    def model(p, x):
        (slope, offset), power = p
        return (slope * x + offset) ** power

    p = ((2.0, 1.0), 2.0)
    (slope_bar, offset_bar), power_bar = adgen.grad(model, jit=jit)(p, 3.0)
    assert (slope_bar, offset_bar) == (42.0, 14.0)
    assert power_bar == pytest.approx(49.0 * np.log(7.0))
    _, tangent = adgen.jvp(model, (p, 3.0), (((1.0, 0.0), 0.0), None), jit=jit)
    assert tangent == 42.0


@both
def test_functions_as_arguments(jit):
    def twice(g, x):
        return g(x) * x

    f = adgen.differentiate(twice, "x", jit=jit)
    assert f.grad(np.sin, 1.0) == pytest.approx(np.sin(1.0) + np.cos(1.0))
    assert f.grad(lambda t: t * t, 1.0) == 3.0


@both
def test_values_have_the_types_that_python_gives(jit):
    def several(x, n):
        return n // 2, n > 2, x * 2.0, np.float32(1.5) * x

    expected = several(np.float32(3.0), 5)
    result = adgen.differentiate(several, jit=jit)(np.float32(3.0), 5)
    assert result == expected
    assert [type(part) for part in result] == [type(part) for part in expected]
