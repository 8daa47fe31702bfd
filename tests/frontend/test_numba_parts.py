"""What Numba offers beside ``njit``: typed containers and blocks in object mode."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import adgen

pytestmark = pytest.mark.jit
X = np.array([1.0, 2.0, 3.0])


def test_typed_containers_inside() -> None:
    from numba import float64, types
    from numba.typed import Dict, List

    def lists(x: Any) -> Any:
        first, second = List(), List.empty_list(float64)
        for value in x:
            first.append(value**2)
            second.append(value * first[0])
        return sum(first) * second[-1]

    def dicts(x: Any) -> Any:
        held, named = Dict(), Dict.empty(types.unicode_type, float64)
        held[1], held[2] = x[0], x[1] * x[2]
        named["a"] = x[0] * held[2]
        return held[1] * held[2] + named["a"]

    for program in (lists, dicts):
        expected = [(program(X + h) - program(X - h)) / 2e-6 for h in 1e-6 * np.eye(3)]
        np.testing.assert_allclose(adgen.grad(program, jit=False)(X), expected, rtol=1e-6)


def test_blocks_in_object_mode() -> None:
    from numba import njit, objmode

    @njit
    def power(x: Any) -> Any:
        with objmode(y="float64[:]"):
            y = np.abs(np.fft.rfft(x))
        return np.sum(y * y)

    expected = [(power(X + h) - power(X - h)) / 2e-6 for h in 1e-6 * np.eye(3)]
    np.testing.assert_allclose(adgen.grad(power)(X), expected, rtol=1e-6)


def test_typed_arguments_are_refused() -> None:
    from numba.typed import List

    items = List()
    items.append(1.0)
    with pytest.raises(adgen.UnsupportedError, match=r"`numba.typed.List`") as caught:
        adgen.grad(lambda x, y: x * y[0], jit=False)(1.0, items)
    assert "list(xs)" in str(caught.value)
