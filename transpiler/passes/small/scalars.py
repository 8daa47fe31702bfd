"""Small arrays become scalars, one for each element; short loops over them are written out.

Before::

    v = empty(2)
    for i in range(2): v[i] = x[k, i] * s
    y = v[0] - v[1]

After::

    v_0 = x[k, 0] * s
    v_1 = x[k, 1] * s
    y = v_0 - v_1

In memory such arrays cost an allocation and a round trip for each element; in scalars they are
in registers, and a loop that carries them keeps them there (``webs.py`` says which can be).
"""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from adgen.transpiler import optimisations
from adgen.transpiler.ir import core, paths
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Value, type_of
from adgen.transpiler.ir.rewrite import rename, resolve_all, substitute_op, with_body
from adgen.transpiler.ir.types import Array, Scalar
from adgen.transpiler.passes.lanes import loops_in_blocks
from adgen.transpiler.passes.small.webs import Webs
from adgen.transpiler.primitives.builder import Builder, fold

Elements = tuple[Operand, ...]  # of an array, in C's order
_FRESH = (core.ZEROS, core.EMPTY, core.FULL_)


def scalars_for_small_arrays(function: Function) -> Function:
    """The function without small arrays whose elements all have places that are known.

    Loops that are to be written with the iteration innermost keep theirs.
    """
    webs = Webs(function)
    if webs.shapes and optimisations.enabled(optimisations.POINTS_INNERMOST):
        in_blocks = loops_in_blocks(function)
        webs = Webs(function, in_blocks) if in_blocks else webs
    if not webs.shapes:
        return function
    rewriting = _Rewriting(webs)
    rewriting.touched = _touching(function.body, webs)
    b = Builder()
    try:
        rewriting.ops(function.body.ops, b)
    except _NoSuchElement:
        return function  # what is written there never runs
    yields = [rewriting.whole(y, b) for y in function.body.yields]
    body = Block(function.body.args, tuple(b.ops), tuple(yields))
    return with_body(function, rename(body, rewriting.names))


def _touching(block: Block, webs: Webs) -> set[Op]:
    """The ops with regions that have to do with small arrays."""
    found: set[Op] = set()
    for op in block.ops:
        inside: set[Op] = set()
        for region in op.regions:
            inside |= _touching(region, webs)
        own = any(result in webs.shapes for result in op.results)
        used = any(o in webs.shapes for region in op.regions for o in core.free_values(region))
        if op.regions and (inside or own or used or op in webs.loops or _makes_own(op, webs)):
            inside.add(op)
        found |= inside
    return found


def _makes_own(op: Op, webs: Webs) -> bool:
    return any(r in webs.shapes for region in op.regions for o in region.ops for r in o.results)


class _NoSuchElement(Exception):
    """A place is outside of its array."""


