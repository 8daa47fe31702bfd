"""benchmarks/README.md: what is measured, how, and the numbers of the last run."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from benchmarks import seeds, structure
from benchmarks.ablations import Outcome
from benchmarks.compile_time import Comparison
from benchmarks.gradients import Overhead, Row
from benchmarks.timing import readable
from benchmarks.warm_start import Start

README = Path(__file__).parent / "README.md"
AIM_HANDWRITTEN, AIM_PRIMAL = 1.25, 4.0
AIM_JAX, AIM_NUMBA = 4.0, 0.2
AIM_CALL = 2.0

INTRODUCTION = """# Benchmarks

    pip install -e ".[bench]"
    python -m benchmarks

runs everything below and writes this file. All sides of a comparison run in one process in
turns; times are medians of process time (the least in brackets), on one thread.
"""

GRADIENTS = """## Gradients

*primal*: the user's function under plain `numba.njit`. *generated*: `adgen.value_and_grad` of the
same function. *by hand*: an adjoint written for speed by hand in Numba (`benchmarks/cases/`): flat,
scalars, workspace allocated before the clock starts, no vector mathematics library. Value and
gradient of both agree to the difference in the last column, relative to the largest entry.
Aims: generated at most 1.25 × by hand, at most 4 × primal; **bold** where missed. The two heat
stencils, one written as loops and one as slices, are held against the same adjoint. What limits
that adjoint is its tape of 8 MB, written and read once: with one row in its place, which stays in
the cache, both sweeps together take twice the primal, with the tape three times and more, and to
recompute in segments instead is no faster. Calls
of Rosenbrock's function and of the series are timed inside a compiled loop that calls each side
1000 times; the others are called from Python. Every generated call allocates the arrays that it
returns; the hand-written adjoints are given theirs, but for one row of Rosenbrock's function, which
shows what that allocation is worth.
"""

ABLATIONS = """## What single optimisations are worth

The generated gradient with and without one of them.
"""

OVERHEADS = """## A call from Python

What a call costs when there is next to nothing to compute: `adgen.value_and_grad(f)(x)` and a
dispatcher of `numba.njit` that returns the same. Aim: at most twice the dispatcher. The array's
gradient is a fresh array, the dispatcher's one that it is given.
"""

SEEDS = """## Programs of the Autograd tutorial

One gradient, called from Python, of the programs in `examples/`: HIPS Autograd against adgen, which
has compiled before. Aims: ten times as fast, a hundred times where the program is a loop over
scalars. Autograd runs the text of the example with `np` rebound to its own NumPy (and its own
`primitive`); the printing in the Taylor series is taken out for both.
"""

STRUCTURE = """## Nested parameters

The net of the section on first calls, its weights in a dict of a list of dicts of tuples, against
the same weights as six arguments (aim: at most 1.1 times the time); and what it costs to take 20
arrays out of nested dicts, against one call of a Numba dispatcher that takes these arrays (aim: at
most five times).
"""

COMPILING = """## First call

Three-layer net (20-64-32-4, `@`, broadcasting, `np.tanh`, `np.mean`), value and gradient with
respect to all weights, each side in fresh processes from an empty cache, after the imports and one
trivial compilation. *Numba, array level*: `numba.njit` of the source that `.source()` prints.
"""

WARM = """## Second process

