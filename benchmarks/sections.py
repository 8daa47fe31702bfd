"""The sections of benchmarks/README.md: what is measured, how, and the tables of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks import (
    ablations,
    checkpoints,
    compile_time,
    derivatives,
    first_gradients,
    gradients,
    inside_loops,
    memory,
    overheads,
    plots,
    scaling,
    seeds,
    structure,
    surface,
    tables,
    threads,
    warm_start,
)
from benchmarks.catalogue import CASES


@dataclass(frozen=True)
class Options:
    """``only``: cases whose name contains this text; ``quick``: small data, few rounds."""

    cache: Path
    only: str = ""
    quick: bool = False

    @property
    def writes(self) -> bool:
        """Whether plots are drawn: not of a part, and not of what says little."""
        return not self.only and not self.quick


@dataclass(frozen=True)
class Section:
    """``name``: on the command line; ``text``: heading and method; ``measure``: its tables."""

    name: str
    text: str
    measure: Callable[[Options], str]


def _gradients(options: Options) -> str:
    rows: list[gradients.Row | tuple[str, str]] = []
    for case in CASES:
        if options.only in case.name:
            print(f"{case.name} …", flush=True)
            row = gradients.measure_in_fresh_process(case, options.cache, options.quick)
            rows.append((case.name, row) if isinstance(row, str) else row)
    parts = [tables.gradients(rows), tables.refusals(rows)]
    if options.writes:
        plots.gradients([row for row in rows if isinstance(row, gradients.Row)])
        parts.append("![Every side beside the hand-written adjoint](plots/gradients.png)")
    return "\n\n".join(filter(None, parts))


def _inside(options: Options) -> str:
    return tables.inside(inside_loops.measure())


def _derivatives(options: Options) -> str:
    return tables.derivatives(list(derivatives.measure(options.quick)))


def _scaling(options: Options) -> str:
    curves = []
    for growth in scaling.GROWTHS:
        if options.only in growth.case.name:
            print(f"{growth.case.name} …", flush=True)
            curves.append(scaling.measure_in_fresh_process(growth, options.cache, options.quick))
    parts = [tables.scaling(curves)]
    if options.writes:
        plots.scaling(curves)
        parts.append("![Time against size](plots/scaling.png)")
    return "\n\n".join(parts)


def _threads(options: Options) -> str:
    return tables.threads(threads.measure(options.cache, options.only, options.quick))


def _memory(options: Options) -> str:
    uses = [
        use
        for case in CASES
        if options.only in case.name
        for use in memory.measure_in_fresh_process(case, options.cache, options.quick)
    ]
    return tables.memory(uses)


def _checkpoints(options: Options) -> str:
    return tables.checkpoints(checkpoints.measure(options.cache, options.quick))


def _ablations(options: Options) -> str:
    studied = [(case, style) for case, style in ablations.STUDIED if options.only in case.name]
    return tables.ablations(ablations.measure_all(studied, options.quick))


def _calls(options: Options) -> str:
    return tables.overheads(overheads.measure())


def _first_calls(options: Options) -> str:
    return tables.first_calls(compile_time.measure())


def _first_gradients(options: Options) -> str:
    return tables.first_gradients(first_gradients.measure_all(options.quick))


def _surface(options: Options) -> str:
    return tables.surface(surface.measure(1 if options.quick else surface.ROUNDS))


def _warm(options: Options) -> str:
    return tables.warm_starts({name: warm_start.measure(name) for name in warm_start.FUNCTIONS})


def _programs(options: Options) -> str:
    return tables.programs(seeds.measure())


def _nesting(options: Options) -> str:
    return tables.nesting(structure.measure())


SECTIONS = (
    Section(
        "gradients",
        """## Gradients

Value and gradient of what a user writes, as loops and as NumPy code, by `adgen.value_and_grad`;
beside it JAX (`jit`), PyTorch (eager), HIPS Autograd, and an adjoint written for speed by hand in
Numba (`benchmarks/cases/`): flat, scalars, its workspace allocated before the clock starts; a
second time *by hand* is that with vector mathematics, and ratios are to the faster of both.
*primal*: the user's loops under plain `numba.njit`, or the user's array code as NumPy runs it.
All in double precision; *difference* is the greatest between any side's value or gradient and the
hand-written one's, relative to the largest entry. *scaled*: measured on a smaller problem and
multiplied. Aims: at most 1.15 × by hand, ahead of every peer, at most 3 × primal for loops over
scalars; what misses its aim is **bold**.
""",
        _gradients,
    ),
    Section(
        "inside",
        """## Calls inside a compiled loop

Gradients of a microsecond and less, called a thousand times by a compiled loop. Every generated
call allocates the array that it returns.
""",
        _inside,
    ),
    Section(
        "derivatives",
        """## Beyond the gradient

