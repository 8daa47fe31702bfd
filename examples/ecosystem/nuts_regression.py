"""A Bayesian regression, sampled by NUTS with compiled gradients of the log density.

    pip install nutpie
    python examples/ecosystem/nuts_regression.py

Student-t noise with unknown scale and tail: a model that is a few lines of NumPy, and whose
gradient is one compiled call for the sampler.  Prints what was found beside what made the data.
"""

from __future__ import annotations

import numpy as np

import adgen
from adgen import differentiate

TRUE = {"intercept": 0.8, "slope": -1.7, "scale": 0.4}


def data(count: int = 200, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Points around a line, some of them far off."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(-2.0, 2.0, count)
    return x, TRUE["intercept"] + TRUE["slope"] * x + TRUE["scale"] * rng.standard_t(4.0, count)


@differentiate
def log_density(theta, x, y):
    """Of the intercept, the slope and the logarithm of the scale, up to a constant."""
    intercept, slope, log_scale = theta[0], theta[1], theta[2]
    total = -0.5 * (intercept**2 + slope**2) / 25.0 - 0.5 * log_scale**2
    for k in range(len(x)):
        z = (y[k] - intercept - slope * x[k]) * np.exp(-log_scale)
        total -= 2.5 * np.log1p(z * z / 4.0) + log_scale
    return total


def sample(x: np.ndarray, y: np.ndarray, draws: int, seed: int = 2) -> np.ndarray:
    """Draws of theta by nutpie, one row each."""
    import nutpie
    from nutpie.compiled_pyfunc import from_pyfunc

    def make_logp():
        def logp(theta, **_):
            return log_density.value_and_grad(theta, x, y)

        return logp

    def make_expand(*_):
        return lambda theta, **__: {"theta": theta}

    model = from_pyfunc(3, make_logp, make_expand, [np.dtype(float)], [(3,)], ["theta"])
    trace = nutpie.sample(model, draws=draws, tune=300, chains=2, seed=seed, progress_bar=False)
    return np.asarray(trace.posterior["theta"]).reshape(-1, 3)


def main(draws: int = 1000) -> np.ndarray:
    """Sample, and print mean and spread of every parameter."""
    x, y = data()
    adgen.check_grads(log_density)(np.array([0.5, -1.0, -0.5]), x, y)
    theta = sample(x, y, draws)
    theta[:, 2] = np.exp(theta[:, 2])
    for name, column in zip(TRUE, theta.T, strict=True):
        print(f"{name:10} {column.mean():6.3f} ± {column.std():.3f}   true {TRUE[name]:6.3f}")
    return theta


if __name__ == "__main__":
    main()
