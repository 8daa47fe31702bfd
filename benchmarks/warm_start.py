"""Time of the first gradient in a first and in a second process, which finds the disk cache.

``python -m benchmarks.warm_start`` runs pairs of fresh processes, each pair on a cache that
is empty at first.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.fresh import first_call_in_fresh_process, time_first_call

ROUNDS = 3
MODULE = "benchmarks.warm_start"
FUNCTIONS = ("loops", "net")


@dataclass(frozen=True)
class Start:
    """Median wall seconds of the first call, cold and warm."""

    cold: float
    warm: float

    @property
    def ratio(self) -> float:
        """How many times sooner the second process has its gradient."""
        return self.cold / self.warm


def first_gradient(function: str) -> None:
    """Time the first gradient of one of the functions in this process, imports aside."""
    import numba

    import adgen
    import adgen.runtime.matmul  # these are imported when they are first needed
    import adgen.runtime.pipeline
    import adgen.transpiler.compiler
    from benchmarks import compile_time
    from benchmarks.cases import logistic

    numba.njit(lambda x: x * x)(1.0)  # what Numba does once per process
    gradient: Callable[..., Any]
    if function == "loops":
        gradient, arguments = adgen.grad(logistic.loss, ("w", "b")), logistic.data()
    else:
        gradient, arguments = (
            adgen.grad(compile_time.net_loss, compile_time.WRT),
            (compile_time.data()),
        )
    time_first_call(lambda: gradient(*arguments))


def measure(function: str, rounds: int = ROUNDS) -> Start:
    """Run pairs of processes, the second of each pair on the cache of the first."""
    cold, warm = [], []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as cache:
            cold.append(first_call_in_fresh_process(MODULE, function, cache=Path(cache)).wall)
            warm.append(first_call_in_fresh_process(MODULE, function, cache=Path(cache)).wall)
    return Start(statistics.median(cold), statistics.median(warm))


def main() -> None:
    """Compare cold and warm starts, or time one start in this process."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("function", nargs="?", choices=FUNCTIONS)
    function = parser.parse_args().function
    if function:
        first_gradient(function)
        return
    for name in FUNCTIONS:
        start = measure(name)
        print(f"{name:6} cold {start.cold:.3f} s, warm {start.warm:.3f} s: {start.ratio:.1f}×")


if __name__ == "__main__":
    main()
