"""Calls whose code guesses that computed extents are not 1, repeated without the guess.

Where NumPy would stretch an axis whose length only the run tells, generated code guards that
nothing is stretched.  A guard that fails raises ValueError; then the function is compiled once
more, guessing nothing, and from then on that code serves arguments of these types.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from adgen.raised import explain
from adgen.transpiler.errors import UnsupportedError
from adgen.transpiler.ir.core import MISMATCH

if TYPE_CHECKING:
    from adgen.builds import Build, Wanted
    from adgen.compilations import Compilations

Result = TypeVar("Result")


def from_guard(error: Exception) -> bool:
    """Whether an exception comes from a guard of generated code."""
    if not isinstance(error, ValueError):
        return False
    said = error.args[0] if len(error.args) == 1 else None  # of the user's, it may be an array
    return isinstance(said, str) and said == MISMATCH


def run(
    compilations: Compilations,
    wanted: Wanted,
    key: Hashable,
    args: tuple[Any, ...],
    call: Callable[[Build], Result],
) -> Result:
    """``call`` with what is compiled for such arguments; again without guess where one fails."""
    build = compilations.build(wanted, key, args)
    try:
        return call(build)
    except Exception as error:
        if not from_guard(error):
            explain(error, build.written)
            raise
        return again(compilations, wanted, key, args, call, build, error)


def again(
    compilations: Compilations,
    wanted: Wanted,
    key: Hashable,
    args: tuple[Any, ...],
    call: Callable[[Build], Result],
    build: Build,
    error: Exception,
) -> Result:
    """``call`` with code that guesses nothing, after a guard has failed in that of ``build``.

    The code is kept if it succeeds.  Raises ValueError where shapes just differ.
    """
    if not build.compiled.guesses:
        raise _with_shapes(compilations, args, build, error) from None
    try:
        build = compilations.build(wanted, key, args, speculates=False)
    except UnsupportedError as refusal:
        error.add_note(
            "A length that only the run tells was guessed, and is another one here (1, which NumPy "
            f"would broadcast); without the guess this function is not compiled:\n{refusal}"
        )
        raise error from None
    try:
        result = call(build)
    except Exception as second:
        if from_guard(second):
            raise _with_shapes(compilations, args, build, second) from None
        explain(second, build.written)
        raise second from None
    compilations.unguessed.add(key)
    return result


def _with_shapes(
    compilations: Compilations, args: tuple[Any, ...], build: Build, error: Exception
) -> ValueError:
    """The exception of shapes that differ, with those of the arguments, and where that was."""
    shapes = [
        f"{name} has shape {value.shape}"
        for name, value in zip(compilations.parameters.names, args, strict=True)
        if isinstance(value, np.ndarray)
    ]
    made = ValueError(f"{MISMATCH} ({', '.join(shapes)})" if shapes else MISMATCH)
    explain(made, build.written, error.__traceback__)
    return made


def undoing(build: Build) -> Callable[[tuple[Any, ...]], Any]:
    """The call of a function that mutates its arguments.

    They are as before when a guess has failed.
    """
    function, writes = build.functions[0], build.compiled.writes
    if not build.compiled.guesses:
        return lambda flat: function(*flat)

    def run(flat: tuple[Any, ...]) -> Any:
        before = [flat[k].copy() for k in writes]
        try:
            return function(*flat)
        except ValueError as error:
            if from_guard(error):
                for k, array in zip(writes, before, strict=True):
                    flat[k][...] = array
            raise

    return run
