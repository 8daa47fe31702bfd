"""Loops on threads: wall time of a gradient with ``parallel=True`` on one and more threads.

``python -m benchmarks.threads NAME STYLE`` measures one function in a process of its own, which
has all threads, and prints the seconds as JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

import adgen
from benchmarks.adbench import problems
from benchmarks.case import Case
from benchmarks.cases import black_scholes
from benchmarks.fresh import in_fresh_process

AIM = 1.7  # times as fast on two threads as without them
THREADS = 2
ROUNDS, SECONDS = 41, 6.0
# More points than the table of gradients has: a call takes some milliseconds.
CASES: tuple[tuple[Case, dict[str, int]], ...] = (
    (problems.GMM, {"d": 10, "components": 25, "n": 10_000}),
    (problems.BA, {"cameras": 257, "points": 65_132, "observations": 225_911}),
    (black_scholes.CASE, {}),
)


@dataclass(frozen=True)
class Row:
    """Seconds of wall clock of value and gradient, medians; ``same``: to the bit on any threads."""

    name: str
    style: str
    sequential: float
    one: float
    several: float
    same: bool

    @property
    def gain(self) -> float:
        """How many times as fast threads are."""
        return self.sequential / self.several


def measure(cache: Path, only: str = "", quick: bool = False) -> list[Row | tuple[str, str]]:
    """All rows, each from a process of its own; a name and what it wrote where one fails."""
    rows: list[Row | tuple[str, str]] = []
    for case, _ in CASES:
        for style in case.styles:
            if only not in case.name:
                continue
            given = [case.name, style, *(["--quick"] if quick else [])]
            more = {"NUMBA_NUM_THREADS": str(THREADS), "OMP_NUM_THREADS": str(THREADS)}
            try:
                found = in_fresh_process(__spec__.name, *given, cache=cache, more=more)
                rows.append(Row(**found))
            except RuntimeError as error:
                rows.append((f"{case.name}, {style}", str(error).splitlines()[-1]))
    return rows


def measure_here(case: Case, sizes: dict[str, int], style: str) -> Row:
    """One row, in this process."""
    import numba

    arguments = case.data(**sizes)
    function = case.styles[style]
    plain = adgen.value_and_grad(function, case.wrt)
    parallel = adgen.value_and_grad(function, case.wrt, parallel=True)

    def on(threads: int) -> Callable[[], Any]:
        def call() -> Any:
            numba.set_num_threads(threads)
            return parallel(*arguments)

        return call

    sides = {"sequential": lambda: plain(*arguments), "one": on(1), "several": on(THREADS)}
    results = [side() for side in sides.values()]
    _check(results)
    times = _interleaved(sides)
    return Row(case.name, style, **times, same=_same(results[1], results[2]))


def _check(results: list[Any]) -> None:
    for value, gradients in results[1:]:
        np.testing.assert_allclose(value, results[0][0], rtol=1e-9)
        for have, want in zip(gradients, results[0][1], strict=True):
            scale = float(np.max(np.abs(want))) or 1.0
            np.testing.assert_allclose(have, want, rtol=0.0, atol=1e-9 * scale)


def _same(first: Any, second: Any) -> bool:
    pairs = zip(first[1], second[1], strict=True)
    return bool(first[0] == second[0]) and all(np.array_equal(a, b) for a, b in pairs)


def _interleaved(sides: dict[str, Callable[[], Any]]) -> dict[str, float]:
    """Medians of the wall clock, sides taking turns: the process time of threads adds up."""
    samples: dict[str, list[float]] = {name: [] for name in sides}
    begin = time.perf_counter()
    for _ in range(ROUNDS):
        for name, side in sides.items():
            start = time.perf_counter()
            side()
            samples[name].append(time.perf_counter() - start)
        if time.perf_counter() - begin > SECONDS:
            break
    return {name: statistics.median(times) for name, times in samples.items()}


def main() -> None:
    """Measure one function on all processors and print the row."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("style")
    parser.add_argument("--quick", action="store_true")
    chosen = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, range(os.cpu_count() or 1))
    ((case, sizes),) = [pair for pair in CASES if pair[0].name == chosen.name]
    row = measure_here(case, dict(case.small) if chosen.quick else sizes, chosen.style)
    print(json.dumps(asdict(row)))


if __name__ == "__main__":
    main()
