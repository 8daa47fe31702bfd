"""``adgen bench``: what the gradients of a file cost, against the functions as NumPy runs them."""

from __future__ import annotations

import copy
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, Any

import numpy as np
import typer

from adgen.checking import random_cotangent
from adgen.cli import limits, living, options, samples
from adgen.cli.cache import in_units
from adgen.cli.output import Column, print_json, print_table, silenced
from adgen.cli.targets import Asked, LeftOut, Target, targets, tell
from adgen.cli.timing import clocked, medians
from adgen.differentiable import Differentiable
from adgen.leaves import leaves_of
from adgen.options import Options
from adgen.transpiler.errors import AdgenError, UnsupportedError
from adgen.transpiler.ir.types import Array
from adgen.transpiler.signature import show

SIZE = 10_000
COLUMNS = (
    Column("function"), Column("NumPy", True), Column("primal", True), Column("gradient", True),
    Column("÷ primal", True), Column("÷ NumPy", True), Column("compile", True),
    Column("residuals", True),
)  # fmt: skip


@dataclass(frozen=True)
class Measured:
    """Seconds of one call of each, seconds of compiling both, bytes between the sweeps."""

    function: str
    types: Mapping[str, str]
    numpy: float
    primal: float
    gradient: float
    compile_primal: float
    compile_gradient: float
    residual_bytes: int
    residual_formula: str
    residual_exact: bool
    shapes: Mapping[str, str]

    def row(self) -> tuple[str, ...]:
        """The cells of the table."""
        stored = in_units(self.residual_bytes) + ("" if self.residual_exact else " or more")
        return (
            self.function, _time(self.numpy), _time(self.primal), _time(self.gradient),
            f"{self.gradient / self.primal:.2f}", f"{self.gradient / self.numpy:.3g}",
            f"{self.compile_primal + self.compile_gradient:.2f} s", stored,
        )  # fmt: skip


def command(
    target: options.Target,
    wrt: options.Wrt = "",
    args: options.Args = "",
    inputs: options.Inputs = "",
    size: Annotated[
        int,
        typer.Option(
            min=1, metavar="NUMBERS", help="How many numbers the largest array has, about."
        ),
    ] = SIZE,
    fastmath: Annotated[
        bool, typer.Option("--fastmath", help="Sums in any order, and what else is not exact.")
    ] = False,
    parallel: Annotated[bool, typer.Option("--parallel", help="With loops on threads.")] = False,
    json: options.Json = False,
    seconds: options.SecondsEach = limits.SECONDS,
) -> None:
    """Time the function in NumPy, compiled, and its gradient; FILE is executed.

    Columns: one call of the Python function as it is; of the compiled function; of value and
    gradient; the gradient over the compiled function and over NumPy; compiling both for the first
    time; what the gradient keeps between its sweeps.  Times are medians of processor time.
    """
    asked = Asked(target, wrt, args, parallel)
    chosen = Options(fastmath=fastmath, parallel=parallel)
    with _fresh_cache(), np.errstate(all="ignore"), silenced():
        every = list(_all(asked, inputs, size, chosen, seconds))
    rows = [found for _, found in every if isinstance(found, Measured)]
    left = [LeftOut(name, found) for name, found in every if not isinstance(found, Measured)]
    if not rows:
        raise left[0].error
    if json:
        print_json([asdict(row) for row in rows])
    else:
        print_table(COLUMNS, [row.row() for row in rows])
        for row in rows:
            print(f"{row.function}: {', '.join(f'{n}: {s}' for n, s in row.shapes.items())}")
    tell(left)


def measurements(asked: Asked) -> list[Measured]:
    """What the functions of a file cost that can be called; the file is executed."""
    with _fresh_cache(), np.errstate(all="ignore"), silenced():
        every = list(_all(asked, "", SIZE, Options(), limits.SECONDS))
    return [found for _, found in every if isinstance(found, Measured)]


def _all(
    asked: Asked, inputs: str, size: int, chosen: Options, seconds: int
) -> Iterator[tuple[str, Measured | AdgenError]]:
    with limits.running(f"running {asked.file}", seconds):
        module = living.executed(asked.file)
    wanted = targets(asked, living.described(asked.file, module, asked.name))
    given = samples.parsed_inputs(inputs, vars(module))
    functions = living.functions_of(module, asked.name)
    for target in wanted:
        found: Measured | AdgenError
        try:
            with limits.running(f"`{target.name}`", seconds, called=True):
                found = _measured(target, functions[target.name], given, size, chosen)
        except (UnsupportedError, limits.OutOfTime) as error:
            if target.explicitly:
                raise
            found = error
        yield target.name, found


