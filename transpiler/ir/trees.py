"""Containers that nest leaves (pytrees): their kinds, and how one is taken apart and rebuilt.

A *tree* is a leaf, a plain tuple of trees, or a ``Node``.  What the leaves are depends on who
speaks: types of arguments, positions in a result, bindings of the front end.

The structure of a result (``core.Function.structure``) is a tree whose leaves are ``core.LEAF``,
one for each value that is computed, and ``Constant``s, which take no value.  Generated code
returns nested tuples: a ``Node`` as the tuple of its parts, a ``Constant`` as None in its place
(a result without any LEAF is not returned at all).  Whoever calls it makes the containers.
"""

from __future__ import annotations

import dataclasses
import functools
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Literal

Parts = tuple[Any, ...]
Keys = tuple[Hashable, ...]
Access = Literal["item", "attribute"]


@dataclass(frozen=True, eq=False, slots=True)
class Kind:
    """A type of containers.

    ``take``: a container to its keys and its parts; ``make``: keys and parts to a container;
    ``access``: whether ``c[key]`` or ``c.key`` reads a part.
    """

    cls: type
    take: Callable[[Any], tuple[Keys, Parts]]
    make: Callable[[Keys, Parts], Any]
    access: Access

    @property
    def changeable(self) -> bool:
        """Whether a program may replace the parts of an instance."""
        if self.cls in (list, dict, OrderedDict, defaultdict, Counter):
            return True
        if dataclasses.is_dataclass(self.cls):
            return not self.cls.__dataclass_params__.frozen  # type: ignore[attr-defined]
        return "__attrs_attrs__" in vars(self.cls) and "frozen" not in self.cls.__setattr__.__name__

    def __repr__(self) -> str:
        return f"<kind {self.cls.__qualname__}>"


@dataclass(frozen=True, slots=True)
class Node:
    """A container other than a plain tuple: its kind, and its parts in the order of its keys."""

    kind: Kind
    keys: Keys
    parts: Parts

    def __len__(self) -> int:
        return len(self.parts)

    def with_parts(self, parts: Parts) -> Node:
        """The same container of other parts."""
        return Node(self.kind, self.keys, parts)


@dataclass(frozen=True, eq=False, slots=True)
class Constant:
    """A part of a result that is known while compiling: None, a string, a function, …"""

    value: Any


@dataclass(frozen=True, eq=False, slots=True)
class Given:
    """An object of the caller: ``path`` leads to it, from the position of the argument on."""

    path: tuple[Any, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Update:
    """What a function leaves in a container that it was given.

    ``structure``: like that of a result; parts that are the caller's own objects are
    ``Constant(Given(path))``.
    """

    path: tuple[Any, ...]
    structure: Any


def _positions(value: Any) -> tuple[Keys, Parts]:
    parts = tuple(value)
    return tuple(range(len(parts))), parts


def _items(value: Any) -> tuple[Keys, Parts]:
    return tuple(value), tuple(value.values())


LIST = Kind(list, _positions, lambda keys, parts: list(parts), "item")
DICT = Kind(dict, _items, lambda keys, parts: dict(zip(keys, parts, strict=True)), "item")
ORDERED_DICT = Kind(
    OrderedDict, _items, lambda keys, parts: OrderedDict(zip(keys, parts, strict=True)), "item"
)


COUNTER = Kind(
    Counter, _items, lambda keys, parts: Counter(dict(zip(keys, parts, strict=True))), "item"
)

FACTORIES: dict[Kind, Callable[[], Any]] = {}  # of those dicts that make what is missing


@functools.cache
def defaulting(factory: type) -> Kind:
    """Dicts that make what is missing by calling a type."""

    def make(keys: Keys, parts: Parts) -> Any:
        return defaultdict(factory, zip(keys, parts, strict=True))

    kind = Kind(defaultdict, _items, make, "item")
    FACTORIES[kind] = factory
    return kind


def _rows(keys: Keys, parts: Parts) -> Any:
    """The items of a list, given in an array, or their parts in a tuple of lists."""
    (items,) = parts
    return [*zip(*items, strict=True)] if isinstance(items, tuple) else [*items]


def _numbers(keys: Keys, parts: Parts) -> Any:
    return parts[0].tolist()


# Lists whose length is known only at run time, in results: their items are in one array.
ROWS = Kind(list, _positions, _rows, "item")
NUMBERS = Kind(list, _positions, _numbers, "item")

_kinds: dict[type, Kind] = {
    list: LIST, dict: DICT, OrderedDict: ORDERED_DICT, Counter: COUNTER,
}  # fmt: skip


def register(kind: Kind) -> None:
    """Let instances of ``kind.cls`` (not of its subclasses) be containers."""
    _kinds[kind.cls] = kind


def kind_of(cls: type) -> Kind | None:
    """The kind of a class; None for leaves and for plain tuples.

    Named tuples, dataclasses and attrs classes are found without being registered.
    """
    if cls not in _kinds:
        fields = _fields(cls)
        if fields is None:
            return None
        _kinds[cls] = _by_attributes(cls, fields)
    return _kinds[cls]


def _fields(cls: type) -> tuple[str, ...] | None:
    if issubclass(cls, tuple) and isinstance(getattr(cls, "_fields", None), tuple):
        return tuple(cls._fields)  # type: ignore[attr-defined]
    if dataclasses.is_dataclass(cls):
        return tuple(field.name for field in dataclasses.fields(cls))
    if "__attrs_attrs__" in vars(cls):
        return tuple(field.name for field in cls.__attrs_attrs__)  # type: ignore[attr-defined]
    return None


def _by_attributes(cls: type, fields: tuple[str, ...]) -> Kind:
    """Instances are made without their ``__init__``, which need not take the fields as they are."""

    def take(value: Any) -> tuple[Keys, Parts]:
        return fields, tuple(getattr(value, name) for name in fields)

    def make(keys: Keys, parts: Parts) -> Any:
        if issubclass(cls, tuple):
            return tuple.__new__(cls, parts)
        made = object.__new__(cls)
        for name, part in zip(fields, parts, strict=True):
            object.__setattr__(made, name, part)
        return made

    return Kind(cls, take, make, "attribute")


def parts_of(tree: Any) -> Parts | None:
    """The parts of a container, or None for a leaf."""
    if isinstance(tree, Node):
        return tree.parts
    return tree if type(tree) is tuple else None


def tree_of(value: Any) -> Any:
    """A value as a tree of its leaves: ``(1, [2])`` becomes ``(1, Node(LIST, (0,), (2,)))``."""
    if type(value) is tuple:
        return tuple(tree_of(part) for part in value)
    kind = kind_of(type(value))
    if kind is None:
        return value
    keys, parts = kind.take(value)
    return Node(kind, keys, tuple(tree_of(part) for part in parts))


def map_tree(function: Callable[[Any], Any], tree: Any) -> Any:
    """The tree with ``function`` applied to each leaf, from left to right."""
    parts = parts_of(tree)
    if parts is None:
        return function(tree)
    made = tuple(map_tree(function, part) for part in parts)
    return tree.with_parts(made) if isinstance(tree, Node) else made


def built(tree: Any) -> Any:
    """The value that a tree of leaves stands for, with fresh containers."""
    parts = parts_of(tree)
    if parts is None:
        return tree
    made = tuple(built(part) for part in parts)
    return tree.kind.make(tree.keys, made) if isinstance(tree, Node) else made
