"""What is compiled of a function for arguments of one kind, and what was asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from adgen.debugging import Watch
from adgen.leaves import Leaf, WriteBack
from adgen.lookups import Fresh
from adgen.options import Options
from adgen.raised import Written
from adgen.results import (
    cotangent_function,
    maker_of_value,
    tangent_function,
    value_function,
)
from adgen.runtime.streams import Stream
from adgen.structures import Make, Take, in_tuples, taker
from adgen.transpiler.ir.types import Type, is_generator
from adgen.transpiler.signature import Argument

if TYPE_CHECKING:
    from adgen.transpiler.requests import Compiled


@dataclass(frozen=True)
class Wanted:
    """What is to be compiled: the mode of the compiler, parameters by position, how."""

    mode: str
    positions: tuple[int, ...] = ()
    order: int = 1
    options: Options = field(default_factory=Options)


@dataclass(frozen=True)
class Build:
    """Compiled functions and what is needed to call them with arguments of one kind."""

    functions: tuple[Callable[..., Any], ...]
    compiled: Compiled
    arguments: tuple[Argument, ...]
    positions: tuple[int, ...]  # of the parameters that are differentiated by
    leaves: tuple[Leaf, ...]
    wrt: tuple[int, ...]  # the leaves that are differentiated by
    flatten: Take | None
    fresh: Fresh | None
    watch: Watch | None = None  # with debug_nans
    written: Written | None = None  # the module that the functions are of
    jit: bool = False

    def with_arrays_of_now(self) -> Build | None:
        """The same for arrays that have replaced others of their type; None if more has changed."""
        moved = self.fresh.moved() if self.fresh else None
        if moved is None:
            return None
        fresh, arrays = moved
        captures = tuple(arrays.get(id(array), array) for array in self.compiled.captures)
        if len(set(map(id, captures))) != len(captures):
            return None
        return replace(self, compiled=replace(self.compiled, captures=captures), fresh=fresh)

    @cached_property
    def captures(self) -> tuple[Any, ...]:
        """What is captured, as generated code takes it."""
        captured = self.compiled.captures
        return tuple(Stream(x) if self.jit and is_generator(x) else x for x in captured)

    @property
    def value_types(self) -> list[Type]:
        """Types of the leaves of the function's value."""
        return list(self.compiled.value_types)

    @cached_property
    def finish_value(self) -> Make | None:
        """What to do with a value that generated code returns, if anything."""
        return value_function(self.compiled.structure, self.value_types)

    @cached_property
    def finish_tangent(self) -> Make | None:
        """The same for a tangent of the value."""
        return tangent_function(self.compiled.structure, self.value_types)

    @cached_property
    def take_value(self) -> Take:
        """From a value that generated code returns to its leaves."""
        return taker(in_tuples(self.compiled.structure))

    @cached_property
    def make_value(self) -> Make:
        """From leaves to the value."""
        return maker_of_value(self.compiled.structure, self.value_types)

    @cached_property
    def effects(self) -> WriteBack:
        """What plain calls do about arguments that the function mutates."""
        compiled = self.compiled
        return WriteBack(
            self.leaves, self.arguments, compiled.writes, compiled.captures, compiled.updates
        )

    def cotangents(self, args: tuple[Any, ...], packed: bool) -> Make:
        """How flat cotangents become a gradient by arguments like these; ``packed``: a tuple."""
        made = self._cotangents.get(packed)
        if made is None:
            arguments = [self.arguments[k] for k in self.positions]
            examples = [args[k] for k in self.positions]
            made = self._cotangents[packed] = cotangent_function(arguments, examples, packed)
        return made

    @cached_property
    def _cotangents(self) -> dict[bool, Make]:
        return {}

    def flat(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """Arguments as generated code takes them, captured arrays at the end."""
        leaves = self.flatten(args) if self.flatten else args
        return (*leaves, *self.captures)
