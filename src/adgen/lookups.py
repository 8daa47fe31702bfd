"""Whether what a compilation has read of the user's living program is still there."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from math import copysign
from types import BuiltinFunctionType, ModuleType
from typing import Any

import numpy as np

from adgen.transpiler.ir.trees import kind_of
from adgen.transpiler.surroundings import MISSING, Reading, Table

# What programs do not rebind; everything else that has been read is compared at every call.
SETTLED = (ModuleType, BuiltinFunctionType, np.ufunc, type)

_Parts = tuple[Callable[[], tuple[Any, ...]], tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Fresh:
    """A quick test that all names still mean what they meant.

    ``names``: tables, names, and what these meant.  ``containers``: how the parts of containers
    that were compiled in are read, and what they were.
    """

    names: tuple[tuple[Table, str, Any], ...]
    containers: tuple[_Parts, ...]

    def __call__(self) -> bool:
        """Whether all is as it was."""
        for table, name, value in self.names:
            now = table.get(name, MISSING)
            if now is not value and not _same_number(now, value):
                return False
        return all(_same_parts(parts(), then) for parts, then in self.containers)


def freshness(readings: Iterable[Reading]) -> Fresh | None:
    """The test for what has been read, or None if nothing of it can change."""
    names: dict[tuple[int, str], tuple[Table, str, Any]] = {}
    containers: dict[int, _Parts] = {}
    for seen in readings:
        if isinstance(seen.value, SETTLED):
            continue
        owner = getattr(seen.table, "owner", seen.table)
        names.setdefault((id(owner), seen.name), (seen.table, seen.name, seen.value))
        for inner in _containers_in(seen.value, containers):
            containers[id(inner)] = _parts_of(inner)
    if not names:
        return None
    return Fresh(tuple(names.values()), tuple(containers.values()))


def _same_number(now: Any, then: Any) -> bool:
    """Whether two objects are one number, which is as good as being one object."""
    if type(now) is not type(then) or not isinstance(now, (int, float)):
        return False
    return now == then and copysign(1.0, now) == copysign(1.0, then)


def _same_parts(now: tuple[Any, ...], then: tuple[Any, ...]) -> bool:
    return len(now) == len(then) and all(
        a is b or _same_number(a, b) for a, b in zip(now, then, strict=True)
    )


def _containers_in(value: Any, known: Container[int]) -> Iterable[Any]:
    """A container and those in it: their parts are compiled in, and may be replaced."""
    if type(value) is tuple:
        parts = value
    else:
        kind = kind_of(type(value))
        if kind is None or id(value) in known:
            return
        yield value
        parts = kind.take(value)[1]
    for part in parts:
        yield from _containers_in(part, known)


def _parts_of(container: Any) -> _Parts:
    """How the parts of a container are read, keys too, and what they are now."""
    kind = kind_of(type(container))
    assert kind is not None
    take = kind.take

    def parts() -> tuple[Any, ...]:
        keys, values = take(container)
        return (*keys, *values)

    if type(container) is list:
        return (lambda: tuple(container)), tuple(container)
    return parts, parts()
