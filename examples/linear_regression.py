"""A line through noisy points: the parameters are a dict, and so is their gradient.

python examples/linear_regression.py [--out linear_regression.png] [--epochs 1000]
"""

import matplotlib.pyplot as plt
import numpy as np
import picture

from adgen import grad

rng = np.random.default_rng(0)
N = 100
x = np.linspace(0, 10, N)
t = 4 * x + 10 + rng.normal(0, 2, N)


def cost(params):
    y = params["w"] * x + params["b"]
    return (1 / N) * np.sum(0.5 * np.square(y - t))


grad_cost = grad(cost)


def train(epochs, alpha=0.01):
    """Gradient descent on a dict of two numbers."""
    params = {"w": rng.normal(0, 1), "b": rng.normal(0, 1)}
    for _ in range(epochs):
        cost_params = grad_cost(params)
        params["w"] = params["w"] - alpha * cost_params["w"]
        params["b"] = params["b"] - alpha * cost_params["b"]
    return params


def main():
    """Train, compare with the least squares in closed form, plot."""
    chosen = picture.options(__doc__, "linear_regression", epochs=1000)
    params = train(chosen.epochs)
    print(params)
    slope, offset = np.polyfit(x, t, 1)
    best = cost({"w": slope, "b": offset})
    print(f"cost {cost(params):.4f}, the least possible is {best:.4f}")
    assert cost(params) < 1.5 * best
    plt.plot(x, t, "r.")
    plt.plot([0, 10], [params["b"], params["w"] * 10 + params["b"]], "b-")
    picture.save(chosen.out, "Linear regression", "x", "t")


if __name__ == "__main__":
    main()
