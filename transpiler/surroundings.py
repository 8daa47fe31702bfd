"""What a program finds around it: globals, closure cells, attributes of living objects.

Everything that is read here is noted, because a compilation holds only as long as it is the
same.  No code of the user runs: attributes are looked up in the tables that hold them.
"""

from __future__ import annotations

import builtins
import contextlib
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from types import CellType, FunctionType, GetSetDescriptorType, MemberDescriptorType, ModuleType
from typing import Any, Final, Protocol


class _Missing:
    """The answer of a look-up when a name has no value that is known."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()


class Bindings(Protocol):
    """What the free names of a function mean."""

    def lookup(self, name: str) -> object:
        """The object that a name denotes, or MISSING."""
        ...

    def reason(self, name: str) -> str:
        """Why ``lookup`` says MISSING: half a sentence for an error message."""
        ...

    def remedy(self, name: str) -> str:
        """What a user can do about that; empty if there is nothing to say."""
        ...


class Table(Protocol):
    """Where a name is looked up again, to see whether it still means the same."""

    def get(self, name: str, default: Any, /) -> Any:
        """The value of a name."""
        ...


@dataclass(frozen=True, slots=True)
class Reading:
    """A name of the living program that a compilation has read, and what it was then."""

    table: Table
    name: str
    value: object


# What programs do not rebind: nothing that is read of these packages is noted.
LIBRARIES = frozenset(
    {"adgen", "autograd", "jax", "numba", "numpy", "scipy"}
    | {"builtins", "cmath", "functools", "itertools", "math", "operator"}
)
_observers: ContextVar[tuple[list[Reading], ...]] = ContextVar("observers", default=())


@contextlib.contextmanager
def observed_readings() -> Iterator[list[Reading]]:
    """Collects what is read of the living program: what a compilation depends on."""
    seen: list[Reading] = []
    token = _observers.set((*_observers.get(), seen))
    try:
        yield seen
    finally:
        _observers.reset(token)


def read(table: Table, name: str) -> object:
    """The present value of a name, noted; MISSING if there is none (noted too)."""
    value = table.get(name, MISSING)
    for seen in _observers.get():
        seen.append(Reading(table, name, value))
    return value


def note_parts(given: Mapping[str, object]) -> None:
    """Note arguments that a function has before a call: a list among them may change."""
    for name, value in given.items():
        if not isinstance(value, (int, float, complex, str, FunctionType, type(None))):
            read(given, name)


@dataclass(frozen=True, eq=False, slots=True)
class Contents:
    """The table of one closure cell."""

    owner: CellType

    def get(self, name: str, default: Any, /) -> Any:
        """What is in the cell; ``default`` if the enclosing function has not assigned it."""
        try:
            return self.owner.cell_contents
        except ValueError:
            return default


@dataclass(frozen=True, eq=False, slots=True)
class ClassTable:
    """Attributes of a class and its bases as they are stored: no descriptor is called.

    ``after``: only the bases behind that one, as ``super()`` looks.
    """

    owner: type
    after: type | None = None

    def get(self, name: str, default: Any, /) -> Any:
        """The first in the order of the bases."""
        bases = self.owner.__mro__
        if self.after is not None:
            bases = bases[bases.index(self.after) + 1 :]
        for base in bases:
            if name in vars(base):
                return vars(base)[name]
        return default


@dataclass(frozen=True, eq=False, slots=True)
class Slots:
    """Values in the slots of an object."""

    owner: object

    def get(self, name: str, default: Any, /) -> Any:
        """The value in a slot; ``default`` if it is empty."""
        return getattr(self.owner, name, default)


@dataclass(frozen=True, eq=False)
class LiveBindings:
    """Closure cells, then globals, then builtins of a function, read at the time of the look-up."""

    function: FunctionType

    def lookup(self, name: str) -> object:
        """The object that a name denotes now, or MISSING."""
        function = self.function
        free = function.__code__.co_freevars
        if name in free:
            return read(Contents((function.__closure__ or ())[free.index(name)]), name)
        if name in function.__globals__:
            if is_library(function.__globals__.get("__name__", "")):
                return function.__globals__[name]
            return read(function.__globals__, name)
        return getattr(builtins, name, MISSING)

    def reason(self, name: str) -> str:
        """Why the name is MISSING."""
        if name in self.function.__code__.co_freevars:
            return "the enclosing function has not assigned it yet"
        return "it is not defined"

    def remedy(self, name: str) -> str:
        """Nothing: the name has to be defined, and the reason says so."""
        return ""


def is_library(module: str) -> bool:
    """Whether a module is part of a package whose names are not rebound."""
    return module.split(".")[0] in LIBRARIES


def class_attribute(cls: type, name: str, after: type | None = None) -> object:
    """What a class or its bases hold under a name, as it is stored; MISSING if nothing.

    ``after``: only the bases behind that one.
    """
    return read(ClassTable(cls, after), name)


def own_attribute(thing: object, name: str) -> object:
    """What an object itself holds under a name (in its dictionary or a slot), or MISSING."""
    if isinstance(thing, ModuleType) and (name not in vars(thing) or is_library(thing.__name__)):
        return getattr(thing, name, MISSING)  # a module may load its parts when they are asked for
    stored = ClassTable(type(thing)).get(name, None)
    if isinstance(stored, (MemberDescriptorType, GetSetDescriptorType)):
        return read(Slots(thing), name)
    table = getattr(thing, "__dict__", None)
    return read(table, name) if isinstance(table, dict) else MISSING
