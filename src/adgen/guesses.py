"""Calls whose code guesses that computed extents are not 1, repeated without the guess.

Where NumPy would stretch an axis whose length only the run tells, generated code guards that
nothing is stretched.  A guard that fails raises ValueError; then the function is compiled once
more, guessing nothing, and from then on that code serves arguments of these types.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from adgen.transpiler.errors import UnsupportedError
from adgen.transpiler.ir.core import MISMATCH

if TYPE_CHECKING:
    from adgen.compilations import Build, Compilations, Wanted

Result = TypeVar("Result")


def from_guard(error: ValueError) -> bool:
    """Whether an exception comes from a guard of generated code."""
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
    except ValueError as error:
        if not from_guard(error):
            raise
        return again(compilations, wanted, key, args, call, build, error)


def again(
    compilations: Compilations,
    wanted: Wanted,
    key: Hashable,
    args: tuple[Any, ...],
    call: Callable[[Build], Result],
    build: Build,
    error: ValueError,
) -> Result:
    """``call`` with code that guesses nothing, after a guard has failed in that of ``build``.

    The code is kept if it succeeds.  Raises ValueError where shapes just differ.
    """
    if not build.compiled.guesses:
        raise _with_shapes(compilations, args) from None
    try:
        build = compilations.build(wanted, key, args, speculates=False)
    except UnsupportedError as refusal:
        error.add_note(
            "A computed extent may be 1 here, which NumPy would broadcast; in this function that "
            f"is not compiled:\n{refusal}"
        )
        raise error from None
    try:
        result = call(build)
    except ValueError as second:
        if from_guard(second):
            raise _with_shapes(compilations, args) from None
        raise second from None
    compilations.unguessed.add(key)
    return result


def _with_shapes(compilations: Compilations, args: tuple[Any, ...]) -> ValueError:
    """The exception of shapes that differ, with those of the arguments."""
    shapes = [
        f"{name} has shape {value.shape}"
        for name, value in zip(compilations.parameters.names, args, strict=True)
        if isinstance(value, np.ndarray)
    ]
    return ValueError(f"{MISMATCH} ({', '.join(shapes)})" if shapes else MISMATCH)


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
