"""What a program says: the arguments of ``print`` and of exceptions, with places for values.

A template has one entry per argument: a constant string, None for a value as it is, a *text*:
a string made of constant pieces and of fields, as an f-string is; or ``Items``, a tuple of
entries, and ``NOTHING``, the object None.  Its values are operands of the op, in order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Field:
    """A value inside a text: ``{value!conversion:spec}``.

    ``conversion`` is ``""``, ``"r"``, ``"s"``, ``"a"``, or ``"%"`` for ``spec % value``.
    """

    conversion: str = ""
    spec: str = ""

    def render(self, value: Any) -> str:
        """The characters that stand for a value."""
        if self.conversion == "%":
            return self.spec % (value,)
        convert = {"": None, "r": repr, "s": str, "a": ascii}[self.conversion]
        return format(value if convert is None else convert(value), self.spec)


Text = tuple[str | Field, ...]


@dataclass(frozen=True, slots=True)
class Items:
    """A tuple of what the entries say; without entries and ``nothing``: the object None."""

    entries: tuple[Any, ...] = ()
    nothing: bool = False


NOTHING = Items(nothing=True)
Template = tuple[str | Text | Items | None, ...]


@dataclass(frozen=True, slots=True)
class Error:
    """An exception that is raised: ``cls(*template, **keywords) from cause``.

    The last entries of the template belong to the ``keywords``.  The values of the cause
    follow its own.  ``silent``: ``from None``.
    """

    cls: type[BaseException]
    template: Template = ()
    keywords: tuple[str, ...] = ()
    cause: Error | None = None
    silent: bool = False

    def __str__(self) -> str:
        return f"{self.cls.__name__}{self.template}"


def places(template: Template) -> int:
    """How many values a template takes."""
    return sum(map(_places, template))


def _places(entry: str | Text | Items | None) -> int:
    if isinstance(entry, Items):
        return places(entry.entries)
    return _fields(entry) if isinstance(entry, tuple) else int(entry is None)


def places_of(error: Error) -> int:
    """How many values an exception takes, with its causes."""
    own = places(error.template)
    return own if error.cause is None else own + places_of(error.cause)


def _fields(text: Text) -> int:
    return sum(isinstance(piece, Field) for piece in text)


def filled(template: Template, values: Iterator[Any]) -> list[Any]:
    """The arguments that a template makes of values."""
    out: list[Any] = []
    for entry in template:
        if isinstance(entry, Items):
            out.append(None if entry.nothing else tuple(filled(entry.entries, values)))
        elif isinstance(entry, tuple):
            out.append("".join(_piece(piece, values) for piece in entry))
        else:
            out.append(next(values) if entry is None else entry)
    return out


def _piece(piece: str | Field, values: Iterator[Any]) -> str:
    return piece if isinstance(piece, str) else piece.render(next(values))


def exception(error: Error, values: Sequence[Any]) -> BaseException:
    """The exception itself, ready to be raised."""
    return _exception(error, iter(values))


def _exception(error: Error, values: Iterator[Any]) -> BaseException:
    arguments = filled(error.template, values)
    count = len(arguments) - len(error.keywords)
    named = dict(zip(error.keywords, arguments[count:], strict=True))
    made = error.cls(*arguments[:count], **named)
    if error.cause is not None:
        made.__cause__ = _exception(error.cause, values)
    elif error.silent:
        made.__cause__ = None
    return made
