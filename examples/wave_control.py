"""A wave that is focused: its sources are optimised through a simulation in time.

A membrane is driven by sources along one edge. What each of them sends out is found by gradient
descent through all steps of the simulation, so that after these the wave meets in one spot.

    python examples/wave_control.py [--out wave_control.png] [--iterations 60] [--steps 120]
"""

import matplotlib.pyplot as plt
import numpy as np
import picture

from adgen import checkpointed, differentiate
from adgen.optimizers import adam

SIZE = 48
SPOT = (30, 24)


@differentiate
def simulated(signals):
    """The membrane after the last step: the wave equation, explicit in time."""
    before = np.zeros((SIZE, SIZE))
    now = np.zeros((SIZE, SIZE))
    for step in checkpointed(range(signals.shape[0])):
        after = np.zeros((SIZE, SIZE))
        inner = now[1:-1, 1:-1]
        bend = now[2:, 1:-1] + now[:-2, 1:-1] + now[1:-1, 2:] + now[1:-1, :-2] - 4.0 * inner
        after[1:-1, 1:-1] = 2.0 * inner - before[1:-1, 1:-1] + 0.25 * bend
        after[1, 1:-1] += 0.1 * signals[step]
        before = now
        now = after
    return now


@differentiate
def loss(signals, target):
    """How far the membrane is from the target, and a little of what the signals cost."""
    return np.sum((simulated(signals) - target) ** 2) + 1e-4 * np.sum(signals**2)


def spot():
    """A hill at the place where the wave is to meet."""
    row, column = np.mgrid[0:SIZE, 0:SIZE]
    return np.exp(-((row - SPOT[0]) ** 2 + (column - SPOT[1]) ** 2) / 8.0)


def main():
    """Find the signals, and plot them with the wave that they make."""
    chosen = picture.options(__doc__, "wave_control", iterations=60, steps=120)
    target = spot()
    start = np.zeros((chosen.steps, SIZE - 2))
    history = []

    def note(signals, iteration, gradient):
        history.append(loss(signals, target))

    signals = adam(lambda s, i: loss.grad(s, target), start, callback=note,
                   num_iters=chosen.iterations, step_size=0.2)  # fmt: skip
    last = loss(signals, target)
    print(f"loss {history[0]:.3f} at rest, {last:.3f} after {chosen.iterations} iterations")
    direction = np.random.default_rng(0).normal(size=start.shape)
    ends = [loss(signals + sign * 1e-5 * direction, target) for sign in (1.0, -1.0)]
    slope = np.sum(loss.grad(signals, target) * direction)
    np.testing.assert_allclose(slope, (ends[0] - ends[1]) / 2e-5, rtol=1e-5, atol=1e-7)
    assert last < history[0]
    if chosen.iterations >= 60:
        assert last < 0.2 * history[0]
    wave = simulated(signals)
    plt.subplot(1, 2, 1)
    plt.imshow(signals.T, cmap="coolwarm", aspect="auto")
    plt.title("signals")
    plt.subplot(1, 2, 2)
    plt.imshow(wave, cmap="coolwarm", vmin=-1.0, vmax=1.0)
    plt.plot(SPOT[1], SPOT[0], "k+")
    picture.save(chosen.out, "the wave")


if __name__ == "__main__":
    main()
