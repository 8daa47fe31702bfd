"""Whether what a compilation has read of the user's living program is still there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import copysign
from types import BuiltinFunctionType, ModuleType
from typing import Any

import numpy as np

from adgen.keys import type_key
from adgen.transpiler.ir.trees import kind_of
from adgen.transpiler.ir.types import is_generator
from adgen.transpiler.surroundings import MISSING, Reading, Table

# What programs do not rebind; everything else that has been read is compared at every call.
SETTLED = (ModuleType, BuiltinFunctionType, np.ufunc, type)

Parts = Callable[[], tuple[Any, ...]]


@dataclass(frozen=True)
class _Picture:
    """A container as it was: its type, its keys, pictures of its parts (or what they are)."""

    cls: type
    keys: tuple[Any, ...]
    parts: tuple[Any, ...]


@dataclass(frozen=True)
class _Point:
    """An array without axes as it was: its number is compiled in."""

    array: np.ndarray[Any, Any]
    number: Any

    def holds(self) -> bool:
        return bool(self.array[()] == self.number)


@dataclass(frozen=True)
class Fresh:
    """A quick test that all names still mean what they meant.

    ``names``: tables, names, and what these meant; ``pictures`` shows it down to the last part.
    ``containers``: how the parts of containers that were compiled in are read, and what they
    were.  ``points``: arrays without axes, which are compiled in as numbers.
    """

    names: tuple[tuple[Table, str, Any], ...]
    containers: tuple[tuple[Parts, tuple[Any, ...]], ...]
    points: tuple[_Point, ...]
    pictures: tuple[Any, ...]

    def __call__(self) -> bool:
        """Whether all is as it was."""
        for table, name, value in self.names:
            now = table.get(name, MISSING)
            if now is not value and not _same_number(now, value):
                return False
        for parts, then in self.containers:
            if not _same_parts(parts(), then):
                return False
        return all(point.holds() for point in self.points)

    def moved(self) -> tuple[Fresh | None, dict[int, Any]] | None:
        """The test from now on, and the arrays of now by the ids of those they replace.

        None if something else has changed than arrays that others of their type replace: an
        array is a parameter of compiled code, everything else is a part of it.
        """
        arrays: dict[int, Any] = {}
        values = [table.get(name, MISSING) for table, name, _ in self.names]
        if not all(_same_but(a, b, arrays) for a, b in zip(self.pictures, values, strict=True)):
            return None
        if len({id(array) for array in arrays.values()}) != len(arrays):
            return None
        readings = [Reading(t, name, x) for (t, name, _), x in zip(self.names, values, strict=True)]
        return freshness(readings), arrays


def freshness(readings: Iterable[Reading]) -> Fresh | None:
    """The test for what has been read, or None if nothing of it can change."""
    names: dict[tuple[int, str], tuple[Table, str, Any]] = {}
    containers: dict[int, tuple[Parts, tuple[Any, ...]]] = {}
    points: dict[int, _Point] = {}
    pictures: list[Any] = []
    for seen in readings:
        key = id(getattr(seen.table, "owner", seen.table)), seen.name
        if isinstance(seen.value, SETTLED) or key in names:
            continue
        names[key] = seen.table, seen.name, seen.value
        pictures.append(_picture(seen.value, containers, points))
    if not names:
        return None
    return Fresh(
        tuple(names.values()), tuple(containers.values()), tuple(points.values()), tuple(pictures)
    )


def _picture(
    value: Any, containers: dict[int, tuple[Parts, tuple[Any, ...]]], points: dict[int, _Point]
) -> Any:
    """A value as it is now; the containers in it, whose parts may be replaced, are noted."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        return points.setdefault(id(value), _Point(value, value[()]))
    kind = None if type(value) is tuple else kind_of(type(value))
    if kind is None and type(value) is not tuple:
        return value
    if id(value) in containers:
        return value  # it contains itself, or was met before
    taken: tuple[Any, Any] = kind.take(value) if kind else ((), value)
    keys, parts = taken
    if kind is not None:
        containers[id(value)] = _reader(value, kind), (*keys, *parts)
    return _Picture(type(value), keys, tuple(_picture(x, containers, points) for x in parts))


def _reader(container: Any, kind: Any) -> Parts:
    """How the keys and the parts of a container are read."""

    def parts() -> tuple[Any, ...]:
        keys, values = kind.take(container)
        return (*keys, *values)

    return parts


def _same_number(now: Any, then: Any) -> bool:
    """Whether two objects are one number, which is as good as being one object."""
    if type(now) is not type(then) or not isinstance(now, (int, float, complex)):
        return False
    parts = ((now.real, then.real), (now.imag, then.imag))
    return all(a == b and copysign(1.0, a) == copysign(1.0, b) for a, b in parts)


def _same_parts(now: tuple[Any, ...], then: tuple[Any, ...]) -> bool:
    return len(now) == len(then) and all(
        a is b or _same_number(a, b) for a, b in zip(now, then, strict=True)
    )


def _same_but(then: Any, now: Any, arrays: dict[int, Any]) -> bool:
    """Whether ``now`` is ``then`` but for arrays, which are entered by the ids of the old."""
    if isinstance(then, _Point):
        return now is then.array and then.holds()
    if isinstance(then, _Picture):
        if type(now) is not then.cls:
            return False
        kind = kind_of(then.cls)
        taken: tuple[Any, Any] = kind.take(now) if kind else ((), now)
        keys, parts = taken
        return (
            _same_parts(tuple(keys), tuple(then.keys))
            and len(parts) == len(then.parts)
            and all(_same_but(a, b, arrays) for a, b in zip(then.parts, parts, strict=True))
        )
    if isinstance(then, np.ndarray) and isinstance(now, np.ndarray):
        return _is_like(then, now) and arrays.setdefault(id(then), now) is now
    if is_generator(then) and type(now) is type(then):
        return arrays.setdefault(id(then), now) is now
    return now is then or _same_number(now, then)


def _is_like(then: Any, now: Any) -> bool:
    """Whether what is compiled for one array serves the other."""
    flags = ("c_contiguous", "f_contiguous", "aligned", "writeable")
    return bool(type_key(then) == type_key(now)) and all(
        getattr(then.flags, flag) == getattr(now.flags, flag) for flag in flags
    )
