"""What a name or an expression can stand for while a program is lowered.

A binding is an operand (a number known at run time or now), a ``Ref`` (an array or a
view of one), a Python tuple of bindings, a ``Node`` of bindings (a container that cannot be
changed: a named tuple), a ``Box`` (one that can), or one of the static things below.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from adgen.transpiler.ir.core import Operand, Value, type_of
from adgen.transpiler.ir.paths import Path
from adgen.transpiler.ir.templates import Text
from adgen.transpiler.ir.trees import DICT, LIST, Kind, Node
from adgen.transpiler.ir.types import Array, Scalar, join
from adgen.transpiler.source import Source


class Cell:
    """The identity of an array: what Python's references point to.

    ``captured``: it belongs to the surroundings of the function and may not be written.
    ``origin``: the statement where paths or iterations meet that made it, if one did.
    """

    __slots__ = ("captured", "name", "origin")

    def __init__(self, name: str = "", captured: bool = False) -> None:
        self.name = name
        self.captured = captured
        self.origin: Any = None

    def __repr__(self) -> str:
        return f"<cell {self.name or hex(id(self))[-5:]}>"


class Box(Cell):
    """The identity of a list, a dict or another container that can be changed.

    ``State.boxes`` has its contents: a ``Node`` of bindings.
    """

    __slots__ = ("kind",)

    def __init__(self, kind: Kind, name: str = "") -> None:
        super().__init__(name)
        self.kind = kind

    def __repr__(self) -> str:
        return f"<box {self.name or hex(id(self))[-5:]}>"


@dataclass(frozen=True, eq=False, slots=True)
class Ref:
    """An array: the part of a cell that a path selects (the empty path: all of it)."""

    cell: Cell
    path: Path = ()
    index: tuple[Operand, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class OneOf:
    """Which of several views an array is: that with the number ``tag``."""

    tag: Operand
    refs: tuple[Ref, ...]


@dataclass(frozen=True, slots=True)
class Added:
    """A bound of how many items were put into a list: ``count`` and a number for each loop.

    ``loops``: the bounds of a counted loop, and what each iteration puts in at most.
    ``bounded``: False where nothing is known.
    """

    count: int = 0
    loops: tuple[tuple[tuple[Operand, Operand, Operand], int], ...] = ()
    bounded: bool = True

    def plus(self, count: int) -> Added:
        """So many more."""
        return replace(self, count=self.count + count)

    def joined(self, other: Added) -> Added:
        """A bound that holds for both."""
        loops = dict(self.loops)
        for bounds, count in other.loops:
            loops[bounds] = max(count, loops.get(bounds, 0))
        bounded = self.bounded and other.bounded
        return Added(max(self.count, other.count), tuple(loops.items()), bounded)


@dataclass(frozen=True, eq=False, slots=True)
class Column:
    """The items of a list, or a part of each: an array that has them along its first axis.

    ``weak``: they are Python's numbers.
    """

    buffer: Ref
    weak: bool


@dataclass(frozen=True, eq=False, slots=True)
class Grown:
    """The contents of a list whose length is known only at run time (see growing.py).

    ``items``: a ``Column``, or a tuple of such; ``added``: what the present loop has put in.
    """

    items: Any
    size: Operand
    added: Added = Added()


@dataclass(frozen=True, eq=False, slots=True)
class Static:
    """A Python object that is known while lowering: None, a string, a function, a module."""

    value: Any


@dataclass(eq=False, slots=True)
class Frame:
    """One activation of a function: the owner of its local names.

    ``parent`` is the frame that the function was defined in.  ``place`` replaces the spans of
    everything inside (library functions report the call that the user wrote).
    """

    source: Source
    node: Any
    locals: frozenset[str]
    parent: Frame | None = None
    place: Any = None
    escapes: bool = False  # a closure was made in it: its names outlive the call

    def owner(self, name: str) -> Frame | None:
        """The frame, this one or one around it, that a name is local to."""
        frame: Frame | None = self
        while frame is not None and name not in frame.locals:
            frame = frame.parent
        return frame

    def is_within(self, other: Frame) -> bool:
        """Whether a frame is this one, or one around it."""
        return self is other or (self.parent is not None and self.parent.is_within(other))


@dataclass(frozen=True, eq=False, slots=True)
class Closure:
    """A nested function or lambda with the frame it was made in."""

    name: str
    node: Any
    frame: Frame
    defaults: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False, slots=True)
class Method:
    """``x.sum`` before it is called."""

    base: Any
    name: str


@dataclass(frozen=True, eq=False, slots=True)
class Partial:
    """A function that has some of its arguments: a method with its object, a ``partial``."""

    function: Any
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False, slots=True)
class Choice:
    """One function or another, as a condition of the run says: a call branches."""

    condition: Operand
    then: Any
    orelse: Any


@dataclass(frozen=True, eq=False, slots=True)
class SuperOf:
    """``super()``: an object whose attributes are those of the bases behind ``after``."""

    instance: Any
    after: type


@dataclass(frozen=True, eq=False, slots=True)
class RangeOf:
    """``range(start, stop, step)``."""

    start: Operand
    stop: Operand
    step: Operand


@dataclass(frozen=True, eq=False, slots=True)
class EnumerateOf:
    """``enumerate(sequence, start)``."""

    sequence: Any
    start: Operand


@dataclass(frozen=True, eq=False, slots=True)
class ZipOf:
    """``zip(*sequences)``."""

    sequences: tuple[Any, ...]


@dataclass(frozen=True, eq=False, slots=True)
class ReversedOf:
    """``reversed(sequence)``."""

    sequence: Any


@dataclass(frozen=True, eq=False, slots=True)
class IteratorOf:
    """``iter(sequence)``."""

    sequence: Any


@dataclass(frozen=True, eq=False, slots=True)
class SliceOf:
    """``a:b:c`` inside an index; absent bounds are None."""

    start: Any
    stop: Any
    step: Any


@dataclass(frozen=True, eq=False, slots=True)
class StringOf:
    """A string with values in it; each is a number, or an array that nothing else refers to."""

    text: Text
    values: tuple[Any, ...]


@dataclass(frozen=True, eq=False, slots=True)
class ErrorOf:
    """An exception that was made: ``cls(*args, **dict(zip(keywords, …)))``.

    ``args``: bindings, those of the keywords last.
    """

    cls: type[BaseException]
    args: tuple[Any, ...] = ()
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class ManagerOf:
    """A context manager, and what ``with … as`` binds."""

    value: Any


@dataclass(frozen=True, eq=False, slots=True)
class Unbound:
    """No value on some paths; ``maybe`` holds what the others give, None if there are none.

    ``bound``: the truth value, at run time, of whether it has that value.  ``here``: the paths
    without value all leave the block (``break``, ``continue``), so what is read before the
    loop goes on has it for certain.
    """

    maybe: Any = None
    bound: Operand = False
    here: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Conflict:
    """Paths disagree beyond what one type holds; only reading it is an error."""

    first: Any
    second: Any


_PLAIN = (LIST, DICT)
UNDEF = Unbound()
ITERATORS = (ZipOf, EnumerateOf, ReversedOf, IteratorOf)  # they give their items once
Binding = Any  # of the kinds above; a union of them all would say no more
Key = tuple[Frame, str]


def is_operand(binding: Binding) -> bool:
    """Whether a binding is a number (a Value of the IR or a constant)."""
    return isinstance(binding, (Value, bool, int, float, np.number, np.bool_))


def is_function(binding: Binding) -> bool:
    """Whether a binding can be called."""
    if isinstance(binding, Static):
        return callable(binding.value)
    return isinstance(binding, (Closure, Method, Partial, Choice))


def common_type(first: Operand, second: Operand) -> Scalar | Array | None:
    """The least type that holds both operands; a constant that the other holds adds nothing."""
    one, two = type_of(first), type_of(second)
    for constant, kind in ((first, two), (second, one)):
        if isinstance(constant, Value) or not isinstance(kind, Scalar) or kind.weak:
            continue
        if kind.dtype.kind in "iuf" and type_of(constant).weak and _holds(kind, constant):  # type: ignore[union-attr]
            return kind
    return join(one, two)


def _holds(kind: Scalar, constant: Operand) -> bool:
    if isinstance(constant, bool) or (kind.dtype.kind != "f" and isinstance(constant, float)):
        return False
    if kind.dtype.kind != "f":
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
        case Method(name=name):
            return Method(parts[0], name)
        case Partial(args=args, kwargs=kwargs):
            count = 1 + len(args)
            return Partial(parts[0], parts[1:count], dict(zip(kwargs, parts[count:], strict=True)))
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
        return "a number"
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
        case SliceOf():
            return "a slice"
        case IteratorOf():
            return "an iterator"
        case StringOf():
            return "a string of computed values"
        case ManagerOf():
            return "a context manager"
        case ErrorOf(cls=cls):
            return f"an exception of class `{cls.__name__}`"
    return "something without a value"
