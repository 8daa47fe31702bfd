"""What lies in the ground, from waves at its surface: the speed of waves, fitted to recordings.

A string of unknown stiffness is struck at one end, and its motion is recorded at some places. The
squared speed of waves in each cell is found by descending the misfit of the recordings; the
gradient goes back through all time steps, of which thirty states are stored at once.

    python examples/wave_speed.py [--out wave_speed.png] [--iterations 150]
"""

import matplotlib.pyplot as plt
import numpy as np
import picture

from adgen import checkpointed, differentiate
from adgen.optimizers import adam

CELLS, STEPS = 120, 600
PLACES = np.arange(10, CELLS - 1, 12)


def pulse(k):
    return np.exp(-(((k - 30.0) / 9.0) ** 2))


def step(now, before, speed, k):
    """The next state of the string, its left end moved by the pulse."""
    after = np.zeros(CELLS)
    after[0] = pulse(k)
    for i in range(1, CELLS - 1):
        bend = now[i - 1] - 2.0 * now[i] + now[i + 1]
        after[i] = 2.0 * now[i] - before[i] + speed[i] * bend
    return after


def recorded(speed):
    """The motion at the places, step by step."""
    now, before = np.zeros(CELLS), np.zeros(CELLS)
    out = np.empty((STEPS, len(PLACES)))
    for k in range(STEPS):
        now, before = step(now, before, speed, k), now
        out[k] = now[PLACES]
    return out


@differentiate
def misfit(speed, data):
    now, before = np.zeros(CELLS), np.zeros(CELLS)
    total = 0.0
    for k in checkpointed(range(STEPS), snapshots=30):
        now, before = step(now, before, speed, k), now
        total += np.sum((now[PLACES] - data[k]) ** 2)
    return total


@differentiate
def misfit_with_every_state(speed, data):
    now, before = np.zeros(CELLS), np.zeros(CELLS)
    total = 0.0
    for k in range(STEPS):
        now, before = step(now, before, speed, k), now
        total += np.sum((now[PLACES] - data[k]) ** 2)
    return total


def main():
    """Fit the speed to recordings of a string with a soft part, and plot both."""
    chosen = picture.options(__doc__, "wave_speed", iterations=150)
    x = np.linspace(0.0, 1.0, CELLS)
    true = 0.25 - 0.12 * np.exp(-(((x - 0.6) / 0.12) ** 2))
    data = recorded(true)
    start = np.full(CELLS, 0.25)
    np.testing.assert_array_equal(
        misfit.grad(start, data), misfit_with_every_state.grad(start, data)
    )
    few, every = (f.residual_bytes(start, data) for f in (misfit, misfit_with_every_state))
    print(f"stored for the gradient: {few / 1e3:.0f} kB, of all states {every / 1e3:.0f} kB")
    found = adam(lambda speed, i: misfit.grad(speed, data), start, num_iters=chosen.iterations,
                 step_size=0.003)  # fmt: skip
    first, last = misfit(start, data), misfit(found, data)
    print(f"misfit: {first:.3f} before, {last:.2e} after {chosen.iterations} steps")
    assert few < 0.1 * every and last < first
    plt.plot(x, np.sqrt(true), "k", label="true")
    plt.plot(x, np.sqrt(start), ":", label="at first")
    plt.plot(x, np.sqrt(np.abs(found)), "C1", label="found")
    plt.plot(x[PLACES], np.full(len(PLACES), np.sqrt(true.min())), "v", label="recorded here")
    picture.save(chosen.out, "The speed of waves", "place", "cells a step", legend=True)


if __name__ == "__main__":
    main()
