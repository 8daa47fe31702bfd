"""What the many functions cost a program that uses few of them: imports, and compiling one.

``python -m benchmarks.surface`` runs fresh processes in turns: ``import adgen`` beside ``import
numba``, and the first gradient of a function that uses one function of the library beside that of
the same function with the definition written out by its user.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.fresh import in_fresh_process, time_first_call

ROUNDS = 5
MODULE = "benchmarks.surface"
AIM_IMPORT = 1.3
AIM_COMPILE = 1.2


@dataclass(frozen=True)
class Row:
    """Median seconds of process time of both sides, and the most that their ratio is to be."""

    name: str
    ours: float
    other: float
    aim: float

    @property
    def ratio(self) -> float:
        """The median of the ratios would say the same: the sides run in turns."""
        return self.ours / self.other


def _functions() -> dict[str, dict[str, Callable[..., Any]]]:
    """For each function of the library a user of it, and one who has written it out."""
    import numpy as np

    def trapezoid(x):  # type: ignore[no-untyped-def]
        return np.trapezoid(x * x)

    def trapezoid_written(x):  # type: ignore[no-untyped-def]
        y = x * x
        return np.sum(0.5 * (y[1:] + y[:-1]))

    def norm(x):  # type: ignore[no-untyped-def]
        return np.linalg.norm(np.sin(x))

    def norm_written(x):  # type: ignore[no-untyped-def]
        y = np.sin(x)
        return np.sqrt(np.sum(y * y))

    def ptp(x):  # type: ignore[no-untyped-def]
        return np.ptp(np.sin(x))

    def ptp_written(x):  # type: ignore[no-untyped-def]
        y = np.sin(x)
        return np.max(y) - np.min(y)

    return {
        "np.trapezoid": {"library": trapezoid, "written": trapezoid_written},
        "np.linalg.norm": {"library": norm, "written": norm_written},
        "np.ptp": {"library": ptp, "written": ptp_written},
    }


NAMES = ("np.trapezoid", "np.linalg.norm", "np.ptp")


def measure(rounds: int = ROUNDS) -> list[Row]:
    """The imports, and each of the functions."""
    rows = [_in_turns("import adgen", "import", ("adgen", "numba"), AIM_IMPORT, rounds)]
    rows += [_in_turns(name, name, ("library", "written"), AIM_COMPILE, rounds) for name in NAMES]
    return rows


def _in_turns(name: str, what: str, sides: tuple[str, str], aim: float, rounds: int) -> Row:
    found: dict[str, list[float]] = {side: [] for side in sides}
    for _ in range(rounds):
        for side in sides:
            with tempfile.TemporaryDirectory() as cache:
                one = in_fresh_process(MODULE, what, side, cache=Path(cache))
                found[side].append(one["process"])
    ours, other = (statistics.median(found[side]) for side in sides)
    return Row(name, ours, other, aim)


def _import(name: str) -> None:
    start = time.process_time()
    __import__(name)
    print(json.dumps({"process": time.process_time() - start}))


def _first_gradient(name: str, side: str) -> None:
    import numpy as np

    import adgen
    import adgen.runtime.matmul  # and with it Numba and SciPy, which adgen imports when needed
    import adgen.transpiler.compiler

    adgen.grad(lambda x: x * x)(1.0)
    function = _functions()[name][side]
    x = np.linspace(0.0, 1.0, 10)
    time_first_call(lambda: adgen.grad(function)(x))


def main() -> None:
    """Compare all, or time one side in this process."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("what", nargs="?", choices=("import", *NAMES))
    parser.add_argument("side", nargs="?", choices=("adgen", "numba", "library", "written"))
    chosen = parser.parse_args()
    if chosen.what == "import":
        _import(chosen.side)
    elif chosen.what:
        _first_gradient(chosen.what, chosen.side)
    else:
        for row in measure():
            print(f"{row.name:16} {row.ours:.3f} s, {row.other:.3f} s: {row.ratio:.2f}")


if __name__ == "__main__":
    main()
