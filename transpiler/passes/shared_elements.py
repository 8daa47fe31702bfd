"""Elements that neighbouring iterations share travel in scalars.

Before::

    for i in range(n - 1, 0, -1):
        g = x_bar[i]; x_bar[i] = 0.0; x_bar[i - 1] += g * a

After::

    shared = x_bar[n - 1]
    for i in range(n - 1, 0, -1):
        g = shared; shared = x_bar[i - 1] + g * a; x_bar[i] = 0.0
    x_bar[0] = shared

In the adjoint of a recurrence or a stencil each iteration adds to elements that the
next one touches again.  Through memory that is a chain that no compiler shortens;
in scalars it vectorises (scalar replacement: Callahan, Carr & Kennedy, PLDI 1990).
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass

from adgen.transpiler.ir import core, paths
from adgen.transpiler.ir.bounds import Bounds
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Value, type_of
from adgen.transpiler.ir.rewrite import substitute, with_body
from adgen.transpiler.ir.types import Array, Scalar
from adgen.transpiler.passes.offsets import offset_of
from adgen.transpiler.primitives.builder import Builder

_WIDEST = 8
_TOUCHES = (core.GETITEM, core.SETITEM, core.ADDITEM)


def share_elements(function: Function) -> Function:
    """The function with the elements of accumulators that iterations share held in scalars."""
    return with_body(function, _block(function.body, Bounds(function)))


def _block(block: Block, bounds: Bounds) -> Block:
    ops: list[Op] = []
    for op in block.ops:
        op = op.with_(regions=tuple(_block(region, bounds) for region in op.regions))
        window = _find(op, bounds) if op.callee == core.FOR else None
        ops += [op] if window is None else _shared(op, window)
    return Block(block.args, tuple(ops), block.yields)


@dataclass(frozen=True)
class _Window:
    """The carried array ``position`` is touched at ``index + offset`` along ``axis`` alone."""

    position: int
    axis: int
    others: tuple[Operand, ...]
    touches: dict[Op, int]
    step: int

    @property
    def offsets(self) -> range:
        """All offsets from the one that is met first to the one that is left last."""
        low, high = min(self.touches.values()), max(self.touches.values())
        return range(high, low - 1, -1) if self.step > 0 else range(low, high + 1)

    def place(self, along: Operand) -> list[Operand]:
        """The index operands of the element at ``along``."""
        return [*self.others[: self.axis], along, *self.others[self.axis :]]


def _find(op: Op, bounds: Bounds) -> _Window | None:
    """The first carried array of a loop whose elements can be shared."""
    step = op.operands[2]
    if op.attrs.get("exits") or type(step) is not int or step not in (1, -1):
        return None
    body = op.regions[0]
    for position, (arg, end) in enumerate(zip(body.args[1:], body.yields, strict=True)):
        if not isinstance(arg.type, Array):
            continue
        chain = _chain(body, arg, end)
        if chain is None or not any(o.callee == core.ADDITEM for o in chain):
            continue
        window = _window(body, position, chain, step)
        if window is None or not 1 < len(window.offsets) <= _WIDEST:
            continue
        least = bounds.least_index(op)
        if least is not None and least + min(window.offsets) >= 0:  # no wraparound
            return window
    return None


def _chain(body: Block, arg: Value, end: Operand) -> list[Op] | None:
    """The ops that touch the array, if all read or write single elements of its latest version."""
    versions, latest, chain = {arg}, arg, []
    for op in body.ops:
        if not versions.intersection(core.uses_of(op)):
            continue
        first, *rest = op.operands
        plain = op.callee in _TOUCHES and first is latest and paths.is_element(op.attrs["path"])
        if not plain or versions.intersection(o for o in rest if isinstance(o, Value)):
            return None
        chain.append(op)
        if op.callee != core.GETITEM:
            latest = op.result
            versions.add(latest)
    used = [y for y in body.yields if isinstance(y, Value) and y in versions]
    return chain if end is latest and len(used) == 1 else None


def _window(body: Block, position: int, chain: Sequence[Op], step: int) -> _Window | None:
    index = body.args[0]
    inside = {result: op for op in body.ops for result in op.results}
    touches: dict[Op, int] = {}
    places = set()
    for op in chain:
        operands = op.operands[1 if op.callee == core.GETITEM else 2 :]
        along = [(axis, offset_of(o, index, inside)) for axis, o in enumerate(operands)]
        found = [(axis, offset) for axis, offset in along if offset is not None]
        if len(found) != 1:
            return None
        ((axis, touches[op]),) = found
        others = tuple(o for k, o in enumerate(operands) if k != axis)
        if any(o in inside or o in body.args for o in others if isinstance(o, Value)):
            return None
        places.add((axis, others))
    if len(places) != 1:
        return None
    ((axis, others),) = places
    return _Window(position, axis, others, touches, step)


def _shared(op: Op, window: _Window) -> list[Op]:
    """The loop with shared elements, run only if it has any iteration."""
    b = Builder(op.span, op.role)
    start, stop = op.operands[:2]
    some = b.emit(operator.lt if window.step > 0 else operator.gt, start, stop)
    then = b.inner()
    results = _loop(op, window, then)
    array = results[window.position]
    for offset, shared in zip(window.offsets[1:], results[len(op.results) :], strict=True):
        place = window.place(_shifted(then, stop, offset))
        array = then.setitem(array, shared, _path(array), *place)
    kept = list(results[: len(op.results)])
    kept[window.position] = array
    arms = (then.block((), kept), Block((), (), op.operands[3:]))
    return [*b.ops, Op(core.IF, (some,), {}, arms, op.results, op.span, op.role)]


def _loop(op: Op, window: _Window, b: Builder) -> tuple[Value, ...]:
    """The loop; its results are those of ``op``, then the shared elements after the last trip."""
    body, start = op.regions[0], op.operands[0]
    index, array = body.args[0], body.args[1 + window.position]
    before = op.operands[3 + window.position]
    carried = window.offsets[1:]
    inits = [
        b.getitem(before, _path(array), *window.place(_shifted(b, start, offset)))
        for offset in carried
    ]
    kind = Scalar(array.type.dtype)
    shared = [Value(kind, "shared") for _ in carried]
    inner = b.inner()
    lead = window.offsets[0]
    first = _shifted(inner, index, lead)
    now: dict[int, Operand] = dict(zip(carried, shared, strict=True))
    now[lead] = inner.getitem(array, _path(array), *window.place(first))
    mapping = _replace(body, window, now, inner)
    last = window.offsets[-1]
    final = window.place(_shifted(inner, index, last))
    yields = list(body.yields)
    yields[window.position] = inner.setitem(array, now[last], _path(array), *final)
    yields += [now[offset + window.step] for offset in carried]
    block = substitute(inner.block((*body.args, *shared), yields), mapping)
    types = [*(r.type for r in op.results), *(kind for _ in carried)]
    names = [*(r.name for r in op.results), *("shared" for _ in carried)]
    operands = (*op.operands, *inits)
    return b.region(core.FOR, operands, [block], types, names, **op.attrs)


def _replace(
    body: Block, window: _Window, now: dict[int, Operand], inner: Builder
) -> dict[Value, Operand]:
    """Add the body's ops, touches of the array done in ``now``; what became of reads."""
    mapping: dict[Value, Operand] = {}
    dtype = body.args[1 + window.position].type.dtype
    for op in body.ops:
        if op not in window.touches:
            inner.add(op)
            continue
        offset = window.touches[op]
        inner.span, inner.role = op.span, op.role
        if op.callee == core.GETITEM:
            mapping[op.result] = now[offset]
        elif op.callee == core.SETITEM:
            now[offset] = _fit(inner, op.operands[1], dtype)
        else:
            added = inner.emit(operator.add, now[offset], op.operands[1])
            now[offset] = _fit(inner, added, dtype)
    return mapping


def _fit(b: Builder, operand: Operand, dtype: object) -> Operand:
    """The operand as an element of that dtype, rounded as a store would."""
    kind = Scalar(dtype)  # type: ignore[arg-type]
    return operand if type_of(operand).dtype == dtype else b.cast(operand, kind)


def _shifted(b: Builder, index: Operand, offset: int) -> Operand:
    return b.emit(operator.sub if offset < 0 else operator.add, index, abs(offset))


def _path(array: Value) -> paths.Path:
    assert isinstance(array.type, Array)
    return paths.element(array.type.ndim)
