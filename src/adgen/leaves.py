"""Arguments on their way in: flat leaves in the form that generated code takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from adgen.runtime.streams import Stream
from adgen.structures import Take, leaves_of_structure, places, taker
from adgen.transpiler.errors import AliasedMutation
from adgen.transpiler.ir.trees import Update, parts_of
from adgen.transpiler.ir.types import Static, Type, is_generator
from adgen.transpiler.signature import Argument
from adgen.updates import check_containers


@dataclass(frozen=True)
class Leaf:
    """One flat parameter: the expression that leads to it, its type, its parameter's position."""

    name: str
    type: Type
    position: int


def leaves_of(arguments: Mapping[str, Argument]) -> list[Leaf]:
    """The flat parameters of the generated function, in order; static arguments have none."""
    return [
        Leaf(place, kind, position)
        for position, (name, argument) in enumerate(arguments.items())
        for place, kind in zip(places(argument, name), leaves_of_structure(argument), strict=True)
    ]


def flatten_function(
    arguments: tuple[Argument, ...], args: tuple[Any, ...], jit: bool
) -> Take | None:
    """How arguments like these become leaves, or None if they are the leaves already.

    Arrays that are not in C's order are copied: generated code writes through reshapes of what
    it is given.  If ``jit`` so are those that Numba would type differently (read-only).
    """
    pick = taker(arguments)
    converters = [_converter(value, jit) for value in pick(args)]
    if not any(converters):
        flat = all(parts_of(a) is None and not isinstance(a, Static) for a in arguments)
        return None if flat else pick
    return lambda given: tuple(
        [
            convert(value) if convert else value
            for convert, value in zip(converters, pick(given), strict=True)
        ]
    )


def _converter(value: Any, jit: bool) -> Callable[[Any], Any] | None:
    if not isinstance(value, np.ndarray):
        return Stream if jit and is_generator(value) else None
    if value.ndim == 0:
        return _scalar_of
    if jit:
        return None if type(value) is np.ndarray and value.flags.carray else fresh_copy
    if not value.flags.c_contiguous:
        return fresh_copy
    return None if type(value) is np.ndarray else np.asarray


def _scalar_of(value: Any) -> Any:
    return value[()]


def fresh_copy(value: Any) -> Any:
    """An array as generated code takes it: in C's order, writable, of no subclass."""
    return np.array(value, order="C", copy=True, subok=False)


@dataclass(frozen=True)
class WriteBack:
    """What a plain call does to arguments that the function mutates."""

    leaves: tuple[Leaf, ...]
    arguments: tuple[Argument, ...]
    writes: tuple[int, ...]
    captures: tuple[Any, ...] = ()
    updates: tuple[Update, ...] = ()

    def check_writable(self, args: tuple[Any, ...]) -> None:
        """Raises ValueError for a read-only array, as NumPy does."""
        values = self._pick(args)
        for k in self.writes:
            if not values[k].flags.writeable:
                raise ValueError("assignment destination is read-only")

    def check_aliases(self, args: tuple[Any, ...]) -> None:
        """Refuse arrays that overlap one that is written to: what is read would change.

        The same for containers.  Raises AliasedMutation.
        """
        check_containers(self.arguments, self.updates, args)
        values = self._pick(args)
        names = [f"`{leaf.name}`" for leaf in self.leaves]
        names += ["an array of the surroundings"] * len(self.captures)
        for k in self.writes:
            for other, value in enumerate((*values, *self.captures)):
                if other == k or not isinstance(value, np.ndarray):
                    continue
                if np.may_share_memory(values[k], value) and np.shares_memory(values[k], value):
                    raise AliasedMutation(
                        f"{names[k]} is written to and shares memory with {names[other]}",
                        hint=f"pass a copy: {self.leaves[k].name}.copy()",
                    )

    @cached_property
    def _pick(self) -> Take:
        return taker(self.arguments)

    def restore(self, args: tuple[Any, ...], leaves: tuple[Any, ...]) -> None:
        """Copy what was written into copies back into the caller's arrays."""
        values = self._pick(args)
        for k in self.writes:
            if leaves[k] is not values[k]:
                values[k][...] = leaves[k]
