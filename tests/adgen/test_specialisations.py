"""Static arguments, the number of specialisations that is kept, and the warning for too many."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import adgen
from adgen.specialisations import MANY, MOST_KEPT, Latest


def reduced(x, mode=None, scale=True):
    y = np.sum(x * x) if mode != "mean" else np.mean(x * x)
    return y if mode is None else 3.0 * y


def test_static_arguments_specialise():
    gradient = adgen.grad(reduced, jit=False)
    x = np.array([1.0, 2.0])
    for _ in range(3):
        np.testing.assert_allclose(gradient(x), 2.0 * x)
        np.testing.assert_allclose(gradient(x, "sum"), 6.0 * x)
        np.testing.assert_allclose(gradient(x, mode="mean"), 3.0 * x)


def test_too_many_are_reported_once_with_the_reason():
    gradient = adgen.grad(lambda x, mode: x * x, jit=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for k in range(MANY - 1):
            gradient(2.0, f"mode {k}")
    with pytest.warns(adgen.RespecialisationWarning) as caught:
        gradient(2.0, "one more")
    (warning,) = caught
    assert str(warning.message).startswith(
        f"`<lambda>` has been compiled {MANY} times; the last time because the argument `mode` "
        f"was static 'mode {MANY - 2}' and is static 'one more'."
    )
    assert warning.filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for k in range(MANY):
            gradient(2.0, f"and {k}")


def test_values_that_are_compiled_in_are_named():
    factor = 0.0
    gradient = adgen.grad(lambda x: x * factor, jit=False)
    with pytest.warns(
        adgen.RespecialisationWarning, match=r"`factor`, which it reads, was 14\.0 and"
    ):
        for k in range(MANY):
            factor = float(k)
            assert gradient(1.0) == factor


def test_the_latest_are_kept():
    gradient = adgen.grad(lambda x, mode: x * x, jit=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for k in range(MOST_KEPT + 10):
            gradient(2.0, f"mode {k}")
    assert len(gradient._entries) == len(gradient._compilations.builds) == MOST_KEPT
    assert gradient(2.0, "mode 0") == 4.0


def test_latest_is_by_use():
    latest = Latest[int](2)
    latest["a"], latest["b"] = 1, 2
    assert latest.get("a") == 1
    latest["c"] = 3
    assert (latest.get("a"), latest.get("b"), latest.get("c")) == (1, None, 3)