The first gradient in a process that finds an empty cache and in the next one, which finds the
compiled code on disk; imports aside.
"""


def section(introduction: str, table: str) -> None:
    """Put one section into benchmarks/README.md, in the place of the one with its heading."""
    heading = introduction.split("\n", 1)[0]
    text = README.read_text(encoding="utf-8").rstrip("\n")
    parts = text.split("\n\n## ")
    parts = [part for part in parts if f"## {part}".split("\n", 1)[0] != heading]
    parts.append(f"{introduction}\n{table}".removeprefix("## "))
    README.write_text("\n\n## ".join(parts) + "\n", encoding="utf-8")


def write(
    rows: Sequence[Row],
    outcomes: Sequence[Outcome],
    calls: Sequence[Overhead],
    compiling: Comparison,
    starts: Mapping[str, Start],
    tutorial: Sequence[seeds.Row],
    costs: Sequence[structure.Cost],
) -> None:
    """Write the report to benchmarks/README.md."""
    parts = [
        INTRODUCTION + "\n" + machine(),
        GRADIENTS + "\n" + gradients(rows),
        ABLATIONS + "\n" + ablations(outcomes),
        OVERHEADS + "\n" + overheads(calls),
        COMPILING + "\n" + first_calls(compiling),
        WARM + "\n" + warm_starts(starts),
        SEEDS + "\n" + programs(tutorial),
        STRUCTURE + "\n" + nesting(costs),
    ]
    README.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def machine() -> str:
    """One line about processor, what else it had to do, and versions."""
    versions = ", ".join(f"{name} {version(name)}" for name in ("numpy", "numba", "jax"))
    load = f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
    return f"Last run: {processor()}, {load}, Python {platform.python_version()}, {versions}."


def processor() -> str:
    """The processor's name where the system tells it."""
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def gradients(rows: Sequence[Row]) -> str:
    """The table of all cases."""
    header = "case", "primal", "generated", "by hand", "÷ by hand", "÷ primal", "difference"
    return _table(
        header,
        (
            (
                row.name,
                *(
                    f"{readable(time.median)} ({readable(time.least)})"
                    for time in (row.primal, row.generated, row.handwritten)
                ),
                _against(row.to_handwritten, AIM_HANDWRITTEN),
                _against(row.to_primal, AIM_PRIMAL),
                f"{row.difference:.0e}",
            )
            for row in rows
        ),
    )


def programs(rows: Sequence[seeds.Row]) -> str:
    """The table of the programs that Autograd runs too."""
    header = "program", "Autograd", "adgen", "times as fast", "aim"
    return _table(
        header,
        (
            (
                row.name,
                readable(row.autograd.median),
                readable(row.generated.median),
                f"{row.ratio:.0f}" if row.ratio >= row.aim else f"**{row.ratio:.0f}**",
                f"≥ {row.aim:.0f}",
            )
            for row in rows
        ),
    )


def nesting(costs: Sequence[structure.Cost]) -> str:
    """The table of what containers cost."""
    return _table(
        ("", "containers", "the other", "ratio", "aim"),
        (
            (
                cost.name,
                readable(cost.nested.median),
                readable(cost.flat.median),
                _against(cost.ratio, cost.aim),
                f"≤ {cost.aim:g}",
            )
            for cost in costs
        ),
    )


def ablations(outcomes: Sequence[Outcome]) -> str:
    """The table of optimisations."""
    return _table(
        ("optimisation", "case", "with", "without", "without ÷ with"),
        (
            (
                outcome.name,
                outcome.case,
                readable(outcome.with_it.median),
                readable(outcome.without.median),
                f"{outcome.ratio:.2f}",
            )
            for outcome in outcomes
        ),
    )


def overheads(calls: Sequence[Overhead]) -> str:
    """The table of what a call costs."""
    return _table(
        ("gradient", "adgen", "numba", "÷ numba"),
        (
            (
                call.name,
                readable(call.generated.median),
                readable(call.handwritten.median),
                _against(call.generated.median / call.handwritten.median, AIM_CALL),
            )
            for call in calls
        ),
    )


def first_calls(comparison: Comparison) -> str:
    """The table of first calls."""
    names = {"adgen": "adgen", "jax": "JAX", "numba": "Numba, array level"}
    aims = {"jax": AIM_JAX, "numba": AIM_NUMBA}
    header = "", "wall time", "process time", "adgen ÷ this", "in process time", "aim"
    lines = []
    for side, first in comparison.times.items():
        cells = [names[side], readable(first.wall), readable(first.process)]
        if side in aims:
            cells += [_against(ratio, aims[side]) for ratio in comparison.ratios(side)]
            cells.append(f"≤ {aims[side]:g}")
        lines.append(cells + [""] * (len(header) - len(cells)))
    return _table(header, lines)


def warm_starts(starts: Mapping[str, Start]) -> str:
    """The table of cold and warm starts."""
    names = {"loops": "logistic loss, loops", "net": "three-layer net, arrays"}
    return _table(
        ("", "cold", "warm", "cold ÷ warm"),
        (
            (names[name], readable(start.cold), readable(start.warm), f"{start.ratio:.1f}")
            for name, start in starts.items()
        ),
    )


def _against(ratio: float, aim: float) -> str:
    return f"{ratio:.2f}" if ratio <= aim else f"**{ratio:.2f}**"


def _table(header: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    rule = ["---"] + ["---:"] * (len(header) - 1)
    return "\n".join(f"| {' | '.join(line)} |" for line in (header, rule, *lines))
