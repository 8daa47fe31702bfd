"""Index paths: what part of an array a read or write touches.

A path is a tuple of elements; the operands that it needs follow the array on
the op, flat and in order.  Most paths are one ``Index``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

INT = "int"  # consumes one integer operand, removes the axis
NEW = "new"  # a new axis of length 1 (np.newaxis)


@dataclass(frozen=True, slots=True)
class Slice:
    """A slice; each flag says that the bound is given by an operand (else it is absent)."""

    start: bool = False
    stop: bool = False
    step: bool = False
    length_one: bool = False  # the frontend has proved that exactly one element is selected

    @property
    def operands(self) -> int:
        """How many operands it consumes."""
        return int(self.start) + int(self.stop) + int(self.step)


FULL = Slice()
Item = str | Slice


@dataclass(frozen=True, slots=True)
class Index:
    """Basic indexing: one item per axis of the array (an ellipsis is resolved) plus NEW items.

    ``array`` marks advanced indexing: an item ``"array"`` consumes one array operand.
    """

    items: tuple[Item, ...]

    @property
    def operands(self) -> int:
        """How many operands the items consume."""
        return sum(_consumes(item) for item in self.items)


@dataclass(frozen=True, slots=True)
class Transpose:
    """Axes permuted: axis ``k`` of the result is axis ``perm[k]`` of the array."""

    perm: tuple[int, ...]
    operands: int = 0


@dataclass(frozen=True, slots=True)
class Reshape:
    """C-order reshape to ``ndim`` axes, whose lengths are the operands (all >= 0, no -1)."""

    ndim: int
    ones: tuple[bool, ...] = ()

    @property
    def operands(self) -> int:
        """One operand per axis of the result."""
        return self.ndim


Element = Index | Transpose | Reshape
Path = tuple[Element, ...]

ELEMENT_1D: Path = (Index((INT,)),)


def _consumes(item: Item) -> int:
    if isinstance(item, Slice):
        return item.operands
    return 0 if item == NEW else 1


def element(ndim: int) -> Path:
    """The path of a single element of an array of that rank."""
    return (Index((INT,) * ndim),)


def is_element(path: Path) -> bool:
    """Whether the path selects one element by integers alone."""
    return len(path) == 1 and isinstance(path[0], Index) and set(path[0].items) <= {INT}


def path_operands(path: Path) -> int:
    """How many operands the whole path consumes."""
    return sum(element.operands for element in path)


def _is_leading(step: Element) -> bool:
    """Whether an index selects one stretch: integers, at most one slice, then whole axes."""
    if not isinstance(step, Index):
        return False
    items = [item for item in step.items if item != NEW]
    while items and items[0] == INT:
        items.pop(0)
    if items and isinstance(items[0], Slice) and not items[0].step:
        items.pop(0)
    return all(item == Slice() for item in items)


def is_stretch(path: Path) -> bool:
    """Whether a path selects one stretch of an array in C's order."""
    return all(isinstance(step, Reshape) or _is_leading(step) for step in path)


def index_key(items: Sequence[Item], operands: Sequence[Any]) -> tuple[Any, ...]:
    """The Python index (ints, slices, None) that an Index denotes for given operands."""
    rest = list(operands)
    key: list[Any] = []
    for item in items:
        if isinstance(item, Slice):
            bounds = [
                rest.pop(0) if given else None for given in (item.start, item.stop, item.step)
            ]
            key.append(slice(*bounds))
        elif item == NEW:
            key.append(None)
        else:
            key.append(rest.pop(0))
    return tuple(key)


def view(base: Any, path: Path, operands: Sequence[Any]) -> Any:
    """The NumPy view (or element) of ``base`` that the path selects."""
    rest = list(operands)
    for step in path:
        taken, rest = rest[: step.operands], rest[step.operands :]
        if isinstance(step, Index):
            base = base[index_key(step.items, taken)]
        elif isinstance(step, Transpose):
            base = np.transpose(base, step.perm)
        else:
            base = np.reshape(base, tuple(taken))
    return base


def result_ones(ones: tuple[bool, ...], path: Path) -> tuple[bool, ...]:
    """The ``ones`` flags of what the path selects; ``()`` for an element."""
    for step in path:
        if isinstance(step, Transpose):
            ones = tuple(ones[axis] for axis in step.perm)
        elif isinstance(step, Reshape):
            ones = step.ones or (False,) * step.ndim
        else:
            ones = _index_ones(ones, step)
    return ones


def _index_ones(ones: tuple[bool, ...], step: Index) -> tuple[bool, ...]:
    out: list[bool] = []
    axis = 0
    for item in step.items:
        if item == NEW:
            out.append(True)
            continue
        if isinstance(item, Slice):
            whole = not item.start and not item.stop  # whatever the step: one element stays one
            out.append(item.length_one or (ones[axis] and whole))
        axis += 1
    return tuple(out)
