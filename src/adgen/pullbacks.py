"""``vjp`` and ``jvp``: one run of a function, and its linear part in one direction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from adgen import guesses
from adgen.builds import Build, Wanted
from adgen.callables import alias_check
from adgen.compilations import Compilations
from adgen.directions import array_like, parts_like, scalar_like, tangent_like
from adgen.keys import type_key
from adgen.options import Options
from adgen.raised import explain
from adgen.transpiler.ir.types import Array, is_float

_NESTS = "tangent nests like its argument"


class Pullback:
    """From a cotangent of the value to cotangents of the arguments; may be called often."""

    def __init__(
        self,
        build: Build,
        residuals: Any,
        shapes: Sequence[tuple[int, ...]],
        finish: Callable[[tuple[Any, ...]], Any],
        flat: tuple[Any, ...],
    ) -> None:
        self._build = build
        self._residuals = residuals
        self._shapes = shapes
        self._finish = finish
        self._flat = flat if build.watch else ()  # needed to look into what is not finite

    def __call__(self, cotangent: Any) -> Any:
        """The cotangents of the arguments, given one that nests like the value.

        Raises ValueError when structure or shapes are not those of the value.
        """
        structure = self._build.compiled.structure
        parts = parts_like(structure, cotangent, "cotangent nests like the value")
        seeds = []
        for kind, shape, part in zip(self._build.value_types, self._shapes, parts, strict=True):
            if not is_float(kind):
                continue  # integers have no cotangent
            if isinstance(kind, Array):
                seeds.append(array_like(shape, kind.dtype, part, "cotangent"))
            else:
                seeds.append(scalar_like(kind, part, "cotangent"))
        # without residuals the backward function takes the seeds alone
        given = seeds if self._residuals is None else [self._residuals, *seeds]
        try:
            cotangents = self._build.functions[1](*given)
        except Exception as error:
            explain(error, self._build.written)
            raise
        if self._build.watch is not None:
            self._build.watch.check_pullback(cotangents, self._flat, seeds)
        return self._finish(cotangents)

    def __repr__(self) -> str:
        return f"<adgen pullback of {self._build.compiled.names[0]}>"


def vjp(
    compilations: Compilations,
    positions: tuple[int, ...],
    packed: bool,
    options: Options,
    args: tuple[Any, ...],
) -> tuple[Any, Pullback]:
    """``(value, pullback)`` of a function at arguments bound to its parameters."""

    def run(build: Build) -> tuple[Any, Pullback]:
        return _forward_sweep(build, args, packed)

    return _called(compilations, Wanted("pair", positions, 1, options), args, run)


def _forward_sweep(build: Build, args: tuple[Any, ...], packed: bool) -> tuple[Any, Pullback]:
    # the pullback may run long after the caller has changed his arrays
    flat = tuple(
        [leaf.copy() if isinstance(leaf, np.ndarray) else leaf for leaf in build.flat(args)]
    )
    value, residuals = build.functions[0](*flat), None
    if build.compiled.residuals:
        value, residuals = value
    kept = [*_arrays(residuals), *_arrays(flat)]
    leaves = [_detached(leaf, kept) for leaf in build.take_value(value)]
    shapes = [np.shape(leaf) for leaf in leaves]
    finish = build.cotangents(args, packed)
    return build.make_value(leaves), Pullback(build, residuals, shapes, finish, flat)


def _arrays(nested: Any) -> Iterator[np.ndarray[Any, Any]]:
    """The arrays in nested tuples."""
    if isinstance(nested, tuple):
        for part in nested:
            yield from _arrays(part)
    elif isinstance(nested, np.ndarray):
        yield nested


def _detached(leaf: Any, kept: Sequence[np.ndarray[Any, Any]]) -> Any:
    """A leaf, copied where the pullback keeps the same memory: the caller may write to it."""
    if isinstance(leaf, np.ndarray) and any(np.may_share_memory(leaf, own) for own in kept):
        return leaf.copy()
    return leaf


def jvp(
    compilations: Compilations,
    options: Options,
    primals: Sequence[Any],
    tangents: Sequence[Any],
) -> tuple[Any, Any]:
    """``(value, tangent)``; there is one tangent for each primal."""
    parameters = compilations.parameters
    primals, tangents = tuple(primals), tuple(tangents)
    if len(tangents) != len(primals):
        raise ValueError(
            f"there are {len(tangents)} tangents for {len(primals)} arguments: give one for each"
        )
    return jvp_of_bound(
        compilations, options, parameters.bind(primals, {}), parameters.packed(tangents)
    )


def jvp_of_bound(
    compilations: Compilations,
    options: Options,
    args: tuple[Any, ...],
    directions: tuple[Any, ...],
) -> tuple[Any, Any]:
    """The same for arguments bound to the parameters; those without a direction do not move.

    A tangent of None or of zeros for an integer is left out.
    """
    positions = tuple([k for k, t in enumerate(directions) if _moves(args[k], t)])

    def run(build: Build) -> tuple[Any, Any]:
        return _tangent(build, positions, args, directions)

    return _called(compilations, Wanted("jvp", positions, 1, options), args, run)


def _tangent(
    build: Build, positions: tuple[int, ...], args: tuple[Any, ...], directions: tuple[Any, ...]
) -> tuple[Any, Any]:
    flat = build.flat(args)
    dots = _dots(build, positions, flat, directions)
    value, tangent = build.functions[0](*flat, *dots)
    finish, finish_tangent = build.finish_value, build.finish_tangent
    return finish(value) if finish else value, (
        finish_tangent(tangent) if finish_tangent else tangent
    )


def _dots(
    build: Build, positions: tuple[int, ...], flat: tuple[Any, ...], directions: tuple[Any, ...]
) -> list[Any]:
    """The tangents of the leaves that vary.  Raises ValueError for other structures and shapes."""
    dots = []
    for position in positions:
        parts = parts_like(build.arguments[position], directions[position], _NESTS)
        leaves = [k for k, leaf in enumerate(build.leaves) if leaf.position == position]
        for k, part in zip(leaves, parts, strict=True):
            if k in build.wrt:
                dots.append(tangent_like(build.leaves[k], flat[k], part, "tangent"))
            elif part is not None and np.any(part):
                raise ValueError(f"`{build.leaves[k].name}` is no float: its tangent is zero")
    return dots


def _moves(primal: Any, tangent: Any) -> bool:
    """Whether an argument varies in the direction of its tangent at all."""
    if tangent is None or (type(tangent) is int and tangent == 0):
        return False
    if isinstance(primal, (np.ndarray, np.generic, int)) and np.asarray(primal).dtype.kind in "biu":
        return bool(np.any(tangent))
    return True


def _called(
    compilations: Compilations,
    wanted: Wanted,
    args: tuple[Any, ...],
    call: Callable[[Build], tuple[Any, Any]],
) -> tuple[Any, Any]:
    def run(build: Build) -> tuple[Any, Any]:
        check = alias_check(build)
        if check is not None:
            check(args)
        return call(build)

    key = tuple([type_key(value) for value in args])
    return guesses.run(compilations, wanted, key, args, run)
