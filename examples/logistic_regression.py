"""Logistic regression on the Wisconsin breast-cancer data, trained by stochastic gradient descent.

The gradient is generated from the loss below and compiled.  The program trains with it,
prints the held-out accuracy and the generated source, saves a plot of the loss, and times
the training loop, all of it compiled, against the same loop in NumPy with a gradient by hand.

    python examples/logistic_regression.py [--epochs 60] [--batch 32] [--out loss.png] [--quiet]
"""

import argparse
import time
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from numba import njit
from tqdm import tqdm

import adgen

DATA = Path(__file__).parent / "data" / "breast_cancer.csv"
RATE = 0.05


@adgen.differentiate(wrt=("w", "b"))
def loss(w, b, X, y):
    total = 0.0
    for i in range(X.shape[0]):
        z = b
        for j in range(X.shape[1]):
            z += X[i, j] * w[j]
        total += np.log1p(np.exp(-y[i] * z))
    return total / X.shape[0]


def load(held_out=0.25, seed=0):
    """Standardised features and labels (+1 malignant, -1 benign): for training, for testing."""
    table = np.loadtxt(DATA, delimiter=",", skiprows=5)
    table = np.random.default_rng(seed).permutation(table)
    X, y = table[:, :-1], 2.0 * table[:, -1] - 1.0
    test = int(held_out * len(y))
    mean, spread = X[test:].mean(axis=0), X[test:].std(axis=0)
    X = (X - mean) / spread
    return X[test:], y[test:], X[:test], y[:test]


def train(X, y, orders, batch, quiet):
    """SGD in Python, one compiled gradient per mini-batch; returns w, b and the losses."""
    w, b = np.zeros(X.shape[1]), 0.0
    losses = []
    progress = tqdm(orders, desc="training", unit="epoch", disable=quiet)
    for order in progress:
        total = 0.0
        for start in range(0, len(y), batch):
            rows = order[start : start + batch]
            value, (w_bar, b_bar) = loss.value_and_grad(w, b, X[rows], y[rows])
            w -= RATE * w_bar
            b -= RATE * b_bar
            total += value * len(rows)
        losses.append(total / len(y))
        progress.set_postfix(loss=f"{losses[-1]:.4f}")
    return w, b, losses


@njit
def train_compiled(X, y, orders, batch):
    """The same loop as one Numba function: the gradient is called inside."""
    w, b = np.zeros(X.shape[1]), 0.0
    for epoch in range(orders.shape[0]):
        for start in range(0, y.shape[0], batch):
            rows = orders[epoch, start : start + batch]
            w_bar, b_bar = loss.grad(w, b, X[rows], y[rows])
            w -= RATE * w_bar
            b -= RATE * b_bar
    return w, b


def train_numpy(X, y, orders, batch):
    """The same loop in NumPy, with the gradient derived by hand."""
    w, b = np.zeros(X.shape[1]), 0.0
    for order in orders:
        for start in range(0, len(y), batch):
            rows = order[start : start + batch]
            X_batch, y_batch = X[rows], y[rows]
            e = np.exp(-y_batch * (X_batch @ w + b))
            z_bar = -y_batch * e / (1.0 + e) / len(rows)
            w -= RATE * (X_batch.T @ z_bar)
            b -= RATE * z_bar.sum()
    return w, b


def accuracy(w, b, X, y):
    """The share of cases on the right side of the hyperplane."""
    return np.mean((X @ w + b > 0) == (y > 0))


def plot(losses, path):
    """Save the loss of every epoch as a picture."""
    figure, axes = plt.subplots(figsize=(6, 4))
    axes.semilogy(range(1, len(losses) + 1), losses)
    axes.set(xlabel="epoch", ylabel="mean loss", title="Breast cancer, logistic regression")
    axes.grid(True, which="both", alpha=0.3)
    figure.tight_layout()
    figure.savefig(path, dpi=120)
    plt.close(figure)


def best_time(function, *arguments, repeats=25):
    """The least wall time in seconds of several calls, and the result."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        result = function(*arguments)
        times.append(time.perf_counter() - start)
    return min(times), result


def compare_speed(X, y, orders, batch, w):
    """Time the compiled loop against NumPy's and check that all loops agree on ``w``."""
    train_compiled(X, y, orders[:1], batch)  # compiles
    compiled, (w_compiled, _) = best_time(train_compiled, X, y, orders, batch)
    by_hand, (w_numpy, _) = best_time(train_numpy, X, y, orders, batch)
    np.testing.assert_allclose(w_compiled, w, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(w_numpy, w, rtol=1e-9, atol=1e-12)
    steps = orders.shape[0] * -(-len(y) // batch)
    print(f"{steps} steps, compiled with the generated gradient: {1e3 * compiled:8.2f} ms")
    print(f"{steps} steps, NumPy with the gradient by hand:      {1e3 * by_hand:8.2f} ms")
    print(f"the compiled loop is {by_hand / compiled:.1f} times as fast; same weights to 1e-9")


def main(argv=None):
    """Train, report, plot, time."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--out", type=Path, default=Path("logistic_regression.png"))
    parser.add_argument("--quiet", action="store_true", help="no progress bar, no source")
    options = parser.parse_args(argv)

    X, y, X_test, y_test = load()
    rng = np.random.default_rng(1)
    orders = np.array([rng.permutation(len(y)) for _ in range(options.epochs)])
    w, b, losses = train(X, y, orders, options.batch, options.quiet)
    print(f"loss {losses[0]:.4f} -> {losses[-1]:.4f} on {len(y)} cases")
    print(f"held-out accuracy {accuracy(w, b, X_test, y_test):.1%} on {len(y_test)} cases")
    plot(losses, options.out)
    print(f"loss curve saved to {options.out}")
    if not options.quiet:
        print(f"\nThe generated gradient:\n\n{loss.source()}")
    compare_speed(X, y, orders, options.batch, w)


if __name__ == "__main__":
    main()
