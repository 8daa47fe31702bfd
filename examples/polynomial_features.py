"""A polynomial through noisy points: linear regression on features of the input.

python examples/polynomial_features.py [--out polynomial_features.png] [--epochs 10000]
"""

import matplotlib.pyplot as plt
import numpy as np
import picture

from adgen import grad

rng = np.random.default_rng(0)
N = 100
x = np.linspace(-3, 3, N)
t = x**4 - 10 * x**2 + 10 * x + rng.normal(0, 4, N)

M = 4  # the degree of the polynomial
feature_matrix = np.array([[item**i for i in range(M + 1)] for item in x])


def cost(W):
    y = np.dot(feature_matrix, W)
    return (1.0 / N) * np.sum(0.5 * np.square(y - t))


cost_grad = grad(cost)


def main():
    """Descend, compare with the least squares in closed form, plot."""
    chosen = picture.options(__doc__, "polynomial_features", epochs=10000)
    W = rng.normal(size=M + 1)
    start = cost(W)
    for _ in range(chosen.epochs):
        W = W - 0.001 * cost_grad(W)
    best = cost(np.linalg.lstsq(feature_matrix, t, rcond=None)[0])
    print(f"W = {W}\ncost {start:.2f} -> {cost(W):.2f}, the least possible is {best:.2f}")
    exact = feature_matrix.T @ (feature_matrix @ W - t) / N
    np.testing.assert_allclose(cost_grad(W), exact, rtol=1e-9, atol=1e-9)
    assert cost(W) < start
    plt.plot(x, t, "r.")
    plt.plot(x, np.dot(feature_matrix, W), "b-")
    picture.save(chosen.out, "Regression on polynomial features", "x", "t")


if __name__ == "__main__":
    main()
