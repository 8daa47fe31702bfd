"""How what a name stands for is kept while a call runs, and all that the calls of a site save."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from adgen.transpiler.frontend.bindings import Binding, Box, Closure, Ref


@dataclass(frozen=True, eq=False)
class Fixed:
    """The same in every activation."""

    binding: Binding


@dataclass(frozen=True, eq=False)
class Number:
    """A number on a stack."""

    place: Any


@dataclass(frozen=True, eq=False)
class View:
    """A view of an array that exists before the recursion, its indices part by part."""

    ref: Ref
    index: tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Whole:
    """A view of an array of the activation, which is number ``cell`` of those of the site."""

    cell: int
    ref: Ref
    index: tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Boxed:
    """A container of the activation; ``inner``: its contents."""

    box: Box
    inner: Any


@dataclass(frozen=True, eq=False)
class Made:
    """A function that the activation made, with the values of its defaults."""

    closure: Closure
    defaults: tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Parts:
    """A compound, part by part."""

    sample: Binding
    parts: tuple[Any, ...]


@dataclass(eq=False)
class Saved:
    """What the calls of one site save."""

    names: dict[str, Any] = field(default_factory=dict)
    cells: list[Any] = field(default_factory=list)  # places of the arrays
    pairs: set[tuple[Any, Any]] = field(default_factory=set)  # which may share memory
    stale: dict[int, Any] = field(default_factory=dict)
    shared: set[int] = field(default_factory=set)  # those that the call can reach


def binding_of(kept: Any, otherwise: Binding = 0) -> Binding:
    """Something like what is kept, for messages."""
    match kept:
        case Fixed(binding=binding):
            return binding
        case View(ref=ref) | Whole(ref=ref):
            return ref
        case Parts(sample=sample):
            return sample
        case Boxed(box=box):
            return box
        case Made(closure=closure):
            return closure
    return otherwise
