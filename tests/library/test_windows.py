"""Windows: NumPy's values, and the derivative by Kaiser's parameter."""

from __future__ import annotations

import numpy as np
import pytest

import adgen


@pytest.mark.parametrize("count", [0, 1, 2, 5, 8])
@pytest.mark.parametrize("window", ["hanning", "hamming", "blackman", "bartlett"])
def test_values(window, count):
    function = getattr(np, window)
    text = f"import numpy as np\ndef f(x, n):\n    return x * np.{window}(n)\n"
    made = adgen.differentiate(adgen.from_source(text)["f"], jit=False)
    np.testing.assert_allclose(made(2.0, count), 2.0 * function(count), atol=1e-15)


@pytest.mark.parametrize("count", [1, 2, 5, 8])
def test_kaiser(count):
    def energy(x, beta):
        return np.sum((x * np.kaiser(len(x), beta)) ** 2)

    x = np.linspace(1.0, 2.0, count)
    made = adgen.differentiate(energy, ("x", "beta"), jit=False)
    assert made(x, 3.0) == pytest.approx(energy(x, 3.0), rel=1e-13)
    slope = (energy(x, 3.0 + 1e-6) - energy(x, 3.0 - 1e-6)) / 2e-6
    assert made.grad(x, 3.0)[1] == pytest.approx(slope, rel=1e-7, abs=1e-9)


@pytest.mark.jit
def test_compiled():
    def power(x):
        return np.sum(np.abs(np.fft.rfft(x * np.hanning(len(x)))) ** 2)

    x = np.linspace(0.0, 1.0, 8)
    assert adgen.differentiate(power)(x) == pytest.approx(power(x))
    adgen.check_grads(power)(x)
