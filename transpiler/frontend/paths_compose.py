"""Views of views: one path where several would do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adgen.transpiler.frontend.bindings import Ref
from adgen.transpiler.ir.core import Operand
from adgen.transpiler.ir.paths import (
    FULL,
    INT,
    NEW,
    Element,
    Index,
    Item,
    Path,
    Reshape,
    Slice,
    Transpose,
)

if TYPE_CHECKING:
    from adgen.transpiler.frontend.context import Context

Operands = tuple[Operand, ...]
Step = tuple[Element, Operands]
Entry = tuple[Item, Operands]  # an item of an index with the operands that it consumes


def compose(cx: Context, node: Any, ref: Ref, path: Path, index: Operands) -> Ref:
    """The view that ``path`` selects of what ``ref`` denotes, in as few steps as are exact."""
    steps = steps_of(ref.path, ref.index)
    for step in steps_of(path, index):
        _append(steps, step)
    elements = tuple(element for element, _ in steps)
    operands = tuple(operand for _, taken in steps for operand in taken)
    return Ref(ref.cell, elements, operands)


def steps_of(path: Path, index: Operands) -> list[Step]:
    """The elements of a path, each with its own operands."""
    steps: list[Step] = []
    rest = index
    for element in path:
        steps.append((element, rest[: element.operands]))
        rest = rest[element.operands :]
    return steps


def entries_of(step: Step) -> list[Entry]:
    """The items of an ``Index``, each with its own operands."""
    element, rest = step
    assert isinstance(element, Index)
    entries: list[Entry] = []
    for item in element.items:
        count = Index((item,)).operands
        entries.append((item, rest[:count]))
        rest = rest[count:]
    return entries


def step_places(path: Path) -> set[int]:
    """The positions among the operands of a path that are steps of slices.

    Which way a slice runs must be known, so views with different steps are different views.
    """
    places: set[int] = set()
    position = 0
    for element in path:
        items = element.items if isinstance(element, Index) else ()
        count = position
        for item in items:
            count += Index((item,)).operands
            if isinstance(item, Slice) and item.step:
                places.add(count - 1)
        position += element.operands
    return places


def _index(entries: list[Entry]) -> Step:
    return (
        Index(tuple(item for item, _ in entries)),
        tuple(operand for _, taken in entries for operand in taken),
    )


def _append(steps: list[Step], step: Step) -> None:
    """Add one step at the end, merged with the last one where that is exact."""
    element, _ = step
    if isinstance(element, Index) and all(item == FULL for item in element.items):
        return
    if isinstance(element, Transpose) and element.perm == tuple(range(len(element.perm))):
        return
    merged = _merged(steps[-1], step) if steps else None
    if merged is None:
        steps.append(step)
        return
    steps.pop()
    for part in merged:
        _append(steps, part)


def _merged(first: Step, second: Step) -> list[Step] | None:
    """Steps that do the same as two, or None where nothing is won."""
    one, two = first[0], second[0]
    if isinstance(one, Index) and isinstance(two, Index):
        return _index_of_index(entries_of(first), entries_of(second))
    if isinstance(one, Transpose) and isinstance(two, Transpose):
        return [(Transpose(tuple(one.perm[axis] for axis in two.perm)), ())]
    if isinstance(one, Transpose) and isinstance(two, Index):
        return _index_of_transpose(one.perm, entries_of(second))
    if isinstance(two, Reshape) and (isinstance(one, Reshape) or _keeps_all(one)):
        return [second]
    return None


def _keeps_all(step: Element) -> bool:
    """Whether an index adds axes of length 1 and does nothing else: no matter for a reshape."""
    return isinstance(step, Index) and set(step.items) <= {FULL, NEW}


def _index_of_index(first: list[Entry], second: list[Entry]) -> list[Step] | None:
    """One index, if on each axis at most one of the two does something."""
    out: list[Entry] = []
    rest = list(second)

    def new_axes() -> None:
        while rest and rest[0][0] == NEW:
            out.append(rest.pop(0))

    for entry in first:
        if entry[0] == INT:
            out.append(entry)
            continue
        new_axes()
        later = rest.pop(0)
        if later[0] == FULL:
            out.append(entry)
        elif entry[0] == FULL:
            out.append(later)
        else:
            return None
    new_axes()
    return [_index(out)]


def _index_of_transpose(perm: tuple[int, ...], second: list[Entry]) -> list[Step] | None:
    """The index first and then the axes that it leaves in their order."""
    if any(item == NEW for item, _ in second):
        return None
    entries: list[Entry] = [(FULL, ())] * len(perm)
    for axis, entry in zip(perm, second, strict=True):
        entries[axis] = entry
    left = [axis for axis, (item, _) in zip(perm, second, strict=True) if isinstance(item, Slice)]
    order = sorted(left)
    steps = [_index(entries)]
    if left != order:
        steps.append((Transpose(tuple(order.index(axis) for axis in left)), ()))
    return steps
