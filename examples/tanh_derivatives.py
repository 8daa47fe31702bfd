"""tanh and its derivatives to order six: each is the gradient of the one before.

python examples/tanh_derivatives.py [--out tanh_derivatives.png] [--points 200]
"""

import matplotlib.pyplot as plt
import numpy as np
import picture

from adgen import grad


def tanh(x):
    y = np.exp(-2.0 * x)
    return (1.0 - y) / (1.0 + y)


def derivatives(order):
    """The function and its derivatives."""
    found = [tanh]
    for _ in range(order):
        found.append(grad(found[-1]))
    return found


def polynomials(order):
    """The same by hand: if f = P(tanh), then f' = P'(tanh) (1 - tanh²)."""
    found = [np.polynomial.Polynomial([0.0, 1.0])]
    for _ in range(order):
        found.append(found[-1].deriv() * np.polynomial.Polynomial([1.0, 0.0, -1.0]))
    return found


def main():
    """Plot, and compare with the formulas."""
    chosen = picture.options(__doc__, "tanh_derivatives", points=200)
    xs = np.linspace(-4.0, 4.0, chosen.points)
    by_hand = polynomials(6)
    for order, function in enumerate(derivatives(6)):
        values = np.array([function(x) for x in xs])
        np.testing.assert_allclose(values, by_hand[order](np.tanh(xs)), rtol=1e-9, atol=1e-10)
        plt.plot(xs, values / np.max(np.abs(values)), label=f"order {order}")
    print("six derivatives of tanh agree with the formulas")
    picture.save(chosen.out, "tanh and its derivatives, scaled to 1", "x", legend=True)


if __name__ == "__main__":
    main()
