"""``vjp`` and ``jvp``: one run of a function, and its linear part in one direction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from adgen.callables import alias_check
from adgen.compilations import Build, Compilations, Wanted
from adgen.keys import type_key
from adgen.leaves import array_like, scalar_like, tangent_like
from adgen.options import Options
from adgen.results import cotangent_function, value_function
from adgen.runtime import trees
from adgen.transpiler.ir.types import Array, is_float


class Pullback:
    """From a cotangent of the value to cotangents of the arguments; may be called often."""

    def __init__(
        self,
        build: Build,
        residuals: Any,
        value: Any,
        finish: Callable[[tuple[Any, ...]], Any],
    ) -> None:
        self._build = build
        self._residuals = residuals
        self._value = value
        self._finish = finish

    def __call__(self, cotangent: Any) -> Any:
        """The cotangents of the arguments, given one that nests like the value.

        Raises ValueError when structure or shapes are not those of the value.
        """
        structure = self._build.compiled.structure
        if structure is not trees.LEAF and trees.structure_of(cotangent) != structure:
            raise ValueError("the cotangent must be a tuple that nests like the value")
        seeds = []
        parts = [cotangent] if structure is trees.LEAF else list(trees.leaves(cotangent))
        values = [self._value] if structure is trees.LEAF else list(trees.leaves(self._value))
        for kind, value, part in zip(self._build.value_types, values, parts, strict=True):
            if not is_float(kind):
                continue  # integers have no cotangent
            if isinstance(kind, Array):
                seeds.append(array_like(np.shape(value), kind.dtype, part, "cotangent"))
            else:
                seeds.append(scalar_like(kind, part, "cotangent"))
        # without residuals the backward function takes the seeds alone
        given = seeds if self._residuals is None else [self._residuals, *seeds]
        return self._finish(self._build.functions[1](*given))

    def __repr__(self) -> str:
        return f"<adgen pullback of {self._build.compiled.functions[0].name}>"


def vjp(
    compilations: Compilations,
    positions: tuple[int, ...],
    packed: bool,
    options: Options,
    args: tuple[Any, ...],
) -> tuple[Any, Pullback]:
    """``(value, pullback)`` of a function at arguments bound to its parameters."""
    build = _built(compilations, Wanted("pair", positions, 1, options), args)
    # the pullback may run long after the caller has changed his arrays
    flat = tuple(
        [leaf.copy() if isinstance(leaf, np.ndarray) else leaf for leaf in build.flat(args)]
    )
    value, residuals = build.functions[0](*flat), None
    if build.compiled.functions[0].residuals_out:
        value, residuals = value
    finish = cotangent_function([args[k] for k in positions], packed)
    value = _detached(_finished(build, value), [*_arrays(residuals), *_arrays(flat)])
    return value, Pullback(build, residuals, value, finish)


def _arrays(tree: Any) -> Iterator[np.ndarray[Any, Any]]:
    """The arrays in nested tuples."""
    return (leaf for leaf in trees.leaves(tree) if isinstance(leaf, np.ndarray))


def _detached(value: Any, kept: Sequence[np.ndarray[Any, Any]]) -> Any:
    """The value, copied where the pullback keeps the same memory: the caller may write to it."""
    if isinstance(value, tuple):
        return tuple([_detached(part, kept) for part in value])
    if isinstance(value, np.ndarray) and any(np.may_share_memory(value, own) for own in kept):
        return value.copy()
    return value


def jvp(
    compilations: Compilations,
    options: Options,
    primals: Sequence[Any],
    tangents: Sequence[Any],
) -> tuple[Any, Any]:
    """``(value, tangent)``; a tangent of None or of zeros for an integer is left out."""
    parameters = compilations.parameters
    primals, tangents = tuple(primals), tuple(tangents)
    if len(tangents) != len(primals):
        raise ValueError(
            f"there are {len(tangents)} tangents for {len(primals)} arguments: give one for each"
        )
    args = parameters.bind(primals, {})
    positions = tuple(
        [k for k, (x, t) in enumerate(zip(primals, tangents, strict=True)) if _moves(x, t)]
    )
    build = _built(compilations, Wanted("jvp", positions, 1, options), args)
    flat = build.flat(args)
    given = [part for k in positions for part in trees.leaves(tangents[k])]
    if len(given) != len(build.wrt):
        raise ValueError("a tangent must be a tuple that nests like its argument")
    dots = [
        tangent_like(build.leaves[k], flat[k], part, "tangent")
        for k, part in zip(build.wrt, given, strict=True)
    ]
    value, tangent = build.functions[0](*flat, *dots)
    return _finished(build, value), _finished(build, tangent)


def _moves(primal: Any, tangent: Any) -> bool:
    """Whether an argument varies in the direction of its tangent at all."""
    if tangent is None or (type(tangent) is int and tangent == 0):
        return False
    if isinstance(primal, (np.ndarray, np.generic, int)) and np.asarray(primal).dtype.kind in "biu":
        return bool(np.any(tangent))
    return True


def _built(compilations: Compilations, wanted: Wanted, args: tuple[Any, ...]) -> Build:
    build = compilations.build(wanted, tuple([type_key(value) for value in args]), args)
    check = alias_check(build)
    if check is not None:
        check(args)
    return build


def _finished(build: Build, value: Any) -> Any:
    finish = value_function(build.compiled.structure, build.value_types)
    return finish(value) if finish else value
