"""Two classes of points in the plane, told apart by a few numbers, all of it in scalars.

A little net of hidden units, written without arrays of parameters; its derivatives are shown
side by side with central differences, then it is trained with them.

    python examples/scalar_classifier.py [--out scalar_classifier.png] [--epochs 500]
"""

import matplotlib.pyplot as plt
import numpy as np
import picture

from adgen import flatten, grad

rng = np.random.default_rng(3)
N = 60
points = rng.uniform(size=(N, 2))
labels = np.where(np.abs(points[:, 0] - 0.5) > 0.25, 1.0, 0.0)  # left and right, against middle


def sigmoid(x):
    if x >= 0.0:
        return 1.0 / (1.0 + np.exp(-x))
    return np.exp(x) / (1.0 + np.exp(x))


def model(params, x0, x1):
    z = params["bias"]
    for unit in params["hidden"]:
        z += unit["out"] * sigmoid(unit["w0"] * x0 + unit["w1"] * x1 + unit["b"])
    return sigmoid(z)


def loss(params, points, labels):
    total = 0.0
    for i in range(points.shape[0]):
        p = model(params, points[i, 0], points[i, 1])
        total -= labels[i] * np.log(p) + (1.0 - labels[i]) * np.log(1.0 - p)
    return total / points.shape[0]


def initial():
    """Weights drawn at random, as numbers."""
    unit = ("w0", "w1", "b", "out")
    hidden = [{name: float(rng.normal(0, 2)) for name in unit} for _ in range(3)]
    return {"hidden": hidden, "bias": 0.0}


def central_differences(params, step=1e-5):
    """The numerical derivative by every number."""
    vector, unflatten = flatten(params)
    moves = step * np.eye(vector.size)
    return np.array(
        [
            loss(unflatten(vector + move), points, labels)
            - loss(unflatten(vector - move), points, labels)
            for move in moves
        ]
    ) / (2.0 * step)


def main():
    """Numerical and exact derivatives side by side; then train and plot."""
    chosen = picture.options(__doc__, "scalar_classifier", epochs=500)
    gradient = grad(loss)
    params = initial()
    exact, _ = flatten(gradient(params, points, labels))
    numerical = central_differences(params)
    print("   numerical         exact")
    for pair in zip(numerical, exact, strict=True):
        print("{:12.8f}  {:12.8f}".format(*pair))
    np.testing.assert_allclose(numerical, exact, rtol=1e-6, atol=1e-8)
    start = loss(params, points, labels)
    vector, unflatten = flatten(params)
    for _ in range(chosen.epochs):
        vector = vector - 1.0 * flatten(gradient(unflatten(vector), points, labels))[0]
    params = unflatten(vector)
    guesses = np.array([model(params, *point) for point in points])
    right = np.mean((guesses > 0.5) == (labels > 0.5))
    print(f"loss {start:.4f} -> {loss(params, points, labels):.4f}, {right:.0%} right")
    assert loss(params, points, labels) < start
    plt.scatter(*points.T, c=guesses, cmap="coolwarm", s=14)
    picture.save(chosen.out, "Points coloured by the classifier")


if __name__ == "__main__":
    main()
