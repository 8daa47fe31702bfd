"""Gradients of the four objectives, from small to large, beside the primal and JAX."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping
from typing import Any

from benchmarks.adbench.problems import CASES, SIZES
from benchmarks.case import Case
from benchmarks.sides import TOLERANCE, Side, by_hand, generated, of_peer, primals
from benchmarks.timing import Timing, interleaved, readable

SIDES = "loops", "numpy", "by hand", "JAX"
RATIOS = ("loops", "primal"), ("loops", "by hand"), ("numpy", "by hand")
HEADER = "size", "primal", *SIDES, *(f"{one} ÷ {other}" for one, other in RATIOS)


def calls(case: Case, size: Mapping[str, int], peers: bool) -> dict[str, Callable[[], Any]]:
    """What is timed.  Raises AssertionError where a gradient is not that of the adjoint by hand."""
    arguments = case.data(**size)
    found = {style: generated(case, style, arguments) for style in case.styles}
    if peers:
        found["JAX"] = of_peer(case, "jax", arguments)
    timed = {"primal": primals(case, arguments)["loops"], "by hand": by_hand(case, arguments)}
    for name, side in found.items():
        if not isinstance(side, Side):
            print(f"{case.name}, {name}: {side}")
            continue
        assert side.difference < TOLERANCE, f"{case.name}: {name} is off by {side.difference:.1e}"
        timed[name] = side.gradient
    return timed


def row(size: str, times: Mapping[str, Timing]) -> str:
    """One line of the table."""
    medians = {name: timing.median for name, timing in times.items()}
    cells = [readable(medians[side]) if side in medians else "" for side in ("primal", *SIDES)]
    for pair in RATIOS:
        known = all(side in medians for side in pair)
        cells.append(f"{medians[pair[0]] / medians[pair[1]]:.2f}" if known else "")
    return f"| {' | '.join([size, *cells])} |"


def main() -> None:
    """``python -m benchmarks.adbench``; the largest sizes need gigabytes and minutes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.adbench", description=__doc__)
    parser.add_argument("--only", metavar="TEXT", help="problems whose name contains this text")
    parser.add_argument("--seconds", type=float, default=60.0, metavar="S",
                        help="of a problem, no larger size after so long (default 60)")  # fmt: skip
    parser.add_argument("--no-jax", action="store_true", help="without JAX")
    chosen = parser.parse_args()
    for case in CASES:
        if chosen.only is not None and chosen.only not in case.name:
            continue
        print(f"\n{case.name.split(',')[0]}\n\n| {' | '.join(HEADER)} |")
        print("| --- |" + " ---: |" * (len(HEADER) - 1))
        started = time.monotonic()
        for name, size in SIZES[case.name].items():
            timed = calls(case, size, not chosen.no_jax)
            print(row(name, interleaved(timed, rounds=11)), flush=True)
            if time.monotonic() - started > chosen.seconds:
                break


if __name__ == "__main__":
    main()
