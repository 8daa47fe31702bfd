"""Who lowers what: registries that the handler modules fill when they are imported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from adgen.transpiler.frontend.bindings import Binding, Box, Static
from adgen.transpiler.ir.trees import Node

Handler = TypeVar("Handler", bound=Callable[..., Any])

EXPRESSIONS: dict[type, Callable[..., Binding]] = {}
STATEMENTS: dict[type, Callable[..., None]] = {}
CALLS: dict[Any, Callable[..., Binding]] = {}
METHODS: dict[str, Callable[..., Binding]] = {}
ATTRIBUTES: dict[str, Callable[..., Binding]] = {}
CONTAINER_METHODS: dict[tuple[type, str], Callable[..., Binding]] = {}


@dataclass(frozen=True, slots=True)
class Call:
    """A call with evaluated arguments."""

    node: Any
    name: str  # a hint for the Value of the result
    function: str  # as shown in messages
    args: tuple[Binding, ...]
    kwargs: dict[str, Binding]


def expression(kind: type) -> Callable[[Handler], Handler]:
    """Register ``handler(cx, node, name) -> Binding`` for a kind of expression."""
    return _register(EXPRESSIONS, kind)


def statement(kind: type) -> Callable[[Handler], Handler]:
    """Register ``handler(cx, node) -> None`` for a kind of simple statement."""
    return _register(STATEMENTS, kind)


def known(*callees: Any) -> Callable[[Handler], Handler]:
    """Register ``handler(cx, call) -> Binding`` for calls of these objects."""
    return _register(CALLS, *callees)


def method(*names: str) -> Callable[[Handler], Handler]:
    """Register ``handler(cx, base, call) -> Binding`` for a method of arrays."""
    return _register(METHODS, *names)


def container(cls: type, *names: str) -> Callable[[Handler], Handler]:
    """Register ``handler(cx, base, call) -> Binding`` for a method of a class of containers."""
    return _register(CONTAINER_METHODS, *((cls, name) for name in names))


def container_method(base: Binding, name: str) -> Callable[..., Binding] | None:
    """The handler of a method of a container; None if it is no container, or has none."""
    if isinstance(base, (Box, Node)):
        cls = base.kind.cls
    elif isinstance(base, tuple):
        cls = tuple
    elif isinstance(base, Static) and isinstance(base.value, (list, dict, tuple)):
        cls = type(base.value)
    else:
        return None
    found = (CONTAINER_METHODS.get((one, name)) for one in cls.__mro__)
    return next((handler for handler in found if handler is not None), None)


def attribute(*names: str) -> Callable[[Handler], Handler]:
    """Register ``handler(cx, base, node) -> Binding`` for an attribute of arrays."""
    return _register(ATTRIBUTES, *names)


def _register(table: dict[Any, Any], *keys: Any) -> Callable[[Handler], Handler]:
    def enter(handler: Handler) -> Handler:
        for key in keys:
            table[key] = handler
        return handler

    return enter
