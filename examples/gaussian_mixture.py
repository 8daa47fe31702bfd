"""A mixture of Gaussians fitted to points by L-BFGS: SciPy's method, with a gradient by adgen.

The parameters are a dict: logits of the weights, means, and Cholesky factors of the inverse
covariances, with exponentials on their diagonals. `flatten` turns it into the one vector that
SciPy works on.

    python examples/gaussian_mixture.py [--out gaussian_mixture.png] [--points 1500]
"""

import matplotlib.pyplot as plt
import numpy as np
import picture
from scipy.optimize import minimize
from scipy.special import logsumexp

from adgen import differentiate, flatten

COMPONENTS = 5


@differentiate
def loss(params, X):
    """The negative logarithm of the likelihood, for each point."""
    weights = params["logits"] - logsumexp(params["logits"])
    total = 0.0
    for x in X:
        terms = np.empty(COMPONENTS)
        for k in range(COMPONENTS):
            d = x - params["means"][k]
            s, t, u = params["scales"][k]
            first, second = np.exp(s) * d[0], t * d[0] + np.exp(u) * d[1]
            terms[k] = weights[k] + s + u - 0.5 * (first**2 + second**2)
        total -= logsumexp(terms)
    return total / len(X) + np.log(2.0 * np.pi)


def pinwheel(rng, count):
    """Points on five bent arms."""
    arm = rng.integers(0, 5, count)
    radius, width = 1.0 + 0.3 * rng.normal(size=count), 0.05 * rng.normal(size=count)
    angle = 2.0 * np.pi * arm / 5 + 0.6 * radius
    return np.stack(
        (radius * np.cos(angle) - width * np.sin(angle),
         radius * np.sin(angle) + width * np.cos(angle)), axis=1)  # fmt: skip


def ellipse(mean, scale):
    """Where the density of a component has fallen by a factor of e²."""
    s, t, u = scale
    factor = np.array([[np.exp(s), 0.0], [t, np.exp(u)]])
    angle = np.linspace(0.0, 2.0 * np.pi, 100)
    return mean + 2.0 * np.linalg.solve(factor, np.stack((np.cos(angle), np.sin(angle)))).T


def main():
    """Fit the mixture and plot its components."""
    chosen = picture.options(__doc__, "gaussian_mixture", points=1500)
    rng = np.random.default_rng(4)
    X = pinwheel(rng, chosen.points)
    start = {
        "logits": np.zeros(COMPONENTS),
        "means": X[rng.choice(len(X), COMPONENTS, replace=False)],
        "scales": np.zeros((COMPONENTS, 3)),
    }
    vector, unflatten = flatten(start)

    def objective(v):
        value, gradient = loss.value_and_grad(unflatten(v), X)
        return value, flatten(gradient)[0]

    found = minimize(objective, vector, jac=True, method="L-BFGS-B", options={"maxiter": 300})
    params = unflatten(found.x)
    print(f"loss {loss(start, X):.3f} before, {found.fun:.3f} after {found.nit} iterations")
    loss.check(start, X[:20])
    assert found.fun < loss(start, X)
    assert np.max(np.abs(found.jac)) < 1e-2
    plt.plot(*X.T, ".", color="0.7", markersize=2)
    for mean, scale in zip(params["means"], params["scales"], strict=True):
        plt.plot(*ellipse(mean, scale).T)
    plt.gca().set_aspect("equal")
    picture.save(chosen.out, f"A mixture of {COMPONENTS} Gaussians")


if __name__ == "__main__":
    main()
