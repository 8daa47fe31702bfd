"""A long time loop whose gradient stores few of its states: memory at the peak, and time.

``python -m benchmarks.checkpoints STEPS CELLS`` prints the rows as JSON.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

import adgen
from benchmarks.fresh import in_fresh_process
from benchmarks.memory import ENVIRONMENT, RESET, peak_of
from benchmarks.timing import interleaved

STEPS, CELLS = 100_000, 1000
MOST_TIME, MOST_MEMORY = 3.5, 0.01  # over the gradient that stores all
ROUNDS, SECONDS = 9, 20.0


def react(u: Any, flow: float) -> Any:
    """One step of diffusion with a reaction (Fisher's equation), cell by cell."""
    v = u.copy()
    for i in range(1, u.shape[0] - 1):
        v[i] = u[i] + flow * (u[i - 1] - 2.0 * u[i] + u[i + 1]) + 0.01 * u[i] * (1.0 - u[i])
    return v


def whole(u: Any, flow: float, steps: int) -> Any:
    """Every state is stored."""
    for _ in range(steps):
        u = react(u, flow)
    return np.sum(u * u)


def of_30(u: Any, flow: float, steps: int) -> Any:
    """Thirty states at once."""
    for _ in adgen.checkpointed(range(steps), snapshots=30):
        u = react(u, flow)
    return np.sum(u * u)


def of_100(u: Any, flow: float, steps: int) -> Any:
    """A hundred states at once."""
    for _ in adgen.checkpointed(range(steps), snapshots=100):
        u = react(u, flow)
    return np.sum(u * u)


def of_4_mb(u: Any, flow: float, steps: int) -> Any:
    """What fits into 4 MB."""
    for _ in adgen.checkpointed(range(steps), memory=4_000_000):
        u = react(u, flow)
    return np.sum(u * u)


def of_root(u: Any, flow: float, steps: int) -> Any:
    """The root of the steps."""
    for _ in adgen.checkpointed(range(steps)):
        u = react(u, flow)
    return np.sum(u * u)


LOOPS: dict[str, tuple[Callable[..., Any], int | None]] = {
    "every state": (whole, None),
    "`snapshots=30`": (of_30, 30),
    "`snapshots=100`": (of_100, 100),
    "`memory=4_000_000`": (of_4_mb, 499),
    "nothing said": (of_root, 0),
}


@dataclass(frozen=True)
class Row:
    """Seconds of value and gradient, bytes at the peak (None where they are not known).

    ``again``: how often a step is run besides, on the average.  ``same``: the gradient is that of
    the loop that stores every state, to the last bit.
    """

    name: str
    seconds: float
    peak: int | None
    foretold: int
    again: float
    same: bool


def measure(cache: Path, quick: bool = False) -> list[Row]:
    """The rows, measured in a process of its own."""
    size = (2000, 100) if quick else (STEPS, CELLS)
    given = [str(number) for number in size]
    found = in_fresh_process("benchmarks.checkpoints", *given, cache=cache, more=ENVIRONMENT)
    return [Row(**row) for row in found]


def rows(steps: int, cells: int) -> list[Row]:
    """The same in this process; loops take turns."""
    u = np.exp(-(np.linspace(-3.0, 3.0, cells) ** 2))
    calls, foretold = {}, {}
    for name, (loop, _) in LOOPS.items():
        objective = adgen.differentiate(loop, wrt=(0, 1))
        foretold[name] = int(objective.residual_bytes(u, 0.2, steps))
        calls[name] = _call(objective, u, steps)
    peaks = {name: peak_of(call) if RESET.exists() else None for name, call in calls.items()}
    expected = calls["every state"]()[1]
    timings = interleaved(calls, ROUNDS, budget=SECONDS)
    return [
        Row(
            name,
            timings[name].median,
            peaks[name],
            foretold[name],
            _again(steps, snapshots),
            all(map(np.array_equal, calls[name]()[1], expected)),
        )
        for name, (_, snapshots) in LOOPS.items()
    ]


def _call(objective: Any, u: Any, steps: int) -> Callable[[], Any]:
    return lambda: objective.value_and_grad(u, 0.2, steps)


def _again(steps: int, snapshots: int | None) -> float:
    """Steps that are repeated, over all; a step that is turned is run once more, too."""
    if snapshots is None:
        return 0.0
    if snapshots == 0:
        return 1.0
    r = 0
    while math.comb(snapshots + r, snapshots) < steps:
        r += 1
    repeated = r * steps - math.comb(snapshots + r, r - 1) - (steps - 1)
    return repeated / steps + 1.0


def main() -> None:
    """Print the rows."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("steps", type=int)
    parser.add_argument("cells", type=int)
    chosen = parser.parse_args()
    print(json.dumps([asdict(row) for row in rows(chosen.steps, chosen.cells)]))


if __name__ == "__main__":
    main()
