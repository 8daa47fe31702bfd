"""Gradients of the four objectives, from small to large, beside the primal and the peers."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

import adgen
from benchmarks.adbench.problems import PROBLEMS, Problem
from benchmarks.primal import compiled
from benchmarks.timing import Timing, interleaved, readable

TOLERANCE = 1e-9
HEADER = (
    "size", "primal", "loops", "arrays", "by hand", "JAX",
    "loops ÷ primal", "loops ÷ by hand", "arrays ÷ by hand",
)  # fmt: skip

Call = Callable[[], Any]


def sides(problem: Problem, size: Mapping[str, int], peers: bool) -> dict[str, Call]:
    """What is timed, checked against the adjoint by hand: value and gradients agree."""
    arguments = problem.data(**size)
    workspace = problem.workspace(*arguments)
    primal = compiled(problem.loops)
    loops = adgen.value_and_grad(problem.loops, problem.wrt)
    arrays = adgen.value_and_grad(problem.arrays, problem.wrt)
    calls: dict[str, Call] = {
        "primal": lambda: primal(*arguments),
        "loops": lambda: loops(*arguments),
        "arrays": lambda: arrays(*arguments),
        "by hand": lambda: problem.adjoint(*arguments, *workspace),
    }
    if peers:
        calls["JAX"] = problem.jax(arguments)
    value, gradients = calls["by hand"]()
    expected = value, tuple(np.array(gradient) for gradient in gradients)
    for name in ("loops", "arrays", *(["JAX"] if peers else [])):
        _agree(f"{problem.name}, {name}", calls[name](), expected)
    return calls


def _agree(name: str, found: Any, expected: Any) -> None:
    value, gradients = found
    pairs = [(value, expected[0]), *zip(gradients, expected[1], strict=True)]
    for one, other in pairs:
        worst = float(np.max(np.abs(one - other)) / (np.max(np.abs(other)) or 1.0))
        assert worst < TOLERANCE, f"{name}: off by {worst:.1e}"


def row(size: str, times: Mapping[str, Timing]) -> str:
    """One line of the table."""
    medians = {name: timing.median for name, timing in times.items()}
    cells = [size]
    for side in ("primal", "loops", "arrays", "by hand", "JAX"):
        cells.append(readable(medians[side]) if side in medians else "")
    for one, other in (("loops", "primal"), ("loops", "by hand"), ("arrays", "by hand")):
        cells.append(f"{medians[one] / medians[other]:.2f}")
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """``python -m benchmarks.adbench``; the largest sizes need gigabytes and minutes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.adbench", description=__doc__)
    parser.add_argument("--only", metavar="TEXT", help="problems whose name contains this text")
    parser.add_argument("--seconds", type=float, default=60.0, metavar="S",
                        help="of a problem, no larger size after so long (default 60)")  # fmt: skip
    parser.add_argument("--no-jax", action="store_true", help="without JAX")
    chosen = parser.parse_args()
    for problem in PROBLEMS:
        if chosen.only is not None and chosen.only not in problem.name:
            continue
        print(f"\n{problem.name}\n\n| {' | '.join(HEADER)} |")
        print("| --- |" + " ---: |" * (len(HEADER) - 1))
        started = time.monotonic()
        for name, size in problem.sizes.items():
            calls = sides(problem, size, not chosen.no_jax)
            print(row(name, interleaved(calls, rounds=11)), flush=True)
            if time.monotonic() - started > chosen.seconds:
                break


if __name__ == "__main__":
    main()
