"""A Gaussian process whose hyper-parameters are learned by its marginal likelihood.

The likelihood needs a Cholesky factor of the covariance matrix, and its gradient goes through that.
Length scale, amplitude and noise are the exponentials of what is optimised.
See Rasmussen & Williams, Gaussian Processes for Machine Learning (2006), chapter 5.

    python examples/gaussian_process.py [--out gaussian_process.png] [--points 40]
"""

import matplotlib.pyplot as plt
import numpy as np
import picture
from scipy.linalg import cho_solve

from adgen import differentiate
from adgen.optimizers import lbfgs


def kernel(params, x, z):
    d = (x[:, None] - z[None, :]) / np.exp(params["length"])
    return np.exp(2.0 * params["amplitude"] - 0.5 * d**2)


def covariance(params, x):
    return kernel(params, x, x) + np.exp(2.0 * params["noise"]) * np.eye(len(x))


@differentiate
def loss(params, x, y):
    """The negative logarithm of the marginal likelihood."""
    L = np.linalg.cholesky(covariance(params, x))
    fitted = y @ cho_solve((L, True), y)
    return 0.5 * fitted + np.sum(np.log(np.diag(L))) + 0.5 * len(x) * np.log(2.0 * np.pi)


@differentiate
def predicted(params, x, y, new):
    """Mean and standard deviation of the process at new places."""
    L = np.linalg.cholesky(covariance(params, x))
    across = kernel(params, x, new)
    mean = across.T @ cho_solve((L, True), y)
    explained = np.sum(np.linalg.solve(L, across) ** 2, axis=0)
    return mean, np.sqrt(np.exp(2.0 * params["amplitude"]) - explained)


def main():
    """Learn the hyper-parameters, and plot what the process says before and after."""
    chosen = picture.options(__doc__, "gaussian_process", points=40)
    rng = np.random.default_rng(0)
    x = np.sort(rng.uniform(-3.0, 3.0, chosen.points))
    y = np.sin(2.0 * x) + 0.3 * x + 0.15 * rng.normal(size=len(x))
    start = {"length": 1.0, "amplitude": -1.0, "noise": -0.5}
    params = lbfgs(lambda p, i: loss.value_and_grad(p, x, y), start, num_iters=60)
    first, last = loss(start, x, y), loss(params, x, y)
    print(f"negative logarithm of the likelihood: {first:.2f} before, {last:.2f} after")
    print(", ".join(f"{name} {np.exp(value):.3f}" for name, value in params.items()))
    loss.check(start, x, y)
    assert last < first
    assert 0.05 < np.exp(params["noise"]) < 0.4
    slopes = loss.grad(params, x, y)
    assert max(abs(slope) for slope in slopes.values()) < 0.1

    new = np.linspace(-4.0, 4.0, 200)
    for place, (label, which) in enumerate((("before", start), ("learned", params))):
        mean, spread = predicted(which, x, y, new)
        plt.subplot(1, 2, place + 1)
        plt.fill_between(new, mean - 2 * spread, mean + 2 * spread, color=f"C{place}", alpha=0.25)
        plt.plot(new, mean, f"C{place}")
        plt.plot(x, y, "k.", markersize=4)
        plt.ylim(-3.0, 3.0)
        plt.title(label)
    picture.save(chosen.out, "learned", "x")


if __name__ == "__main__":
    main()
