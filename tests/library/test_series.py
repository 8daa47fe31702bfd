"""Interpolation, convolution, differences: machine code, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.transpiler.errors import UnsupportedSyntax

VECTOR = np.random.default_rng(0).normal(size=6)
PLACES, HEIGHTS = np.array([-1.0, 0.0, 0.7, 2.0]), np.array([1.0, 3.0, -1.0, 2.0])


@pytest.mark.jit
def test_compiled() -> None:
    def several(x):
        smooth = np.convolve(x, np.array([0.25, 0.5, 0.25]), mode="same")
        return np.sum(np.gradient(smooth) ** 2) + np.sum(np.interp(x, PLACES, HEIGHTS) * x)

    assert adgen.differentiate(several)(VECTOR) == pytest.approx(several(VECTOR), rel=1e-13)
    np.testing.assert_allclose(
        adgen.grad(several)(VECTOR), adgen.grad(several, jit=False)(VECTOR), rtol=1e-12
    )


REFUSED: list[tuple[Callable[[Any], Any], str]] = [
    (lambda x: np.convolve(x, x, "odd"), "this mode of a convolution"),
    (lambda x: np.polyfit(x, x, 1, cov=True)[0], "`np.polyfit` with `full` or `cov`"),
]


@pytest.mark.parametrize("case", range(len(REFUSED)))
def test_refusals(case: int) -> None:
    function, message = REFUSED[case]
    with pytest.raises(UnsupportedSyntax, match=message):
        adgen.differentiate(function, jit=False)(VECTOR)
