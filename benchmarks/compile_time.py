"""Time to the first gradient of a three-layer net: adgen, JAX, Numba on array-level source.

``python -m benchmarks.compile_time`` runs each side in fresh processes, in turns, from an
empty cache.  Imports do not count, nor does what a compiler does once per process: each
side first compiles a trivial function.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np

from benchmarks.fresh import FirstCall, first_call_in_fresh_process, time_first_call

SIDES = ("adgen", "jax", "numba")
ROUNDS = 3
MODULE = "benchmarks.compile_time"
WRT = ("W1", "b1", "W2", "b2", "W3", "b3")


def net_loss(W1, b1, W2, b2, W3, b3, X, Y):  # type: ignore[no-untyped-def]
    h1 = np.tanh(X @ W1 + b1)
    h2 = np.tanh(h1 @ W2 + b2)
    return np.mean((h2 @ W3 + b3 - Y) ** 2)


def data() -> tuple[Any, ...]:
    """Weights of a net 20-64-32-4 and a batch of 128 cases."""
    rng = np.random.default_rng(0)
    widths = (20, 64, 32, 4)
    arguments: list[Any] = []
    for n, m in zip(widths, widths[1:], strict=False):
        arguments += [rng.normal(size=(n, m)) / np.sqrt(n), np.zeros(m)]
    return *arguments, rng.normal(size=(128, 20)), rng.normal(size=(128, 4))


def adgen_side() -> Callable[[], Any]:
    """The first call of adgen's gradient, compiler and Numba included."""
    import adgen
    import adgen.runtime.matmul  # and with it Numba and SciPy, which adgen imports when needed

    adgen.grad(lambda x: x * x)(1.0)
    return lambda: adgen.value_and_grad(net_loss, WRT)(*data())


def jax_side() -> Callable[[], Any]:
    """The first call of ``jax.jit(jax.value_and_grad(...))`` of the same function, in float64."""
    import jax

    jax.config.update("jax_enable_x64", True)
    jax.jit(jax.value_and_grad(lambda x: x * x))(1.0)
    function = FunctionType(net_loss.__code__, {"np": jax.numpy})
    gradient = jax.jit(jax.value_and_grad(function, tuple(range(len(WRT)))))
    return lambda: jax.block_until_ready(gradient(*data()))


def numba_side() -> Callable[[], Any]:
    """The first call of Numba on the gradient as ``adgen show`` prints it, array by array."""
    import numba

    import adgen

    source = adgen.differentiate(wrt=WRT)(net_loss).source(*data())
    module: dict[str, Any] = {}
    exec(source, module)  # text that adgen has generated from the function above
    numba.njit(lambda x: x * x)(1.0)
    gradient = numba.njit(module["net_loss_value_and_grad"])
    return lambda: gradient(*data())


@dataclass(frozen=True)
class Comparison:
    """Medians of the sides' first calls."""

    times: dict[str, FirstCall]

    def ratios(self, side: str) -> tuple[float, float]:
        """The first call of adgen over that of a peer: in wall time, in process time."""
        ours, theirs = self.times["adgen"], self.times[side]
        return ours.wall / theirs.wall, ours.process / theirs.process


def measure(rounds: int = ROUNDS) -> Comparison:
    """Run the sides in turns, each time in a fresh process with an empty cache."""
    samples: dict[str, list[FirstCall]] = {side: [] for side in SIDES}
    for _ in range(rounds):
        for side in SIDES:
            with tempfile.TemporaryDirectory() as cache:
                samples[side].append(first_call_in_fresh_process(MODULE, side, cache=Path(cache)))
    return Comparison({side: _median(times) for side, times in samples.items()})


def _median(times: list[FirstCall]) -> FirstCall:
    return FirstCall(
        statistics.median(time.wall for time in times),
        statistics.median(time.process for time in times),
    )


def main() -> None:
    """Compare the sides, or time one of them in this process."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("side", nargs="?", choices=SIDES)
    side = parser.parse_args().side
    if side:
        setup = {"adgen": adgen_side, "jax": jax_side, "numba": numba_side}[side]
        time_first_call(setup())
        return
    comparison = measure()
    for name, first in comparison.times.items():
        print(f"{name:6} first call {first.wall:.2f} s (process time {first.process:.2f} s)")
    for side, aim in (("jax", 4.0), ("numba", 0.2)):
        wall, process = comparison.ratios(side)
        print(f"adgen / {side:5} {wall:.2f}, in process time {process:.2f} (aim: at most {aim:g})")


if __name__ == "__main__":
    main()
