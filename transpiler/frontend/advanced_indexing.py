"""Indexing by arrays of integers and by masks: gathers and scatters of the library.

The axes that arrays pick from are brought to the front of a view; the library's loops then
read or write the places one after the other, so repeated indices do what NumPy does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from adgen.transpiler import library
from adgen.transpiler.errors import TypeMismatch
from adgen.transpiler.frontend import shapes
from adgen.transpiler.frontend.bindings import Binding, Ref, SliceOf, Static, is_operand
from adgen.transpiler.frontend.boxes import is_sequence
from adgen.transpiler.frontend.checks import check_equal
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import Call, known
from adgen.transpiler.frontend.literals import stacked
from adgen.transpiler.frontend.paths_compose import compose
from adgen.transpiler.ir.core import Operand, type_of
from adgen.transpiler.ir.paths import Transpose
from adgen.transpiler.ir.types import Array

_ALL = SliceOf(None, None, None)


@dataclass(frozen=True)
class Picked:
    """A part of an array that arrays pick.

    ``view``: the array with the axes that ``indices`` pick from in front.  ``before``: how many
    of the other axes come before those of the indices in the result.
    """

    view: Ref
    indices: tuple[Binding, ...]
    before: int


def is_advanced(cx: Context, parts: Binding) -> bool:
    """Whether an index holds an array or a list."""
    listed = parts if isinstance(parts, tuple) else (parts,)
    return any(isinstance(part, Ref) or is_sequence(part) for part in listed)


def picked(cx: Context, node: Any, base: Ref, parts: Binding) -> Picked:
    """The part of ``base`` that an index with arrays in it denotes."""
    from adgen.transpiler.frontend.indexing import select_parts

    listed = _expanded(cx, node, base, parts if isinstance(parts, tuple) else (parts,))
    advanced = [k for k, part in enumerate(listed) if isinstance(part, Ref) or is_operand(part)]
    basic = [_ALL if k in advanced else part for k, part in enumerate(listed)]
    view = select_parts(cx, node, base, basic)
    rank = len(shapes.ref_shape(cx, view))
    rest = [axis for axis in range(rank) if axis not in advanced]
    if advanced != list(range(len(advanced))):
        view = compose(cx, node, view, (Transpose((*advanced, *rest)),), ())
    together = advanced == list(range(advanced[0], advanced[-1] + 1))
    indices = tuple(listed[k] for k in advanced)
    return Picked(view, indices, advanced[0] if together else 0)


def _expanded(cx: Context, node: Any, base: Ref, parts: tuple[Binding, ...]) -> list[Binding]:
    """One part per axis of the view: lists made arrays, masks made indices, no ellipsis."""
    out: list[Binding] = []
    ellipsis = None
    axis, extents = 0, shapes.ref_shape(cx, base)
    for part in parts:
        if is_sequence(part):
            part = cx.new_array(stacked(cx, node, part))
        if isinstance(part, Static) and part.value is Ellipsis:
            ellipsis = len(out)
            axis = len(extents) - sum(_axes_used(cx, rest) for rest in parts[parts.index(part) :])
        elif isinstance(part, Ref) and _is_mask(cx, part):
            out += _places(cx, node, part, extents[axis:])
            axis += _axes_used(cx, part)
        else:
            out.append(part)
            axis += _axes_used(cx, part)
    used = sum(_axes_used(cx, part) for part in out)
    missing: list[Binding] = [_ALL] * (len(extents) - used)
    place = len(out) if ellipsis is None else ellipsis
    return [*out[:place], *missing, *out[place:]]


def _axes_used(cx: Context, part: Binding) -> int:
    if isinstance(part, Static):  # None or an ellipsis
        return 0
    if isinstance(part, Ref) and _is_mask(cx, part):
        return len(shapes.ref_shape(cx, part))
    return 1


def _is_mask(cx: Context, ref: Ref) -> bool:
    return cx.kind(ref).dtype.kind == "b"


def _places(cx: Context, node: Any, mask: Ref, extents: Any) -> list[Binding]:
    """The indices of the elements where a mask is true, by axis."""
    _check_mask(cx, node, mask, extents)
    found = _library(cx, node, library.definition_of(np.nonzero), mask)
    return list(found)


def _check_mask(cx: Context, node: Any, mask: Ref, extents: Any) -> None:
    for have, room in zip(shapes.ref_shape(cx, mask), extents, strict=False):
        check_equal(cx, node, room, have, "boolean index did not match indexed array", "IndexError")


def _library(cx: Context, node: Any, definition: Any, *args: Binding) -> Any:
    from adgen.transpiler.frontend.library_calls import call_definition

    return call_definition(cx, node, definition, args, {})


def gathered(cx: Context, node: Any, part: Picked) -> Binding:
    """A fresh array of what the indices pick."""
    _check(cx, node, part)
    out = _library(cx, node, library.gather, part.view, *part.indices)
    if not part.before or not isinstance(out, Ref):
        return out
    rank = len(shapes.ref_shape(cx, out))
    width = rank - (len(shapes.ref_shape(cx, part.view)) - len(part.indices))
    axes = list(range(width, rank))
    perm = (*axes[: part.before], *range(width), *axes[part.before :])
    return compose(cx, node, out, (Transpose(perm),), ())


def scattered(cx: Context, node: Any, part: Picked, value: Binding) -> None:
    """Store ``value``, broadcast, where the indices point, one place after the other."""
    _check(cx, node, part)
    value, indices = _as_it_was(cx, node, value), _all_as_they_were(cx, node, part)
    _library(cx, node, library.scatter, part.view, value, part.before, *indices)


def _as_it_was(cx: Context, node: Any, binding: Binding) -> Binding:
    """What is stored, and where, is read before anything is stored: it may share the memory."""
    if is_sequence(binding):
        return cx.new_array(stacked(cx, node, binding))
    return cx.new_array(cx.read(binding, node)) if isinstance(binding, Ref) else binding


def _all_as_they_were(cx: Context, node: Any, part: Picked) -> tuple[Binding, ...]:
    return tuple(_as_it_was(cx, node, index) for index in part.indices)


def _check(cx: Context, node: Any, part: Picked) -> None:
    for index in part.indices:
        kind = cx.kind(index)
        if kind.dtype.kind not in "iu":
            cx.refuse(
                TypeMismatch,
                f"arrays used as indices must be of integers or bools, not {kind}",
                node,
                "convert them: idx.astype(np.int64)",
            )


def masked_by_number(cx: Context, node: Any, base: Ref, parts: Binding, value: Binding) -> bool:
    """``x[mask] = number`` without a gather: ``x[:] = np.where(mask, number, x)``."""
    from adgen.transpiler.frontend.indexing import write_part

    mask = parts[0] if isinstance(parts, tuple) and len(parts) == 1 else parts
    if not (isinstance(mask, Ref) and _is_mask(cx, mask) and is_operand(value)):
        return False
    have, room = shapes.ref_shape(cx, mask), shapes.ref_shape(cx, base)
    if len(have) != len(room):
        return False
    _check_mask(cx, node, mask, room)
    old = cx.read(base, node)
    number: Operand = cx.cast(node, value, _scalar_like(cx, old))
    new = cx.emit(node, np.where, cx.read(mask, node), number, old)
    write_part(cx, node, base, cx.wrap(new))
    return True


def _scalar_like(cx: Context, array: Operand) -> Any:
    from adgen.transpiler.ir.types import Scalar

    kind = type_of(array)
    assert isinstance(kind, Array)
    return Scalar(kind.dtype)


@known(library.alike)
def _alike(cx: Context, call: Call) -> Binding:
    """Both have passed broadcasting together: equal flags then mean equal extents.

    Without guesses they say nothing of an extent that may be 1: what is known of it does.
    """
    one, two = (cx.kind(given) for given in call.args)
    if not isinstance(one, Array) or not isinstance(two, Array) or one.ones != two.ones:
        return False
    if cx.speculates:
        return True
    first, second = (shapes.ref_shape(cx, given) for given in call.args if isinstance(given, Ref))
    return all(shapes.equal(cx, have, room) for have, room in zip(first, second, strict=True))


@known(library.is_one)
def _is_one(cx: Context, call: Call) -> Binding:
    array, axis = call.args
    kind = cx.kind(array)
    return isinstance(kind, Array) and kind.ones[axis]


@known(library.fits)
def _fits(cx: Context, call: Call) -> Binding:
    array, axis, count = call.args
    if isinstance(array, Ref):
        shapes.require(cx, call.node, shapes.ref_shape(cx, array)[axis], count)
    return Static(None)


def _at(operation: np.ufunc) -> Any:
    def handler(cx: Context, call: Call) -> Binding:
        from adgen.transpiler.frontend.arguments import named
        from adgen.transpiler.frontend.indexing import read_part, select_parts, write_part

        base, parts, value = named(cx, call, ("a", "indices", "b"), 3)
        if not isinstance(base, Ref):
            cx.refuse(TypeMismatch, f"`{call.function}` changes an array", call.node)
        if is_advanced(cx, parts):
            part = picked(cx, call.node, base, parts)
            _check(cx, call.node, part)
            value, indices = (
                _as_it_was(cx, call.node, value),
                _all_as_they_were(cx, call.node, part),
            )
            _library(
                cx, call.node, library.accumulate, Static(operation), part.view, value,
                part.before, *indices,
            )  # fmt: skip
            return Static(None)
        listed = list(parts) if isinstance(parts, tuple) else [parts]
        place = select_parts(cx, call.node, base, listed)
        old = read_part(cx, call.node, place)
        new = _call(cx, call, operation, old, value)
        write_part(cx, call.node, place, new)
        return Static(None)

    return handler


def _call(cx: Context, call: Call, operation: np.ufunc, *args: Binding) -> Binding:
    from adgen.transpiler.frontend.calls import call as lower_call

    return lower_call(cx, call.node, Static(operation), args, {})


for _operation in (
    np.add, np.subtract, np.multiply, np.divide, np.maximum, np.minimum, np.power,
    np.logaddexp, np.fmax, np.fmin,
):  # fmt: skip
    known(_operation.at)(_at(_operation))
