"""What a loop runs over: a counted range with the item of each index, or known items."""

from __future__ import annotations

import builtins
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from adgen.transpiler.errors import TypeMismatch, UnsupportedSyntax
from adgen.transpiler.frontend import growing, shapes
from adgen.transpiler.frontend.arguments import range_of
from adgen.transpiler.frontend.binding_parts import describe
from adgen.transpiler.frontend.bindings import (
    Binding,
    Box,
    EnumerateOf,
    FlatOf,
    IteratorOf,
    RangeOf,
    Ref,
    ReversedOf,
    Static,
    ZipOf,
)
from adgen.transpiler.frontend.boxes import items_of, opened
from adgen.transpiler.frontend.budget import spend
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.flat import row_of
from adgen.transpiler.frontend.indexing import read_part
from adgen.transpiler.frontend.names import from_object
from adgen.transpiler.frontend.nullable import certain
from adgen.transpiler.frontend.paths_compose import compose
from adgen.transpiler.frontend.special_methods import items_of_object
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Operand, Value
from adgen.transpiler.ir.paths import FULL, INT, Index
from adgen.transpiler.ir.paths import Item as IndexItem
from adgen.transpiler.ir.types import Array

Item = Callable[[Operand], Binding]


@dataclass(frozen=True, eq=False, slots=True)
class Counted:
    """``for i in range(start, stop, step)``, whose target is ``item(i)``; ``marks``: of the op."""

    start: Operand
    stop: Operand
    step: Operand
    item: Item
    marks: tuple[tuple[str, Any], ...] = ()


def element(cx: Context, node: Any, ref: Ref, index: Operand) -> Binding:
    """``ref[index]``: an element as a number, a row as a view."""
    kind = shapes.ref_type(cx, ref)
    assert isinstance(kind, Array)
    items: tuple[IndexItem, ...] = (INT, *(FULL for _ in range(kind.ndim - 1)))
    return read_part(cx, node, compose(cx, node, ref, (Index(items),), (index,)))


def iterated(cx: Context, node: Any, sequence: Binding) -> Binding:
    """What a loop over an object of a class of the user runs over; other things as they are."""
    sequence = certain(cx, node, sequence, "TypeError", "'NoneType' object is not iterable")
    if isinstance(sequence, IteratorOf):
        return sequence.sequence
    answer = items_of_object(cx, node, sequence)
    return sequence if answer is None else answer


def known_items(cx: Context, node: Any, sequence: Binding) -> list[Binding] | None:
    """The items of a sequence whose length is known; None if it is not."""
    sequence = iterated(cx, node, sequence)
    items = items_of(cx, sequence, node)
    if items is not None:
        return list(items)
    if growing.grown_of(cx, sequence, node) is not None:
        return None
    if not isinstance(sequence, Static) or isinstance(sequence.value, dict):
        found = opened(cx, sequence, node)
        if found is not None and issubclass(found.kind.cls, dict):
            return [from_object(cx, node, key) for key in found.keys]
    match sequence:
        case Static(value=set() | frozenset()):
            return [from_object(cx, node, key) for key in sorted(sequence.value, key=repr)]
        case Static(value=str(text)):
            spend(cx, node, len(text))
            return [Static(letter) for letter in text]
        case EnumerateOf(sequence=inner, start=start) if type(start) is int:
            within = known_items(cx, node, inner)
            return None if within is None else [(start + k, x) for k, x in enumerate(within)]
        case ReversedOf(sequence=inner):
            within = known_items(cx, node, inner)
            return None if within is None else within[::-1]
        case ZipOf(sequences=sequences):
            columns = [known_items(cx, node, part) for part in sequences]
            most = max((len(column) for column in columns if column is not None), default=0)
            columns = [
                _first_of_range(part, most) if column is None else column
                for part, column in zip(sequences, columns, strict=True)
            ]
            if any(column is None for column in columns) and len(set(map(type, columns))) > 1:
                columns = _measured(cx, node, sequences, columns)
            lists = [column for column in columns if column is not None]
            if len(lists) == len(columns):
                return [tuple(row) for row in zip(*lists, strict=False)]
    return None


def _measured(
    cx: Context, node: Any, sequences: tuple[Binding, ...], columns: list[list[Binding] | None]
) -> list[list[Binding] | None]:
    """Things zipped with others whose number is known: there are guessed to be as many of them.

    Where the guess is not wanted, ``zip`` runs item by item (see lazy.py).
    """
    least = min(len(column) for column in columns if column is not None)
    out: list[list[Binding] | None] = []
    for part, column in zip(sequences, columns, strict=True):
        if column is None:
            length, item = indexed(cx, node, part)
            key = ("as many", length, least)
            if key not in cx.state.known:
                cx.state.known[key] = True
                shortest = cx.emit(node, builtins.min, length, least)
                if not isinstance(shortest, Value):
                    least = min(least, int(shortest))  # type: ignore[arg-type]
                else:
                    cx.builder.effect(core.GUARD, shortest, least, broadcast="guessed")
            column = [item(k) for k in range(least)]
        out.append(column)
    return out


