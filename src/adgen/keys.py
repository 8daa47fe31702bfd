"""Cheap keys of argument types: what a specialisation is looked up by at every call."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np

from adgen.transpiler.ir.layout import layout_of_array
from adgen.transpiler.ir.trees import Kind, kind_of
from adgen.transpiler.ir.types import is_generator_class

_NUMBERS = (float, int, bool)


def type_key(value: Any) -> Any:
    """A key that is equal for two values iff one compiled function serves both.

    Arrays that are not C-contiguous, aligned and writable have keys of their own, for they are
    copied before the call, and what a reshape of them is depends on their place in memory.
    Containers count with their keys, in order: a program may do something for one key after
    the other.
    """
    kind = type(value)
    if kind is np.ndarray:
        shape = value.shape
        ones = tuple([extent == 1 for extent in shape]) if 1 in shape else len(shape)
        if value.flags.carray:
            return value.dtype, ones
        return value.dtype, ones, layout_of_array(value)
    if kind in _NUMBERS:
        return kind
    read = _readers.get(kind)
    if read is None:
        read = _readers[kind] = _reader(kind)
    return read(value)


def forget(cls: type) -> None:
    """Instances of ``cls`` have another kind from now on."""
    _readers.pop(cls, None)


def _reader(cls: type) -> Callable[[Any], Any]:
    """How keys of instances of a class are made."""
    if issubclass(cls, np.generic) or is_generator_class(cls):
        return lambda value: cls
    if issubclass(cls, np.ndarray):
        return _key_of_subclass
    kind = kind_of(cls)
    if kind is not None:
        return _key_of_list if cls is list else _container_reader(kind)
    return _key_of_list if issubclass(cls, tuple) else _key_of_static


def _key_of_list(value: Any) -> Any:
    return type(value), *[type_key(part) for part in value]


def _container_reader(kind: Kind) -> Callable[[Any], Any]:
    cls, take = kind.cls, kind.take

    def read(value: Any) -> Any:
        keys, parts = take(value)
        # 1, 1.0 and True are equal, but they are different numbers to compute with
        return cls, keys, tuple(map(type, keys)), *[type_key(part) for part in parts]

    return read


def _key_of_subclass(value: Any) -> Any:
    ones = tuple([extent == 1 for extent in value.shape])
    return type(value), value.dtype, ones, layout_of_array(value)


class _Itself:
    """The key of an object that may change or be equal to another: only it is the same."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return type(other) is _Itself and other.value is self.value

    def __hash__(self) -> int:
        return id(self.value)


def _key_of_static(value: Any) -> Any:
    kind = type(value)
    if kind.__hash__ is None or isinstance(kind.__eq__, FunctionType):
        return "static", _Itself(value)
    return "static", kind, value


_readers: dict[type, Callable[[Any], Any]] = {}
