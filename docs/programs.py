"""The programs of the pictures in cli.md: `adgen report docs/programs.py -o report.html`."""

import numpy as np


def logistic_loss(w: "f8[:]", b: float, X: "f8[:, :]", y: "f8[:]"):
    total = 0.0
    for i in range(X.shape[0]):
        z = b
        for j in range(X.shape[1]):
            z += X[i, j] * w[j]
        total += np.log1p(np.exp(-y[i] * z))
    return total / X.shape[0]


def slope(y, damping):
    return np.array([y[1], -np.sin(y[0]) - damping * y[1]])


def rk4(start: "f8[:]", damping: float, steps: int, dt: float):
    y = start
    energy = 0.0
    for _ in range(steps):
        k1 = slope(y, damping)
        k2 = slope(y + 0.5 * dt * k1, damping)
        k3 = slope(y + 0.5 * dt * k2, damping)
        k4 = slope(y + dt * k3, damping)
        y = y + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
        energy += dt * (0.5 * y[1] ** 2 - np.cos(y[0]))
    return energy


def net(params: [("f8[:, :]", "f8[:]"), ("f8[:, :]", "f8[:]"), ("f8[:, :]", "f8[:]")],
        X: "f8[:, :]", y: "f8[:, :]"):  # fmt: skip
    h = X
    for W, b in params[:-1]:
        h = np.tanh(h @ W + b)
    W, b = params[-1]
    return np.mean((h @ W + b - y) ** 2)
