"""Learning to learn: weights from which few steps of descent fit any sine wave.

Each task is a wave of its own amplitude and phase. The loss of a task is taken after steps of
gradient descent on ten of its points, so its gradient goes through these steps.
See Finn, Abbeel & Levine, Model-Agnostic Meta-Learning (2017).

    python examples/maml_sine.py [--out maml_sine.png] [--iterations 2000]
"""

import matplotlib.pyplot as plt
import numpy as np
import picture

from adgen import differentiate, grad
from adgen.optimizers import adam

WIDTH, POINTS, TASKS, STEPS, RATE = 40, 10, 5, 1, 0.02


def net(params, x):
    hidden = np.tanh(np.outer(x, params["w"]) + params["b"])
    return hidden @ params["out"] + params["shift"]


def fit(params, x, y):
    return np.mean((net(params, x) - y) ** 2)


def adapted(params, x, y):
    for _ in range(STEPS):
        g = grad(fit)(params, x, y)
        params = {
            "w": params["w"] - RATE * g["w"],
            "b": params["b"] - RATE * g["b"],
            "out": params["out"] - RATE * g["out"],
            "shift": params["shift"] - RATE * g["shift"],
        }
    return params


@differentiate
def loss(params, x, y, x_new, y_new):
    total = 0.0
    for k in range(len(x)):
        total += fit(adapted(params, x[k], y[k]), x_new[k], y_new[k])
    return total / len(x)


@differentiate
def learned(params, x, y):
    return adapted(params, x, y)


def tasks(rng, count):
    """Points of waves: those that are learned from, and others."""
    amplitude, phase = rng.uniform(0.5, 2.0, (count, 1)), rng.uniform(0.0, np.pi, (count, 1))
    x, x_new = rng.uniform(-4.0, 4.0, (2, count, POINTS))
    return x, amplitude * np.sin(x + phase), x_new, amplitude * np.sin(x_new + phase)


def main():
    """Train over many waves, then adapt to waves that were never seen."""
    chosen = picture.options(__doc__, "maml_sine", iterations=2000)
    rng = np.random.default_rng(0)
    start = {"w": rng.normal(size=WIDTH), "b": rng.normal(size=WIDTH),
             "out": rng.normal(size=WIDTH) * 0.1, "shift": 0.0}  # fmt: skip
    params = adam(lambda w, i: loss.grad(w, *tasks(rng, TASKS)), start,
                  num_iters=chosen.iterations, step_size=0.005)  # fmt: skip
    unseen = tasks(np.random.default_rng(1), 200)
    before, after = loss(start, *unseen), loss(params, *unseen)
    print(f"error on new waves after {STEPS} step of descent: {before:.3f} from the weights at the "
          f"start, {after:.3f} from those that were learned")  # fmt: skip
    loss.check(start, *(part[:2] for part in unseen))
    assert after < before
    x, y, *_ = (part[0] for part in unseen)
    order = np.linspace(-4.0, 4.0, 200)
    plt.plot(x, y, "ko", label="points of a new wave")
    plt.plot(order, net(params, order), "C0:", label="before its step")
    plt.plot(order, net(learned(params, x, y), order), "C1", label="after it")
    picture.save(chosen.out, "Learned to learn waves", "x", "y", legend=True)


if __name__ == "__main__":
    main()
