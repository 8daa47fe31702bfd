"""What is taken for the derivative at kinks: by default what most others take, else as chosen.

A convention has a name, and entries of the table name the one that they follow
(``Primitive.convention``).  Their rules ask here while they are traced.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

Chosen = tuple[tuple[str, float | str], ...]


@dataclass(frozen=True, slots=True)
class Convention:
    """``said``: what is decided; ``words``: what may be chosen, or () for any number."""

    said: str
    words: tuple[str, ...] = ()


CONVENTIONS: Mapping[str, Convention] = {
    "abs": Convention("the slope at 0"),
    "max": Convention("which of equal values has the derivative", ("share", "first", "last")),
    "clip": Convention("the slope at the bounds; a bound has the rest"),
    "sqrt": Convention("the slope at 0"),
}

_present: ContextVar[Mapping[str, float | str]] = ContextVar("subgradients", default={})  # noqa: B039


def slope(name: str, usual: float) -> float:
    """The number that is chosen for a convention, or the usual one."""
    found = _present.get().get(name, usual)
    assert isinstance(found, (int, float))
    return found


def word(name: str, usual: str) -> str:
    """The same for a convention of words."""
    return str(_present.get().get(name, usual))


def present() -> Chosen:
    """What is chosen now."""
    return tuple(_present.get().items())


@contextmanager
def following(chosen: Chosen) -> Iterator[None]:
    """Derive by these conventions meanwhile."""
    token = _present.set(dict(chosen))
    try:
        yield
    finally:
        _present.reset(token)


def checked(given: Mapping[str, float | str]) -> Chosen:
    """A choice of the user's, as part of a key.  Raises ValueError for what is no convention."""
    for name, value in given.items():
        if name not in CONVENTIONS:
            known = ", ".join(f'"{one}"' for one in CONVENTIONS)
            raise ValueError(f'there is no convention "{name}" for subgradients: there are {known}')
        words = CONVENTIONS[name].words
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if (value not in words) if words else not number:
            wanted = ", ".join(f'"{one}"' for one in words) if words else "a number"
            raise ValueError(f'subgradients "{name}": {value!r} is given, it takes {wanted}')
    return tuple(sorted((name, v if isinstance(v, str) else float(v)) for name, v in given.items()))
