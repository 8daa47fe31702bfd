"""Nonlinear regression by a net of three layers, trained by stochastic gradient descent.

The parameters are a dict of arrays; the nonlinearity is a global function.

    python examples/regression_net.py [--out regression_net.png] [--iterations 5000]
"""

import matplotlib.pyplot as plt
import numpy as np
import picture

from adgen import check_grads, grad
from adgen.optimizers import sgd

rng = np.random.default_rng(0)
x = np.linspace(-5, 5, 1000)
t = x**3 - 20 * x + 10 + rng.normal(0, 4, x.shape[0])
inputs = x.reshape(x.shape[-1], 1)


def relu(x):
    return np.maximum(0, x)


nonlinearity = relu


def predict(params, inputs):
    h1 = nonlinearity(np.dot(inputs, params["W1"]) + params["b1"])
    h2 = nonlinearity(np.dot(h1, params["W2"]) + params["b2"])
    output = np.dot(h2, params["W3"]) + params["b3"]
    return output


def loss(params, i):
    output = predict(params, inputs)
    return (1.0 / inputs.shape[0]) * np.sum(0.5 * np.square(output.reshape(output.shape[0]) - t))


def initial():
    """Weights drawn at random."""
    shapes = {"W1": (1, 4), "b1": 4, "W2": (4, 4), "b2": 4, "W3": (4, 1), "b3": 1}
    return {name: rng.normal(size=shape) for name, shape in shapes.items()}


def main():
    """Train with ReLU, then with tanh; check the gradient; plot both."""
    global nonlinearity
    chosen = picture.options(__doc__, "regression_net", iterations=5000)
    plt.plot(x, t, "r.", markersize=2)
    for nonlinearity in (relu, np.tanh):
        params = initial()
        before = loss(params, 0)
        params = sgd(grad(loss), params, step_size=0.01, num_iters=chosen.iterations, progress=True)
        name = nonlinearity.__name__
        print(f"{name}: loss {before:.2f} -> {loss(params, 0):.2f}")
        assert loss(params, 0) < before
        plt.plot(x, predict(params, inputs), label=name)
    check_grads(loss)(params, 0)  # with tanh, which is smooth
    picture.save(chosen.out, "Regression by a net of three layers", "x", "t", legend=True)


if __name__ == "__main__":
    main()
