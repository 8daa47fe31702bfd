"""Runs IR with NumPy, one op at a time, copying on every write: the oracle of all passes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from adgen.transpiler.ir import core, paths
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Slot, Value
from adgen.transpiler.ir.templates import Error, exception, filled
from adgen.transpiler.ir.types import PYTHON, Array, Opaque, Scalar, Type, is_complex


class Undefined(Exception):
    """A load of a slot that was not saved, or a use of a value that was not computed."""


# Told of an op without regions, its operands and results, and the trips of the loops around it.
Observer = Callable[[Op, Sequence[Any], Sequence[Any], Sequence[tuple[str, int]]], None]


class _Frame:
    """Values and slot contents of one run."""

    def __init__(self, observer: Observer | None = None) -> None:
        self.values: dict[Value, Any] = {}
        self.slots: dict[Slot, Any] = {}
        self.observer = observer
        self.trips: list[tuple[str, int]] = []

    def read(self, operand: Operand) -> Any:
        if not isinstance(operand, Value):
            return operand
        if operand not in self.values:
            raise Undefined(f"{operand!r} is used but was not computed")
        return self.values[operand]


def interpret(function: Function, *args: Any, observer: Observer | None = None) -> tuple[Any, ...]:
    """All yields of a function for given flat arguments (which are never written).

    With an ``observer``, who is told of every op, nothing is printed: it is a run to look into.
    Raises what NumPy and Python raise for the same operations.
    """
    frame = _Frame(observer)
    with np.errstate(all="ignore"):
        return run_block(frame, function.body, args)


def run_block(frame: _Frame, block: Block, args: Sequence[Any]) -> tuple[Any, ...]:
    """Bind the arguments, run the ops in order, return the yields."""
    for value, arg in zip(block.args, args, strict=True):
        frame.values[value] = _typed(value.type, arg)
    for op in block.ops:
        results = _run(frame, op)
        for value, result in zip(op.results, results, strict=True):
            frame.values[value] = _typed(value.type, result)
    yields = tuple(frame.read(operand) for operand in block.yields)
    for value in (*block.args, *(result for op in block.ops for result in op.results)):
        del frame.values[value]  # out of scope: a later use would be an error of ours
    return yields


def _typed(kind: Type, value: Any) -> Any:
    """The value as its type says: arrays keep theirs, scalars become Python's or NumPy's."""
    if isinstance(kind, Array):
        array = np.asarray(value)
        if array.ndim != kind.ndim or array.dtype != kind.dtype:
            raise TypeError(f"expected {kind}, got {array.dtype}{array.shape}")
        for extent, one in zip(array.shape, kind.ones, strict=True):
            if one and extent != 1:
                raise TypeError(f"expected {kind}, got shape {array.shape}")
        return array
    if isinstance(kind, Opaque):
        return value
    if kind.weak:
        return PYTHON[kind.dtype.kind](value)
    return kind.dtype.type(value)


def _run(frame: _Frame, op: Op) -> tuple[Any, ...]:
    if op.callee in core.REGION_KINDS:
        return {"if": _run_if, "for": _run_for, "while": _run_while}[str(op.callee)](frame, op)
    operands = [frame.read(operand) for operand in op.operands]
    if op.callee in (core.DECLARE, core.RESERVE, core.SAVE, core.LOAD):
        return _run_slot(frame, op, operands)
    if op.callee == core.PRINT and frame.observer is not None:
        return ()
    if isinstance(op.callee, str):
        result = _KINDS[op.callee](op, *operands)
    else:
        attrs = {name: value for name, value in op.attrs.items() if name != "reassoc"}
        result = op.callee(*operands, **attrs)
    if not op.results:
        return ()
    results = (result,) if len(op.results) == 1 else tuple(result)
    if frame.observer is not None:
        frame.observer(op, operands, results, frame.trips)
    return results


def _run_if(frame: _Frame, op: Op) -> tuple[Any, ...]:
    then, orelse = op.regions
    return run_block(frame, then if frame.read(op.operands[0]) else orelse, ())


def _run_for(frame: _Frame, op: Op) -> tuple[Any, ...]:
    start, stop, step, *carried = (frame.read(operand) for operand in op.operands)
    for index in range(int(start), int(stop), int(step)):
        frame.trips.append((op.regions[0].args[0].name, index))
        carried, leave = _body(frame, op, op.regions[0], (index, *carried))
        frame.trips.pop()
        if leave:
            break
    return tuple(carried)


def _run_while(frame: _Frame, op: Op) -> tuple[Any, ...]:
    carried = [frame.read(operand) for operand in op.operands]
    condition, body = op.regions
    while run_block(frame, condition, carried)[0]:
        carried, leave = _body(frame, op, body, carried)
        if leave:
            break
    return tuple(carried)


def _body(frame: _Frame, op: Op, body: Block, args: Sequence[Any]) -> tuple[list[Any], bool]:
    yields = list(run_block(frame, body, args))
    if op.attrs.get("exits"):
        return yields[1:], bool(yields[0])
    return yields, False


class _Tape(dict[tuple[Any, ...], Any]):
    """What has been saved for which counters; ``extents`` are those of its declaration."""

    def __init__(self, extents: Sequence[Any]) -> None:
        super().__init__()
        self.extents = tuple(extents)

    def save_element(self, kind: Array, value: Any, place: Sequence[Any]) -> None:
        """Save one element of an array."""
        counters, index = tuple(place[: -kind.ndim]), tuple(place[-kind.ndim :])
        if counters not in self:
            self[counters] = np.empty(self.extents[-kind.ndim :], kind.dtype)
        self[counters][index] = value

    def load(self, kind: Type, counters: Sequence[Any]) -> Any:
        """What was saved; an array without elements needs no saving."""
        if isinstance(kind, Array) and tuple(counters) not in self:
            shape = self.extents[-kind.ndim :]
            if 0 in shape:
                return np.empty(shape, kind.dtype)
        return self[tuple(counters)]


def _run_slot(frame: _Frame, op: Op, operands: list[Any]) -> tuple[Any, ...]:
    slot: Slot = op.attrs["slot"]
    if op.callee == core.DECLARE:
        frame.slots[slot] = [] if slot.kind == "stack" else _Tape(operands)
        return ()
    if op.callee == core.RESERVE:
        return ()
    if op.callee == core.SAVE:
        value, *counters = operands
        if isinstance(slot.type, Array) and np.ndim(value) == 0:
            frame.slots[slot].save_element(slot.type, value, counters)
            return ()
        value = np.array(value) if isinstance(slot.type, Array) else value
        if slot.kind == "stack":
            frame.slots[slot].append(value)
        else:
            frame.slots.setdefault(slot, _Tape(()))[tuple(counters)] = value
        return ()
    try:
        if slot.kind == "stack":
            return (frame.slots[slot].pop(),)
        return (frame.slots[slot].load(slot.type, operands),)
    except LookupError:
        raise Undefined(f"slot {slot.name} is loaded at {operands} but was not saved") from None


def _setitem(op: Op, x: Any, value: Any, *index: Any) -> Any:
    out = np.array(x)
    part, key = _place(out, op.attrs["path"], index)
    part[key] = value
    return out


def _additem(op: Op, x: Any, g: Any, *index: Any) -> Any:
    out = np.array(x)
    part, key = _place(out, op.attrs["path"], index)
    part[key] += g
    return out


def _addproduct(op: Op, x: Any, a: Any, b: Any, *index: Any) -> Any:
    if not op.attrs.get("ordered"):
        return _additem(op, x, a @ b, *index)
    for k in range(a.shape[1]):
        x = _additem(op, x, a[:, k : k + 1] * b[k], *index)
    return np.array(x)


def _place(out: Any, path: paths.Path, index: Sequence[Any]) -> tuple[Any, Any]:
    """The view and the key in it that a path denotes, be it an element or an array."""
    if not path or not isinstance(path[-1], paths.Index):
        return paths.view(out, path, index), ...
    count = len(index) - path[-1].operands
    key = paths.index_key(path[-1].items, index[count:])
    return paths.view(out, path[:-1], index[:count]), key


def _cast(op: Op, x: Any) -> Any:
    kind: Type = op.attrs["type"]
    if not is_complex(kind):
        x = np.real(x)
    if isinstance(kind, Scalar):
        return kind.dtype.type(x) if kind.dtype.kind != "i" else int(x)
    return np.asarray(x).astype(kind.dtype)


def _sumto(op: Op, x: Any) -> Any:
    out = np.sum(x, axis=op.attrs["axes"], keepdims=True, dtype=np.asarray(x).dtype)
    gone = tuple(axis for axis in op.attrs["axes"] if axis not in op.attrs["keep"])
    return np.squeeze(out, axis=gone)


def _guard(op: Op, first: Any, second: Any) -> None:
    if first != second and "square" in op.attrs:
        raise np.linalg.LinAlgError(core.NOT_SQUARE)
    if first != second:
        raise ValueError(core.MISMATCH)


def _assert(op: Op, condition: Any, *values: Any) -> None:
    if not condition:
        raise exception(op.attrs.get("error", Error(AssertionError)), values)


def _print(op: Op, *values: Any) -> None:
    if "voice" in op.attrs:
        op.attrs["voice"](*filled(op.attrs["template"], iter(values)))
        return
    ends = dict(op.attrs.get("ends", {}))
    if "file" in ends:
        ends["file"] = getattr(sys, ends["file"])
    print(*filled(op.attrs["template"], iter(values)), **ends)


_KINDS: dict[str, Callable[..., Any]] = {
    core.GETITEM: lambda op, x, *ix: paths.view(x, op.attrs["path"], ix),
    core.SETITEM: _setitem,
    core.ADDITEM: _additem,
    core.ADDPRODUCT: _addproduct,
    core.ACCUM: lambda op, x, g: x + g,
    core.DIM: lambda op, x: x.shape[op.attrs["axis"]],
    core.ZEROS: lambda op, *n: np.zeros(n, op.attrs["dtype"]),
    core.EMPTY: lambda op, *n: np.empty(n, op.attrs["dtype"]),
    core.FULL_: lambda op, v, *n: np.full(n, v, op.attrs["dtype"]),
    core.BROADCAST: lambda op, x, *n: np.broadcast_to(x, n),
    core.SUMTO: _sumto,
    core.COPY: lambda op, x: np.array(x),
    core.CAST: _cast,
    core.RANGELEN: lambda op, start, stop, step: len(range(start, stop, step)),
    core.GUARD: _guard,
    core.ASSERT: _assert,
    core.PRINT: _print,
    core.DRAW: lambda op, *values: op.attrs["call"](*values),
}