def _first_of_range(sequence: Binding, most: int) -> list[Binding] | None:
    """As many numbers of a range as other things are known that it is zipped with."""
    if not isinstance(sequence, RangeOf) or most == 0:
        return None
    known = range_of(sequence.start, sequence.stop, sequence.step)
    return None if known is None else list(known[:most])


def all_items(cx: Context, node: Any, sequence: Binding) -> list[Binding] | None:
    """The items of a sequence whose length is known, ranges too; None if it is not."""
    if isinstance(sequence, RangeOf):
        bounds = range_of(sequence.start, sequence.stop, sequence.step)
        if bounds is None:
            return None
        spend(cx, node, len(bounds))
        return list(bounds)
    return known_items(cx, node, sequence)


def few_items(cx: Context, node: Any, sequence: Binding, most: int) -> list[Binding] | None:
    """``all_items``, if there are at most so many."""
    if isinstance(sequence, RangeOf):
        bounds = range_of(sequence.start, sequence.stop, sequence.step)
        return None if bounds is None or len(bounds) > most else list(bounds)
    items = known_items(cx, node, sequence)
    return None if items is None or len(items) > most else items


def counted(cx: Context, node: Any, sequence: Binding) -> Counted:
    """The counted loop over a sequence.  Raises UnsupportedSyntax if there is none."""
    if isinstance(sequence, RangeOf):
        _check_step(cx, node, sequence.step)
        bounds = (sequence.start, sequence.stop, sequence.step)
        return Counted(*bounds, lambda i: i, sequence.marks)
    if isinstance(sequence, ReversedOf) and isinstance(sequence.sequence, RangeOf):
        return _reversed_range(cx, node, sequence.sequence)
    length, item = indexed(cx, node, sequence)
    return Counted(0, length, 1, item)


def _check_step(cx: Context, node: Any, step: Operand) -> None:
    if not isinstance(step, Value):
        if step == 0:
            cx.refuse(TypeMismatch, "a range with step zero", node)
        return
    nonzero = cx.emit(node, operator.ne, step, 0)
    cx.check(node, nonzero, "ValueError", "range() arg 3 must not be zero")


def _reversed_range(cx: Context, node: Any, bounds: RangeOf) -> Counted:
    _check_step(cx, node, bounds.step)
    count = cx.emit(node, core.RANGELEN, bounds.start, bounds.stop, bounds.step)
    steps = cx.emit(node, operator.mul, cx.emit(node, operator.sub, count, 1), bounds.step)
    last = cx.emit(node, operator.add, bounds.start, steps)
    before = cx.emit(node, operator.sub, bounds.start, bounds.step)
    return Counted(last, before, cx.emit(node, operator.neg, bounds.step), lambda i: i)


def indexed(cx: Context, node: Any, sequence: Binding) -> tuple[Operand, Item]:
    """The length of a sequence and its item at an index from 0."""
    match sequence:
        case RangeOf(start=start, stop=stop, step=step):
            _check_step(cx, node, step)
            length = cx.emit(node, core.RANGELEN, start, stop, step)

            def item(k: Operand) -> Binding:
                offset = cx.emit(node, operator.mul, k, step)
                return cx.emit(node, operator.add, start, offset)

            return length, item
        case Ref():
            extent = shapes.ref_shape(cx, sequence)[0]
            return (
                shapes.operand_of(cx, node, extent),
                lambda k: element(cx, node, sequence, k),
            )
        case FlatOf():
            return indexed(cx, node, row_of(cx, node, sequence))
        case Box() if (found := growing.grown_of(cx, sequence, node)) is not None:
            return found.size, lambda k: growing.load(cx, node, found.items, k)
        case EnumerateOf(sequence=inner, start=start):
            length, of_inner = indexed(cx, node, inner)
            return length, lambda k: (
                cx.emit(node, operator.add, k, start) if start != 0 else k,
                of_inner(k),
            )
        case ReversedOf(sequence=inner):
            length, of_inner = indexed(cx, node, inner)
            last = cx.emit(node, operator.sub, length, 1)
            return length, lambda k: of_inner(cx.emit(node, operator.sub, last, k))
        case ZipOf(sequences=sequences):
            return _zipped(cx, node, sequences)
    cx.refuse(
        UnsupportedSyntax, f"a loop over {describe(sequence)}", node,
        "loop over a range, an array or a tuple",
    )  # fmt: skip


def _zipped(cx: Context, node: Any, sequences: tuple[Binding, ...]) -> tuple[Operand, Item]:
    parts = [indexed(cx, node, sequence) for sequence in sequences]
    length = parts[0][0]
    for other, _ in parts[1:]:
        one, two = (shapes.extent_of(cx, n) for n in (length, other))
        if not shapes.equal(cx, one, two):
            length = cx.emit(node, builtins.min, length, other)
    return length, lambda k: tuple(item(k) for _, item in parts)
