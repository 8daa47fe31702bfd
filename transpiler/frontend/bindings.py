"""What a name or an expression can stand for while a program is lowered.

A binding is an operand (a number known at run time or now), a ``Ref`` (an array or a
view of one), a Python tuple of bindings, a ``Node`` of bindings (a container that cannot be
changed: a named tuple), a ``Box`` (one that can), or one of the static things below.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from adgen.transpiler.ir.core import Operand, Value
from adgen.transpiler.ir.paths import Path
from adgen.transpiler.ir.templates import Text
from adgen.transpiler.ir.trees import DICT, LIST, Kind
from adgen.transpiler.source import Source

OF_POINT = "element"


class Cell:
    """The identity of an array: what Python's references point to.

    ``captured``: it belongs to the surroundings of the function and may not be written.
    ``part``: it is the real or imaginary part of another array, or has the one element of an array
    without axes (``OF_POINT``): NumPy would write that too.
    ``origin``: the statement where paths or iterations meet that made it, if one did.
    """

    __slots__ = ("captured", "name", "origin", "part")

    def __init__(self, name: str = "", captured: bool = False) -> None:
        self.name = name
        self.captured = captured
        self.origin: Any = None
        self.part = ""

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
class Rest:
    """All that ``*args`` of a function is to have: a list of computed length."""

    items: Any


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
    """``range(start, stop, step)``; ``marks``: attributes of a loop over it, as of ``prange``."""

    start: Operand
    stop: Operand
    step: Operand
    marks: tuple[tuple[str, Any], ...] = ()


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
class GeneratorOf:
    """A call of a function that yields, none of which has run yet.

    ``frame``: where its names will live; ``given``: what its ``parameters`` are bound to.
    """

    name: str
    frame: Frame
    parameters: tuple[str, ...]
    given: tuple[Any, ...]


@dataclass(frozen=True, eq=False, slots=True)
class FlatOf:
    """``array.flat``."""

    array: Ref


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
class Replayed:
    """The callee of a partial of a function: called so, it draws what was noted."""

    samples: tuple[Operand | None, ...]


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
class ManagedBy:
    """A context manager of ``@contextlib.contextmanager``: what it called, a ``GeneratorOf``."""

    generator: Any


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
class Nullable:
    """``value`` on some paths, None on the others (see nullable.py).

    ``there``: the truth value, at run time, of whether it is the value.
    """

    value: Any
    there: Operand


@dataclass(frozen=True, eq=False, slots=True)
class Conflict:
    """Paths disagree beyond what one type holds; only reading it is an error."""

    first: Any
    second: Any


_PLAIN = (LIST, DICT)
UNDEF = Unbound()
# They give their items once, or are entered once.
ITERATORS = (ZipOf, EnumerateOf, ReversedOf, IteratorOf, GeneratorOf, ManagedBy)
Binding = Any  # of the kinds above; a union of them all would say no more
Key = tuple[Frame, str]


def is_operand(binding: Binding) -> bool:
    """Whether a binding is a number (a Value of the IR or a constant)."""
    return isinstance(binding, (Value, bool, int, float, complex, np.number, np.bool_))


def is_function(binding: Binding) -> bool:
    """Whether a binding can be called."""
    if isinstance(binding, Static):
        return callable(binding.value)
    return isinstance(binding, (Closure, Method, Partial, Choice))