A Hessian times a vector against value and gradient; a dense Jacobian against a call of `adgen.jvp`
for each column; the Jacobian blocks of all observations of bundle adjustment in one compiled loop,
and the Jacobian of hand tracking in forward mode, against what JAX has for them
(`benchmarks/derivatives.py`). *aim*: the most that the ratio is to be.
""",
        _derivatives,
    ),
    Section(
        "scaling",
        """## Scaling

Time against the number of elements, steps or terms, from 100 to 10,000,000. *slope*: of log time
against log n, fitted where a call takes more than 20 µs; *steepest decade*: the greatest slope
over a factor of ten, and where it begins. No cliffs means that both are about 1; where data leave
a cache, or pages of fresh memory are touched for the first time, it is more for a decade.
""",
        _scaling,
    ),
    Section(
        "threads",
        """## Threads

Value and gradient with `parallel=True`, on one thread and on two, over the same without; wall
clock. Aim: 1.7 times as fast on two. *same*: the results are equal to the bit on both.
""",
        _threads,
    ),
    Section(
        "memory",
        """## Memory

The most that one call holds at once beyond its arguments, results included: the high-water mark of
resident memory (Linux; below some 100 kB that is pages of the allocator). *by hand* includes the
workspace. *foretold*: `f.residual_bytes(*arguments)`, what
the gradient stores for its reverse sweep.
""",
        _memory,
    ),
    Section(
        "checkpoints",
        """## Long loops that store few states

100,000 steps of a reaction with diffusion on 1,000 cells: value and gradient, with every state
stored and with `checkpointed` loops. *again*: how often a step is run besides, on the average.
*over all*: to the gradient that stores every state, whose tape is memory that the system hands out
anew at each call. Aims: at most 1 % of its memory, at most 3.5 times its time; what misses its aim
is **bold**. *same*: gradients are equal to the bit.
""",
        _checkpoints,
    ),
    Section(
        "ablations",
        """## What single optimisations are worth

Time of the generated gradient without one of them (`adgen.transpiler.optimisations`), over its time
with all; a dot where the generated text is the same.
""",
        _ablations,
    ),
    Section(
        "calls",
        """## A call from Python

What a call costs when there is next to nothing to compute: `adgen.value_and_grad(f)(x)` and a
dispatcher of `numba.njit` that returns the same. Aim: at most 1.5 × the dispatcher. The array's
gradient is a fresh array, the dispatcher's one that it is given.
""",
        _calls,
    ),
    Section(
        "first",
        """## First call

Three-layer net (20-64-32-4, `@`, broadcasting, `np.tanh`, `np.mean`), value and gradient with
respect to all weights, each side in fresh processes from an empty cache, after the imports and one
trivial compilation. *Numba, array level*: `numba.njit` of the source that `.source()` prints.
""",
        _first_calls,
    ),
    Section(
        "six",
        """## First gradients of six functions

Functions of some thirty lines (`benchmarks/compile_cases.py`), value and gradient, as in the
section above. JAX is given the same text where that runs under it, else its twin with `lax.scan`.
*passes*: what the passes on the intermediate representation, differentiation among them, are of
adgen's first call; *before Numba*: these, the front end and emission. *statements*: of the module
that Numba compiles. *warm*: a second process. Aims: at most twice JAX in process time, passes under
a tenth, warm under 50 ms.
""",
        _first_gradients,
    ),
    Section(
        "surface",
        """## What many functions cost who uses few

`import adgen` beside `import numba`; and the first gradient of a function that uses one function of
the library beside that of the same function with the definition written out by its user
(`benchmarks/surface.py`): what is not used is neither imported nor compiled. Process time, fresh
processes in turns, from empty caches. What misses its aim is **bold**.
""",
        _surface,
    ),
    Section(
        "warm",
        """## Second process

The first gradient in a process that finds an empty cache and in the next one, which finds the
compiled code on disk; imports aside. Aim: warm under 50 ms.
""",
        _warm,
    ),
    Section(
        "programs",
        """## Programs of the Autograd tutorial

One gradient, called from Python, of the programs in `examples/`: HIPS Autograd against adgen, which
has compiled before. Aims: ten times as fast, a hundred times where the program is a loop over
scalars. Autograd runs the text of the example with `np` rebound to its own NumPy (and its own
`primitive`); the printing in the Taylor series is taken out for both.
""",
        _programs,
    ),
    Section(
        "nesting",
        """## Nested parameters

The net of the section on first calls, its weights in a dict of a list of dicts of tuples, against
the same weights as six arguments (aim: at most 1.1 times the time); and what it costs to take 20
arrays out of nested dicts, against one call of a Numba dispatcher that takes these arrays (aim: at
most five times).
""",
        _nesting,
    ),
)
