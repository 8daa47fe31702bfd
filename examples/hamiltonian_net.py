"""A law of motion learned from motion: a net for the energy, whose derivatives move the system.

The net H(q, p) is fitted so that (dH/dp, -dH/dq) are the observed velocities of a pendulum; the
loss takes these derivatives itself. Trajectories of the learned system keep its energy.
See Greydanus, Dzamba & Yosinski, Hamiltonian Neural Networks (2019).

    python examples/hamiltonian_net.py [--out hamiltonian_net.png] [--iterations 3000]
"""

import matplotlib.pyplot as plt
import numpy as np
import picture

from adgen import differentiate, grad
from adgen.optimizers import adam

WIDTH = 24


def energy(params, q, p):
    hidden = np.tanh(params["q"] * q + params["p"] * p + params["b"])
    return np.sum(params["out"] * hidden)


def velocity(params, q, p):
    return grad(energy, 2)(params, q, p), -grad(energy, 1)(params, q, p)


@differentiate
def loss(params, qs, ps):
    total = 0.0
    for k in range(len(qs)):
        dq, dp = velocity(params, qs[k], ps[k])
        total += (dq - ps[k]) ** 2 + (dp + np.sin(qs[k])) ** 2
    return total / len(qs)


@differentiate
def trajectory(params, q, p, step, steps):
    """The leapfrog method with the learned energy: places and momenta after each step."""
    path = np.empty((steps, 2))
    for k in range(steps):
        p = p + 0.5 * step * velocity(params, q, p)[1]
        q = q + step * velocity(params, q, p)[0]
        p = p + 0.5 * step * velocity(params, q, p)[1]
        path[k, 0] = q
        path[k, 1] = p
    return path


def pendulum(q, p):
    return 0.5 * p**2 - np.cos(q)


def main():
    """Learn the energy from velocities, follow it, and plot both systems."""
    chosen = picture.options(__doc__, "hamiltonian_net", iterations=3000)
    rng = np.random.default_rng(0)
    qs, ps = rng.uniform(-2.0, 2.0, 200), rng.uniform(-1.5, 1.5, 200)
    start = {name: rng.normal(size=WIDTH) * scale
             for name, scale in (("q", 1.0), ("p", 1.0), ("b", 1.0), ("out", 0.1))}  # fmt: skip
    first = loss(start, qs, ps)
    params = adam(lambda w, i: loss.grad(w, qs, ps), start, num_iters=chosen.iterations,
                  step_size=0.01)  # fmt: skip
    last = loss(params, qs, ps)
    print(f"mean squared error of the velocities: {first:.3f} before, {last:.2e} after")
    path = trajectory(params, 1.0, 0.0, 0.05, 400)
    energies = pendulum(path[:, 0], path[:, 1])
    print(f"energy of the pendulum along the learned motion: {energies.min():.3f} to "
          f"{energies.max():.3f}, at the start {pendulum(1.0, 0.0):.3f}")  # fmt: skip
    loss.check(start, qs[:5], ps[:5])
    assert last < first
    if chosen.iterations >= 3000:
        np.testing.assert_allclose(energies, pendulum(1.0, 0.0), atol=0.05)
    q, p = np.meshgrid(np.linspace(-2, 2, 60), np.linspace(-1.5, 1.5, 60))
    plt.contour(q, p, pendulum(q, p), 12, cmap="Greys", alpha=0.6)
    plt.plot(path[:, 0], path[:, 1], "C1", label="learned motion")
    picture.save(chosen.out, "A pendulum, learned", "angle", "momentum", legend=True)


if __name__ == "__main__":
    main()
