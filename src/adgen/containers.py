"""A user's own type of containers, made known in one call."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any

from adgen import keys
from adgen.transpiler.errors import AdgenError
from adgen.transpiler.ir.trees import Access, Keys, Kind, Parts, register


def register_container(
    cls: type,
    take: Callable[[Any], Mapping[Any, Any]],
    make: Callable[[dict[Any, Any]], Any],
    access: Access = "attribute",
) -> None:
    """Let instances of ``cls`` nest numbers and arrays, as dicts and lists do.

    ``take``: a container to its parts by name; ``make``: parts by name to a container.
    ``access``: how a program reads a part, by ``"attribute"`` (``c.w``) or ``"item"``
    (``c["w"]``).  Named tuples, dataclasses and attrs classes need no registration.

    >>> class Line:
    ...     def __init__(self, slope, offset):
    ...         self.slope, self.offset = slope, offset
    >>> register_container(Line, vars, lambda parts: Line(**parts))
    """
    if not isinstance(cls, type):
        raise AdgenError(f"{cls!r} is no class", hint="pass the class of the containers")
    if access not in ("attribute", "item"):
        raise AdgenError(f"access={access!r} is not known", hint='say "attribute" or "item"')

    def taken(container: Any) -> tuple[Keys, Parts]:
        parts = take(container)
        return tuple(parts), tuple(parts.values())

    def made(names: Keys, parts: Parts) -> Any:
        found: dict[Hashable, Any] = dict(zip(names, parts, strict=True))
        return make(found)

    register(Kind(cls, taken, made, access))
    keys.forget(cls)
