"""Bindings compared, described, taken apart and put together again."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from adgen.transpiler.frontend.bindings import (
    _PLAIN,
    Binding,
    Box,
    Choice,
    Closure,
    Column,
    EnumerateOf,
    ErrorOf,
    FlatOf,
    GeneratorOf,
    Grown,
    IteratorOf,
    ManagedBy,
    ManagerOf,
    Method,
    Nullable,
    Partial,
    RangeOf,
    Ref,
    ReversedOf,
    SliceOf,
    Static,
    StringOf,
    SuperOf,
    Unbound,
    ZipOf,
    is_operand,
)
from adgen.transpiler.ir.core import Operand, Value, type_of
from adgen.transpiler.ir.trees import Node
from adgen.transpiler.ir.types import Array, Opaque, Scalar, is_float, join


def common_type(first: Operand, second: Operand) -> Scalar | Array | None:
    """The least type that holds both operands; a constant that the other holds adds nothing."""
    one, two = type_of(first), type_of(second)
    for constant, kind in ((first, two), (second, one)):
        if isinstance(constant, Value) or not isinstance(kind, Scalar) or kind.weak:
            continue
        if kind.dtype.kind in "iufc" and type_of(constant).weak and _holds(kind, constant):  # type: ignore[union-attr]
            return kind
    return join(one, two)


def _holds(kind: Scalar, constant: Operand) -> bool:
    exact = {"f": (int, float), "c": (int, float, complex)}.get(kind.dtype.kind, int)
    if isinstance(constant, bool) or not isinstance(constant, exact):
        return False
    if not is_float(kind):
        limits = np.iinfo(kind.dtype)
        return bool(limits.min <= constant <= limits.max)  # type: ignore[operator]
    with np.errstate(over="ignore"):
        return bool(kind.dtype.type(constant) == constant)  # type: ignore[arg-type]


def same_operand(first: Operand, second: Operand) -> bool:
    """Whether two operands are certainly equal, type and sign of zero included."""
    if first is second:
        return True
    if isinstance(first, Value) or isinstance(second, Value):
        return False
    return type(first) is type(second) and repr(first) == repr(second)


def same(first: Binding, second: Binding) -> bool:
    """Whether two bindings certainly denote the same thing."""
    if first is second:
        return True
    if is_operand(first) and is_operand(second):
        return same_operand(first, second)
    if type(first) is not type(second):
        return False
    if isinstance(first, Ref):
        return (
            first.cell is second.cell
            and first.path == second.path
            and all(map(same_operand, first.index, second.index))
        )
    if isinstance(first, Static):
        return same_object(first.value, second.value)
    if isinstance(first, Unbound):
        return (
            same(first.maybe, second.maybe)
            and same_operand(first.bound, second.bound)
            and first.here == second.here
        )
    if isinstance(first, Closure):
        return first.node is second.node and first.frame is second.frame
    parts = children(first)
    if parts is None or not alike(first, second):
        return False
    return same_all(parts, children(second))


def same_all(first: Any, second: Any) -> bool:
    """Whether two sequences of bindings agree one by one."""
    return len(first) == len(second) and all(map(same, first, second))


def same_object(first: Any, second: Any) -> bool:
    """Whether two static objects are the same (equal, for strings and None)."""
    if first is second:
        return True
    return type(first) is type(second) and isinstance(first, (str, type(None))) and first == second


def children(binding: Binding) -> tuple[Any, ...] | None:
    """The parts of a compound binding, or None for a leaf."""
    match binding:
        case tuple():
            return binding
        case Node(parts=parts):
            return parts
        case Column(buffer=buffer):
            return (buffer,)
        case Grown(items=items, size=size):
            return (items, size)
        case RangeOf(start=start, stop=stop, step=step):
            return (start, stop, step)
        case EnumerateOf(sequence=sequence, start=start):
            return (sequence, start)
        case ZipOf(sequences=sequences):
            return sequences
        case ReversedOf(sequence=sequence) | IteratorOf(sequence=sequence):
            return (sequence,)
        case GeneratorOf(given=given):
            return given
        case FlatOf(array=array):
            return (array,)
        case SliceOf(start=start, stop=stop, step=step):
            return (start, stop, step)
        case Method(base=base):
            return (base,)
        case Partial(function=function, args=args, kwargs=kwargs):
            return (function, *args, *kwargs.values())
        case Choice(condition=condition, then=then, orelse=orelse):
            return (condition, then, orelse)
        case SuperOf(instance=instance):
            return (instance,)
        case StringOf(values=values):
            return values
        case ErrorOf(args=args):
            return args
        case ManagerOf(value=value):
            return (value,)
        case ManagedBy(generator=generator):
            return (generator,)
        case Nullable(value=value, there=there):
            return (value, there)
    return None


def part_name(name: str, key: Any) -> str:
    """A hint for the name of a part: ``params_w``."""
    word = re.sub(r"\W+", "_", str(key)).strip("_")
    return f"{name}_{word}" if name else ""


def part_names(name: str, binding: Binding) -> list[str]:
    """Hints for the names of the parts of a compound binding."""
    if isinstance(binding, Node):
        return [part_name(name, key) for key in binding.keys]
    if isinstance(binding, Grown):
        return [name, f"{name}_size" if name else ""]
    return [name] * len(children(binding) or ())


def with_children(binding: Binding, parts: tuple[Any, ...]) -> Binding:
    """A compound binding of the same kind with other parts."""
    match binding:
        case tuple():
            return parts
        case Node():
            return binding.with_parts(parts)
        case Column(weak=weak):
            return Column(parts[0], weak)
        case Grown(added=added):
            return Grown(parts[0], parts[1], added)
        case ZipOf():
            return ZipOf(parts)
        case RangeOf(marks=marks):
            return RangeOf(parts[0], parts[1], parts[2], marks)
        case Method(name=name):
            return Method(parts[0], name)
        case Partial(args=args, kwargs=kwargs):
            count = 1 + len(args)
            return Partial(parts[0], parts[1:count], dict(zip(kwargs, parts[count:], strict=True)))
        case GeneratorOf(name=name, frame=frame, parameters=parameters):
            return GeneratorOf(name, frame, parameters, parts)
        case SuperOf(after=after):
            return SuperOf(parts[0], after)
        case StringOf(text=text):
            return StringOf(text, parts)
        case ErrorOf(cls=cls, keywords=keywords):
            return ErrorOf(cls, parts, keywords)
    return type(binding)(*parts)


def alike(first: Binding, second: Binding) -> bool:
    """Whether two compound bindings have the same kind and number of parts."""
    one, two = children(first), children(second)
    if one is None or two is None or type(first) is not type(second) or len(one) != len(two):
        return False
    match first:
        case Method(name=name):
            return bool(name == second.name)
        case Partial(kwargs=kwargs):
            return same(first.function, second.function) and [*kwargs] == [*second.kwargs]
        case SuperOf(after=after):
            return after is second.after
        case GeneratorOf(frame=frame):
            return frame is second.frame
        case Node(kind=kind, keys=keys):
            return kind is second.kind and keys == second.keys
        case StringOf(text=text):
            return bool(text == second.text)
        case ErrorOf(cls=cls, keywords=keywords):
            return cls is second.cls and bool(keywords == second.keywords)
    return True


def describe(binding: Binding) -> str:
    """What a binding is, for error messages: ``a number``, ``an array``, …"""
    if is_operand(binding):
        is_opaque = isinstance(binding, Value) and isinstance(binding.type, Opaque)
        return "a random generator" if is_opaque else "a number"
    match binding:
        case Ref():
            return "an array"
        case tuple():
            return f"a tuple of {len(binding)}"
        case Node(kind=kind) | Box(kind=kind):
            return f"a {kind.cls.__name__}" if kind in _PLAIN else f"a `{kind.cls.__name__}`"
        case Static(value=None):
            return "None"
        case Static(value=str()):
            return "a string"
        case Static(value=list()):
            return "a list"
        case Static(value=dict()):
            return "a dict"
        case Static(value=value):
            name = getattr(value, "__name__", None)
            return f"`{name}`" if name else f"an object of type `{type(value).__name__}`"
        case Closure(name=name):
            return f"the function `{name}`"
        case Method(name=name):
            return f"the method `{name}`"
        case Partial(function=function):
            return describe(function)
        case Choice(then=then, orelse=orelse):
            return f"{describe(then)} or {describe(orelse)}"
        case SuperOf():
            return "super()"
        case RangeOf():
            return "a range"
        case EnumerateOf():
            return "an enumerate object"
        case ZipOf():
            return "a zip object"
        case FlatOf():
            return "an iterator over elements (`.flat`)"
        case SliceOf():
            return "a slice"
        case GeneratorOf(name=name):
            return f"the generator `{name}`"
        case IteratorOf():
            return "an iterator"
        case StringOf():
            return "a string of computed values"
        case ManagerOf() | ManagedBy():
            return "a context manager"
        case Nullable(value=value):
            return f"None or {describe(value)}"
        case ErrorOf(cls=cls):
            return f"an exception of class `{cls.__name__}`"
    return "something without a value"