def _measured(
    target: Target, function: Any, given: Mapping[str, Any], size: int, chosen: Options
) -> Measured:
    item = target.listed()
    plain = function.py_func if isinstance(function, Differentiable) else function
    own = {name: value for name, value in given.items() if name in item.arguments}
    item = samples.with_types_of(item, own)
    made = Differentiable(plain, item.positions, chosen)
    original = samples.by_position(made)
    kinds = [leaf.type for leaf in leaves_of(item.arguments)]
    rank = max([kind.ndim for kind in kinds if isinstance(kind, Array)], default=1)
    extent = max(2, round(size ** (1 / rank)))
    plans = samples.plans(samples.optimised(item), extent)
    args, failure = samples.called(original, item, own, list(plans), finite=False)
    if failure is not None:
        raise AdgenError(
            f"`{target.name}` cannot be called with random arguments: "
            f"{type(failure).__name__}: {failure}",
            hint='give arguments: --inputs "..."',
        )
    value, writes = _once(original, args)
    gradient = _gradient(made, args, value)
    primal = _with_arguments(made, args, writes)
    compile_primal, compile_gradient = clocked(primal), clocked(gradient)
    stored = made.residual_bytes(*args)
    plainly = _with_arguments(original, args, writes)
    times = medians({"numpy": plainly, "primal": primal, "gradient": gradient})
    return Measured(
        target.name, {n: show(a) for n, a in item.arguments.items()},
        times["numpy"], times["primal"], times["gradient"], compile_primal, compile_gradient,
        int(stored), stored.formula, stored.exact,
        {n: _shape(value) for n, value in zip(item.arguments, args, strict=True)},
    )  # fmt: skip


def _gradient(made: Differentiable, args: tuple[Any, ...], value: Any) -> Callable[[], Any]:
    """Value and gradient; of what is not one number, value and pullback of a cotangent."""
    if isinstance(value, (float, np.floating)):
        return lambda: made.value_and_grad(*args)
    cotangent = random_cotangent(np.random.default_rng(0), value)

    def both() -> Any:
        _, pullback = made.vjp(*args)
        return pullback(cotangent)

    return both


def _with_arguments(
    function: Callable[..., Any], args: tuple[Any, ...], fresh: bool
) -> Callable[[], Any]:
    """A call with these arguments, or with ``fresh`` copies of them."""
    if fresh:
        return lambda: function(*copy.deepcopy(args))
    return lambda: function(*args)


def _once(function: Callable[..., Any], args: tuple[Any, ...]) -> tuple[Any, bool]:
    """The value, and whether a call changes its arguments, so that each needs fresh ones."""
    given = copy.deepcopy(args)
    value = function(*given)
    return value, any(
        isinstance(x, (list, dict)) or not np.array_equal(np.asarray(x), np.asarray(y))
        for x, y in zip(args, given, strict=True)
        if isinstance(x, (np.ndarray, list, dict))
    )


def _shape(value: Any) -> str:
    return str(np.shape(value)) if isinstance(value, np.ndarray) else type(value).__name__


def _time(seconds: float) -> str:
    for unit, scale in (("s", 1.0), ("ms", 1e3), ("µs", 1e6)):
        if seconds * scale >= 1.0:
            return f"{seconds * scale:.3g} {unit}"
    return f"{seconds * 1e9:.0f} ns"


class _fresh_cache:
    """Compilation is to be measured: nothing is found on disk; Numba itself is loaded before."""

    def __enter__(self) -> None:
        import adgen.runtime.kernels  # noqa: F401

        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self._before = os.environ.get("ADGEN_CACHE_DIR")
        os.environ["ADGEN_CACHE_DIR"] = self._folder.name
        Differentiable(_warm, 0, Options()).value_and_grad(1.0)

    def __exit__(self, *_: object) -> None:
        if self._before is None:
            del os.environ["ADGEN_CACHE_DIR"]
        else:
            os.environ["ADGEN_CACHE_DIR"] = self._before
        self._folder.cleanup()


def _warm(x: float) -> float:
    return x * x
