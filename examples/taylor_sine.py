"""Derivatives through a loop that stops when its data says so, and prints on the way.

The Taylor series of the sine, cut off where a term is small.

    python examples/taylor_sine.py [--out taylor_sine.png] [--points 100]
"""

import contextlib
import io
import math

import matplotlib.pyplot as plt
import numpy as np
import picture

from adgen import grad


def sine(x):
    currterm = x
    ans = currterm
    for i in range(1000):
        print(i, end=" ")
        currterm = -currterm * x**2 / ((2 * i + 3) * (2 * i + 2))
        ans = ans + currterm
        if np.abs(currterm) < 0.2:
            break
    return ans


d_sine = grad(sine)
dd_sine = grad(d_sine)


def by_hand(x):
    """The polynomial that the loop adds up at x: its value and two derivatives."""
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        sine(x)
    terms = len(printed.getvalue().split()) + 1
    coefficients = np.zeros(2 * terms)
    for k in range(terms):
        coefficients[2 * k + 1] = (-1) ** k / math.factorial(2 * k + 1)
    series = np.polynomial.Polynomial(coefficients)
    return series(x), series.deriv()(x), series.deriv(2)(x)


def main():
    """Print two derivatives, plot them, and compare them with those of the polynomial."""
    chosen = picture.options(__doc__, "taylor_sine", points=100)
    print("terms of the first derivative at 2:", end=" ")
    slope = d_sine(2.0)
    print(f"\nd sine(2) = {slope:.6f}, cos(2) = {math.cos(2.0):.6f}")
    xs = np.linspace(-4.0, 4.0, chosen.points)
    with contextlib.redirect_stdout(io.StringIO()):
        found = np.array([(sine(x), d_sine(x), dd_sine(x)) for x in xs])
    expected = np.array([by_hand(x) for x in xs])
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)
    print("both derivatives agree with those of the series")
    for values, label in zip(found.T, ["series", "first", "second"], strict=True):
        plt.plot(xs, values, label=label)
    picture.save(chosen.out, "Taylor sine and its derivatives", "x", legend=True)


if __name__ == "__main__":
    main()
