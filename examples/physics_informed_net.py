"""A differential equation solved by a net: second derivatives inside of the loss.

-u'' = pi² sin(pi x) on [0, 1] with u(0) = u(1) = 0, whose solution is sin(pi x). The net is
u(x) = x (1 - x) n(x), which keeps to the boundary; the loss is the squared residual at some points.
See Raissi, Perdikaris & Karniadakis, Physics-informed neural networks (2019).

    python examples/physics_informed_net.py [--out physics_informed_net.png] [--iterations 3000]
"""

import matplotlib.pyplot as plt
import numpy as np
import picture

from adgen import differentiate, grad
from adgen.optimizers import adam

WIDTH = 16


def solution(params, x):
    hidden = np.tanh(params["w"] * x + params["b"])
    return x * (1.0 - x) * np.sum(params["out"] * hidden)


@differentiate
def loss(params, points):
    total = 0.0
    for x in points:
        curvature = grad(grad(lambda t: solution(params, t)))(x)
        total += (curvature + np.pi**2 * np.sin(np.pi * x)) ** 2
    return total / len(points)


def main():
    """Fit the net, compare it with the solution, and plot both."""
    chosen = picture.options(__doc__, "physics_informed_net", iterations=3000)
    rng = np.random.default_rng(0)
    points = np.linspace(0.0, 1.0, 40)
    start = {"w": rng.normal(size=WIDTH) * 3.0, "b": rng.normal(size=WIDTH),
             "out": rng.normal(size=WIDTH) * 0.1}  # fmt: skip
    first = loss(start, points)
    params = adam(lambda w, i: loss.grad(w, points), start, num_iters=chosen.iterations,
                  step_size=0.01)  # fmt: skip
    last = loss(params, points)
    print(f"mean squared residual: {first:.3f} before, {last:.2e} after")
    xs = np.linspace(0.0, 1.0, 101)
    found = np.array([solution(params, x) for x in xs])
    error = np.max(np.abs(found - np.sin(np.pi * xs)))
    print(f"largest error of the solution: {error:.1e}")
    loss.check(start, points[::8])
    assert last < first
    if chosen.iterations >= 3000:
        assert error < 0.01
    plt.plot(xs, np.sin(np.pi * xs), "k--", label="sin(pi x)")
    plt.plot(xs, found, "C1", label="net")
    picture.save(chosen.out, "-u'' = pi² sin(pi x)", "x", "u", legend=True)


if __name__ == "__main__":
    main()
