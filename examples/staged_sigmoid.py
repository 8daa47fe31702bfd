"""The chain rule by hand, stage by stage, beside the derivative that is generated.

python examples/staged_sigmoid.py [--out staged_sigmoid.png]
"""

import matplotlib.pyplot as plt
import numpy as np
import picture

import adgen
from adgen import grad


def sigmoid(x):
    y = 1.0 / (1.0 + np.exp(-x))
    return y


def grad_sigmoid_manual(x):
    """Forward through four stages, then backward through the derivative of each."""
    a = -x
    b = np.exp(a)
    c = 1 + b
    dsdc = -1.0 / c**2
    dsdb = dsdc * 1
    dsda = dsdb * np.exp(a)
    return dsda * (-1)


grad_sigmoid_automatic = grad(sigmoid)


def main():
    """Compare, print the generated stages, plot."""
    chosen = picture.options(__doc__, "staged_sigmoid")
    print(f"automatic {grad_sigmoid_automatic(2.0):.16f}")
    print(f"by hand   {grad_sigmoid_manual(2.0):.16f}")
    xs = np.linspace(-6.0, 6.0, 100)
    slopes = [grad_sigmoid_automatic(x) for x in xs]
    np.testing.assert_allclose(slopes, grad_sigmoid_manual(xs), rtol=1e-12)
    print(f"\nWhat was generated:\n\n{adgen.differentiate(sigmoid).source(2.0)}")
    plt.plot(xs, sigmoid(xs), label="sigmoid")
    plt.plot(xs, slopes, label="its derivative")
    picture.save(chosen.out, "The sigmoid", "x", legend=True)


if __name__ == "__main__":
    main()