class _Rewriting:
    def __init__(self, webs: Webs) -> None:
        self.shapes, self.loops = webs.shapes, webs.loops
        self.touched: set[Op] = set()  # ops with regions in which there is anything to do
        self.mapping: dict[Value, Operand] = {}
        self.elements: dict[Value, Elements] = {}
        self.names: dict[Value, str] = {}
        self.trip: tuple[int, ...] = ()  # the indices of the loops that are written out around
        self.labels: dict[tuple[int, tuple[int, ...]], int] = {}  # of ops in such trips
        self.arrays: dict[Value, Value] = {}  # what is returned

    def ops(self, ops: Sequence[Op], b: Builder) -> None:
        """Add what ops become."""
        for op in ops:
            b.span, b.role = op.span, op.role
            self.op(op, b)

    def op(self, op: Op, b: Builder) -> None:
        """Add what one op becomes."""
        if op in self.loops:
            self.written_out(op, b)
        elif op.regions and (self.trip or op in self.touched):
            self.region(op, b)
        elif op.results and op.results[0] in self.shapes:
            self.elements[op.result] = self.made(op, b)
        elif op.operands and op.operands[0] in self.elements:
            self.read(op)
        elif not self.trip:
            b.add(substitute_op(op, self.mapping))
        else:
            self.repeated(op, b)

    def repeated(self, op: Op, b: Builder) -> None:
        """An op of a loop that is written out, once for each trip."""
        operands = resolve_all(op.operands, self.mapping)
        if len(op.results) == 1 and op.result.type.dtype.kind in "ib":
            folded = fold(op.callee, operands, op.role) if not isinstance(op.callee, str) else None
            if folded is not None:
                self.mapping[op.result] = folded
                return
        if op.attrs.get("reassoc") and op.callee is operator.add:
            total = _sum(b, *operands)
            if type_of(total) == op.result.type:
                self.mapping[op.result] = total
                return
        results = tuple(Value(result.type, result.name) for result in op.results)
        self.mapping.update(zip(op.results, results, strict=True))
        b.add(op.with_(operands=operands, results=results))

    # Arrays

    def made(self, op: Op, b: Builder) -> Elements:
        """The elements of a new array, or of an array after a write."""
        kind = op.result.type
        if op.callee in _FRESH:
            value = self.fitting(b, op.operands[0], kind) if op.callee == core.FULL_ else 0
            if not isinstance(value, Value):
                value = kind.dtype.type(value)
            return (value,) * int(np.prod(self.shapes[op.result]))
        base, value, *index = resolve_all(op.operands, self.mapping)
        assert isinstance(base, Value)
        elements = list(self.elements[base])
        at = self.place(base, index)
        if op.callee == core.ADDITEM:
            value = _sum(b, elements[at], value)
        elements[at] = self.fitting(b, value, kind)
        self.name(elements[at], op.result.name or base.name, self.shapes[base], at)
        return tuple(elements)

    def read(self, op: Op) -> None:
        """An element or an extent of an array in scalars."""
        base, *index = resolve_all(op.operands, self.mapping)
        assert isinstance(base, Value)
        if op.callee == core.DIM:
            self.mapping[op.result] = self.shapes[base][op.attrs["axis"]]
        else:
            self.mapping[op.result] = self.elements[base][self.place(base, index)]

    def place(self, base: Value, index: Sequence[Operand]) -> int:
        """Where an element is, in C's order."""
        flat = 0
        for k, extent in zip(index, self.shapes[base], strict=True):
            assert not isinstance(k, Value)
            if not -extent <= k < extent:
                raise _NoSuchElement
            flat = flat * extent + int(k) % extent
        return flat

    def fitting(self, b: Builder, value: Operand, kind: object) -> Operand:
        """A number as an element of an array."""
        assert isinstance(kind, Array)
        if not isinstance(value, Value):
            return kind.dtype.type(value)  # type: ignore[no-any-return]
        return b.cast(value, Scalar(kind.dtype))

    def name(self, element: Operand, name: str, shape: Sequence[int], at: int) -> None:
        """What an element is called, if that says more than its own name."""
        if name and isinstance(element, Value) and not element.name:
            self.names.setdefault(element, _called(name, shape, at))

    def elements_of(self, array: Operand, shape: tuple[int, ...], b: Builder) -> Elements:
        """The elements of any array; of one from elsewhere they are read."""
        assert isinstance(array, Value)
        if array in self.elements:
            return self.elements[array]
        (base,) = resolve_all((array,), self.mapping)
        path = paths.element(len(shape))
        return tuple(b.getitem(base, path, *place) for place in np.ndindex(*shape))

    def whole(self, operand: Operand, b: Builder) -> Operand:
        """An operand as what the function yields: an array is put together."""
        (operand,) = resolve_all((operand,), self.mapping)
        if not isinstance(operand, Value) or operand not in self.elements:
            return operand
        if operand not in self.arrays:
            kind, shape = operand.type, self.shapes[operand]
            assert isinstance(kind, Array)
            b.span = None
            array = b.emit(core.EMPTY, *shape, dtype=kind.dtype, ones=kind.ones, name=operand.name)
            for place, element in zip(np.ndindex(*shape), self.elements[operand], strict=True):
                assert isinstance(array, Value)
                array = b.setitem(array, element, paths.element(len(shape)), *place)
            assert isinstance(array, Value)
            self.arrays[operand] = array
        return self.arrays[operand]

    # Control flow

    def written_out(self, loop: Op, b: Builder) -> None:
        """All trips of a loop, one after the other."""
        start, stop, step, *carried = loop.operands
        body = loop.regions[0]
        self.bind(body.args[1:], carried, b)
        around = self.trip
        for index in range(start, stop, step):  # type: ignore[arg-type]
            self.trip = (*around, index)
            self.mapping[body.args[0]] = index
            self.ops(body.ops, b)
            if index != range(start, stop, step)[-1]:  # type: ignore[arg-type]
                self.bind(body.args[1:], body.yields, b)
        self.trip = around
        some = len(range(start, stop, step))  # type: ignore[arg-type]
        self.bind(loop.results, body.yields if some else carried, b)

    def bind(self, values: Sequence[Value], operands: Sequence[Operand], b: Builder) -> None:
        """Let values stand for what operands are now."""
        found = [
            self.elements_of(operand, self.shapes[value], b) if value in self.shapes
            else resolve_all((operand,), self.mapping)
            for value, operand in zip(values, operands, strict=True)
        ]  # fmt: skip
        for value, now in zip(values, found, strict=True):
            if value in self.shapes:
                self.elements[value] = now
            elif now[0] is not value:
                self.mapping[value] = now[0]

    def region(self, op: Op, b: Builder) -> None:
        """An if or a loop in which arrays are carried element by element."""
        fixed = {core.FOR: 3, core.WHILE: 0, core.IF: 1}[str(op.callee)]
        lead = 1 if op.attrs.get("exits") else 0
        operands = [*resolve_all(op.operands[:fixed], self.mapping)]
        for value, operand in zip(op.results, op.operands[fixed:], strict=False):
            operands += self.flat(value, operand, b)
        regions = []
        for region in op.regions:
            inner = b.inner()
            args = [new for arg in region.args for new in self.fresh(arg)]
            self.ops(region.ops, inner)
            if op.callee == core.WHILE and region is op.regions[0]:
                yields = list(resolve_all(region.yields, self.mapping))
            else:
                yields = list(resolve_all(region.yields[:lead], self.mapping))
                for value, operand in zip(op.results, region.yields[lead:], strict=True):
                    yields += self.flat(value, operand, inner)
            regions.append(inner.block(args, yields))
        results = [new for result in op.results for new in self.fresh(result)]
        b.add(
            op.with_(operands=tuple(operands), regions=tuple(regions), results=tuple(results),
                     attrs=self.labelled(op.attrs))
        )  # fmt: skip

    def labelled(self, attrs: Mapping[str, Any]) -> Mapping[str, Any]:
        """Attributes in which a label means the present trip; a mirror is that of the same one."""
        if not self.trip:
            return attrs
        found = dict(attrs)
        if "label" in attrs:
            found["label"] = self.labels[attrs["label"], self.trip] = core.new_label()
        if "mirror" in attrs:
            mirror = attrs["mirror"]
            found["mirror"] = self.labels.get((mirror, self.trip), mirror)
        return found

    def flat(self, value: Value, operand: Operand, b: Builder) -> Elements:
        """What is carried as ``value``."""
        if value in self.shapes:
            return self.elements_of(operand, self.shapes[value], b)
        return resolve_all((operand,), self.mapping)

    def fresh(self, value: Value) -> tuple[Value, ...]:
        """New values for what was carried as one."""
        if value not in self.shapes:
            if not self.trip:
                return (value,)
            new = Value(value.type, value.name)
            self.mapping[value] = new
            return (new,)
        shape = self.shapes[value]
        kind = Scalar(value.type.dtype)
        made = tuple(
            Value(kind, _called(value.name, shape, at)) for at in range(int(np.prod(shape)))
        )
        self.elements[value] = made
        return made


def _sum(b: Builder, x: Operand, y: Operand) -> Operand:
    """The sum of two numbers in a sum whose order is free, as that of ``additem`` always is."""
    for one, other in ((x, y), (y, x)):
        if not isinstance(one, Value) and one == 0:
            return other
    return b.emit(operator.add, x, y, reassoc=True)


def _called(name: str, shape: Sequence[int], at: int) -> str:
    """``R_0_1`` for an element of ``R``."""
    if not name:
        return ""
    return "_".join((name, *map(str, np.unravel_index(at, tuple(shape)))))
