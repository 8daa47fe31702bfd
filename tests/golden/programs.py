"""The functions whose gradients are kept as golden files."""

import numpy as np


def logistic_loss(w, b, X, y):
    total = 0.0
    for i in range(X.shape[0]):
        z = b
        for j in range(X.shape[1]):
            z += X[i, j] * w[j]
        total += np.log1p(np.exp(-y[i] * z))
    return total / X.shape[0]


def heat(u, c, steps):
    for _ in range(steps):
        for i in range(1, u.shape[0] - 1):
            u[i] = u[i] + c * (u[i - 1] - 2 * u[i] + u[i + 1])
    return np.sum(u * u)


def taylor(x, terms):
    term = x
    total = x
    for k in range(terms):
        term = -term * x * x / ((2 * k + 3) * (2 * k + 2))
        total = total + term
    return total


def newton(a, x):
    while abs(x * x - a) > 1e-12:
        x = 0.5 * (x + a / x)
    return x


def first_large(x, bound):
    for i in range(x.shape[0]):
        if x[i] > bound:
            return x[i] * x[i]
    return x[0]


def rows(M):
    row = M[0]
    row[1:] = row[:-1] * M[1, 1:]
    return np.sum(np.tanh(M))


def network(W1, b1, W2, X, y):
    h = np.tanh(X @ W1 + b1)
    return np.mean((h @ W2 - y) ** 2)


_r = np.random.default_rng(0)

CASES = [
    (logistic_loss, (0, 1), (_r.normal(size=3), 0.3, _r.normal(size=(5, 3)),
                             np.array([1.0, -1.0, 1.0, 1.0, -1.0]))),
    (heat, (0, 1), (_r.normal(size=6), 0.1, 4)),
    (taylor, (0,), (0.8, 10)),
    (newton, (0,), (2.5, 1.0)),
    (first_large, (0,), (np.array([0.1, -0.3, 1.2, 2.0]), 1.0)),
    (rows, (0,), (_r.normal(size=(2, 4)),)),
    (network, (0, 1, 2), (_r.normal(size=(3, 4)), _r.normal(size=4), _r.normal(size=(4, 2)),
                          _r.normal(size=(5, 3)), _r.normal(size=(5, 2)))),
]  # fmt: skip
