"""A soft-margin support vector machine: the hinge loss has kinks, subgradients do.

python examples/svm.py [--out svm.png] [--epochs 400]
"""

import matplotlib.pyplot as plt
import numpy as np
import picture

from adgen import value_and_grad

rng = np.random.default_rng(0)
N = 200
y = np.where(np.arange(N) % 2 == 0, 1.0, -1.0)
X = rng.normal(size=(N, 2)) + 1.3 * y[:, None] * np.array([1.0, 0.6])
REGULAR = 0.01


def hinge(params, X, y):
    w, b = params["w"], params["b"]
    margins = y * (np.dot(X, w) + b)
    return np.mean(np.maximum(0.0, 1.0 - margins)) + REGULAR * np.dot(w, w)


def by_hand(params, X, y):
    """The subgradient from the points inside of the margin."""
    inside = y * (X @ params["w"] + params["b"]) < 1.0
    w_bar = -(X * (y * inside)[:, None]).mean(axis=0) + 2 * REGULAR * params["w"]
    return {"w": w_bar, "b": -(y * inside).mean()}


def main():
    """Descend with shrinking steps, check the last subgradient, plot the margin."""
    chosen = picture.options(__doc__, "svm", epochs=400)
    value_and_gradient = value_and_grad(hinge)
    params = {"w": np.zeros(2), "b": 0.0}
    for epoch in range(chosen.epochs):
        value, gradient = value_and_gradient(params, X, y)
        rate = 1.0 / (1.0 + 0.05 * epoch)
        params = {name: params[name] - rate * gradient[name] for name in params}
    right = np.mean((X @ params["w"] + params["b"] > 0) == (y > 0))
    print(f"hinge loss {value:.4f}, {right:.1%} of the points on their side")
    assert right > 0.9
    found, expected = value_and_gradient(params, X, y)[1], by_hand(params, X, y)
    for name, part in expected.items():
        np.testing.assert_allclose(found[name], part, rtol=1e-9, atol=1e-12)
    (w0, w1), b = params["w"], params["b"]
    ends = np.array([X[:, 0].min(), X[:, 0].max()])
    for level, style in ((-1, "k:"), (0, "k-"), (1, "k:")):
        plt.plot(ends, (level - b - w0 * ends) / w1, style)
    plt.scatter(*X.T, c=y, cmap="coolwarm", s=12)
    plt.ylim(X[:, 1].min(), X[:, 1].max())
    picture.save(chosen.out, "Soft-margin SVM")


if __name__ == "__main__":
    main()
