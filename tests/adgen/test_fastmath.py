"""The option ``fastmath``: sums in any order, and NaN and infinity stay what they are."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

import adgen

pytestmark = pytest.mark.jit

dtypes = pytest.mark.parametrize("dtype", [np.float64, np.float32])


def total(x):
    s = 0.0
    for i in range(x.shape[0]):
        s += x[i]
    return s


def quotients(x, y):
    s = 0.0
    for i in range(x.shape[0]):
        s += math.sqrt(x[i]) / y[i]
    return s


def without_holes(x):
    return np.sum(np.where(np.isnan(x), 0.0, x * x))


def distance(x, y):
    return np.sum(np.where(np.isinf(x), 1.0, x - y))


def test_sums_of_the_user_keep_their_order_unless_it_is_given_away():
    x = np.random.default_rng(1).normal(size=1001)
    assert adgen.differentiate(total)(x) == total(x)
    free = adgen.differentiate(total, fastmath=True)(x)
    assert free != total(x) and free == pytest.approx(total(x), rel=1e-12)


@dtypes
@pytest.mark.parametrize("special", [np.nan, np.inf, -np.inf])
def test_one_special_number_makes_the_sum(dtype, special):
    x = np.ones(37, dtype)
    x[20] = special
    compiled = adgen.differentiate(total, fastmath=True)
    np.testing.assert_equal(compiled(x), special)
    x[5] = np.inf
    expected = np.inf + special
    np.testing.assert_equal(compiled(x), expected)


@dtypes
def test_divisions_and_roots_of_special_numbers(dtype):
    x = np.array([4.0, np.inf, 0.0, 1.0, 2.0, 3.0, 5.0, 6.0] * 4, dtype)
    y = np.array([2.0, np.inf, 1.0, np.inf, 1.0, 1.0, 1.0, 1.0] * 4, dtype)
    compiled = adgen.differentiate(quotients, wrt=(0, 1), fastmath=True)
    assert np.isnan(compiled(x, y))  # inf / inf
    y[1::8] = 1.0
    assert compiled(x, y) == np.inf
    strict = adgen.grad(quotients, (0, 1))(x, y)
    with np.errstate(divide="ignore"):
        for found, expected in zip(compiled.grad(x, y), strict, strict=True):
            np.testing.assert_allclose(found, expected, rtol=1e-4)


@dtypes
def test_tests_for_nan_and_infinity_are_kept(dtype):
    x = np.linspace(-2, 2, 40).astype(dtype)
    x[3], x[30] = np.nan, np.nan
    value, gradient = adgen.value_and_grad(without_holes, fastmath=True)(x)
    assert value == pytest.approx(np.nansum(x * x), rel=1e-5)
    np.testing.assert_array_equal(gradient, np.where(np.isnan(x), 0.0, 2.0 * x))
    x[3], x[30] = np.inf, -np.inf
    gradient = adgen.grad(distance, 1, fastmath=True)(x, np.ones_like(x))
    np.testing.assert_array_equal(gradient, np.where(np.isinf(x), 0.0, -1.0))


def test_no_instruction_may_take_for_granted_that_numbers_are_finite(tmp_path, monkeypatch):
    monkeypatch.setenv("ADGEN_CACHE_DIR", str(tmp_path))
    compiled = adgen.differentiate(lambda x, y: np.sum((x + 2.0) / y), fastmath=True)
    compiled(np.ones(3), np.ones(3))
    (entry,) = compiled._entries._entries.values()
    (text,) = entry.build.functions[0].inspect_llvm().values()
    flags = set(re.findall(r"= f(?:add|div) ([a-z ]*?) ?(?:<|double)", text))
    assert flags and not any({"fast", "nnan", "ninf"} & set(flag.split()) for flag in flags)
    assert all("reassoc" in flag for flag in flags)
