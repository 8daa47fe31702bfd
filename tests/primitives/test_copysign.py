"""The sign that is copied of a zero is the sign of that zero, in the derivative too."""

from __future__ import annotations

import numpy as np
import pytest

import adgen


@pytest.mark.parametrize("y", [0.0, -0.0, 2.0, -3.0])
def test_slope(y: float) -> None:
    slope = adgen.grad(lambda x, y: np.copysign(x, y), jit=False)(-1.5, y)
    assert slope == -np.copysign(1.0, y)
