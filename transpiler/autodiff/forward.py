"""Forward mode: each op is followed by the op that carries its tangent.

It accepts everything that reverse mode emits (slots too), so second
derivatives are forward over reverse.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence

from adgen.transpiler.autodiff import custom
from adgen.transpiler.autodiff.activity import Activity
from adgen.transpiler.autodiff.links import pushed, varied_arguments
from adgen.transpiler.autodiff.samples import check_draws
from adgen.transpiler.errors import NotDifferentiable
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Function, Op, Operand, Slot, Value, type_of
from adgen.transpiler.ir.rewrite import rename
from adgen.transpiler.ir.types import Array, Scalar, Type, is_float
from adgen.transpiler.primitives import tracer
from adgen.transpiler.primitives.builder import Builder, zero
from adgen.transpiler.primitives.custom import Custom
from adgen.transpiler.primitives.kinds import Bilinear, Elementwise, Explicit, Linear
from adgen.transpiler.primitives.linked import PART, Linked
from adgen.transpiler.primitives.table import find


def forward(
    function: Function, wrt: Sequence[int], seeds: Mapping[int, Operand] | None = None
) -> tuple[Function, tuple[Operand, ...]]:
    """The function that computes values and tangents, and the tangents of all its yields.

    Its parameters are followed by one tangent ``x_dot`` per index in ``wrt`` (those in
    ``seeds`` have that constant tangent instead).  Its yields are those of
    ``function``; the caller picks what it wants of the tangents.

    Raises NotDifferentiable when a parameter in ``wrt`` is not of a floating type.
    """
    seeds = seeds or {}
    tangents: dict[Value, Operand] = {}
    extra: list[Value] = []
    for k in wrt:
        param = function.params[k]
        if not is_float(param.type):
            raise NotDifferentiable(
                f"argument '{param.name}' is of type {param.type.dtype}: it has no derivative",
                function.span,
                hint=f"pass {param.name} as float, or leave it out of wrt",
            )
        if k in seeds:
            tangents[param] = seeds[k]
        else:
            tangents[param] = Value(param.type, _dot(param))
            extra.append(tangents[param])  # type: ignore[arg-type]
    activity = Activity(function.body, tangents)
    check_draws(function.body, activity)
    engine = _Forward(activity, tangents, used_values(function.body))
    b = Builder()
    engine.block(function.body.ops, b)
    outcome = tuple(engine.tangent(b, y) for y in function.body.yields)
    count = len(outcome)
    body = b.block((*function.params, *extra), (*function.body.yields, *outcome))
    body = rename(body, engine.names)
    outcome = body.yields[-count:]
    body = Block(body.args, body.ops, body.yields[:-count])
    out = Function(
        f"{function.name}_jvp", body, function.structure, (), function.doc, function.span
    )  # fmt: skip
    return out, outcome


def used_values(block: Block) -> set[Operand]:
    """Everything that an op of a block or its yields name."""
    used: set[Operand] = set(block.yields)
    for _, op in core.walk(block):
        used.update(op.operands)
        for region in op.regions:
            used.update(region.yields)
    return used


def _dot(value: Value) -> str:
    return f"{value.name}_dot" if value.name else ""


class _Forward:
    def __init__(
        self, activity: Activity, tangents: dict[Value, Operand], used: set[Operand]
    ) -> None:
        self.activity = activity
        self.tangents = tangents
        self.used = used
        self.slots: dict[Slot, Slot] = {}
        self.names: dict[Value, str] = {}
        self.parts: dict[Operand, dict[int, Operand]] = {}  # of tokens

    def tangent(self, b: Builder, operand: Operand) -> Operand:
        """The tangent of an operand, zero if it does not vary."""
        if isinstance(operand, Value) and operand in self.tangents:
            return self.tangents[operand]
        kind = type_of(operand)
        if not is_float(kind):
            return 0.0
        return zero(kind) if isinstance(kind, Scalar) else b.zeros_like(operand)

    def varied(self, operand: Operand) -> Operand | None:
        """The tangent of an operand, or None if it does not vary."""
        return self.tangents.get(operand) if isinstance(operand, Value) else None

    def block(self, ops: Sequence[Op], b: Builder) -> None:
        """Ops and their tangents, in order."""
        for op in ops:
            b.span, b.role = op.span, core.TANGENT
            if op.callee == core.IF:
                self.conditional(op, b)
            elif op.callee in (core.FOR, core.WHILE):
                self.loop(op, b)
            else:
                b.add(op)
                self.plain(op, b)

    def plain(self, op: Op, b: Builder) -> None:
        """The tangent of an op without regions."""
        if op.callee in (core.DECLARE, core.RESERVE, core.SAVE, core.LOAD):
            self.slot_op(op, b)
            return
        if len(op.results) > 1:
            self.several(op, b)
            return
        if not op.results or op.result not in self.activity:
            return
        if isinstance(op.callee, Linked):
            self.linked(op, b)
            return
        if isinstance(op.callee, str):
            out = self.kind(op, b)
        else:
            out = self.primitive(op, b)
        out = self.fit(b, out, op.result)
        self.tangents[op.result] = out
        if op.result.name and isinstance(out, Value) and not out.name:
            self.names.setdefault(out, _dot(op.result))

    def several(self, op: Op, b: Builder) -> None:
        """The tangents of those results of a call that are used."""
        wanted = tuple(r in self.activity and r in self.used for r in op.results)
        entry = find(op.callee)
        if not any(wanted) or entry is None:
            return
        assert isinstance(entry.kind, Explicit)
        ts = tuple(self.varied(operand) for operand in op.operands)
        rule = tracer.stating(op, entry.kind.jvp)
        outs = tracer.apply_rule(b, rule, ts, op.results, *op.operands, wanted=wanted, **op.attrs)
        for result, out, use in zip(op.results, outs, wanted, strict=True):
            if use:
                out = self.fit(b, out, result)
                self.tangents[result] = out
                if result.name and isinstance(out, Value) and not out.name:
                    self.names.setdefault(out, _dot(result))

    def fit(self, b: Builder, out: Operand, value: Value) -> Operand:
        """The tangent with the shape and dtype of its value."""
        have, want = type_of(out), value.type
        if isinstance(want, Array):
            narrow = isinstance(have, Scalar) or (
                have.ndim < want.ndim
                or any(one and not w for one, w in zip(have.ones, want.ones, strict=True))
            )
            if narrow:
                out = b.emit(core.BROADCAST, out, *b.dims(value), ones=want.ones)
        have = type_of(out)
        if have.dtype != want.dtype:
            kind: Type = Scalar(want.dtype)
            if isinstance(have, Array):
                kind = Array(want.dtype, have.ones)
            out = b.cast(out, kind)
        return out

    def kind(self, op: Op, b: Builder) -> Operand:
        """Kinds of the IR: all linear in the operands that carry tangents."""
        first, *rest = op.operands
        name = _dot(op.result)
        if op.callee in (core.SETITEM, core.ADDITEM):
            value, *index = rest
            base = self.tangent(b, first)
            part = self.varied(value)
            if part is None:
                if op.callee == core.ADDITEM:
                    return base
                part = zero(Scalar(type_of(first).dtype))
            return b.emit(op.callee, base, part, *index, name=name, **op.attrs)
        if op.callee == core.ACCUM:
            one, two = self.varied(first), self.varied(rest[0])
            if one is None or two is None:
                return self.tangent(b, first if two is None else rest[0])
            return b.emit(core.ACCUM, one, two, name=name)
        out = self.tangent(b, first)
        if op.callee == core.CAST:
            target = op.attrs["type"]
            return self.fit(b, out, Value(target))
        return b.emit(op.callee, out, *rest, name=name, **op.attrs)

    def primitive(self, op: Op, b: Builder) -> Operand:
        """The tangent by the table."""
        if isinstance(op.callee, Custom):
            return self.custom(op, b)
        if op.callee is PART:
            return self.parts[op.operands[0]][op.attrs["index"]]
        entry = find(op.callee)
        assert entry is not None
        kind, operands, attrs = entry.kind, op.operands, dict(op.attrs)
        attrs.pop("reassoc", None)
        parts: list[Operand] = []
        if isinstance(kind, Elementwise):
            for k, (rule, operand) in enumerate(zip(kind.rules, operands, strict=True)):
                t = self.varied(operand)
                if rule is not None and t is not None:
                    parts.append(tracer.apply_partial(b, op, k, rule, t))
        elif isinstance(kind, Linear):
            t = self.tangent(b, operands[0])
            parts.append(b.emit(op.callee, t, *operands[1:], **attrs))
        elif isinstance(kind, Bilinear):
            x, y = operands
            if (t := self.varied(x)) is not None:
                parts.append(b.emit(op.callee, t, y, **attrs))
            if (t := self.varied(y)) is not None:
                parts.append(b.emit(op.callee, x, t, **attrs))
        elif isinstance(kind, Explicit):
            ts = tuple(self.varied(operand) for operand in operands)
            parts.append(
                tracer.apply_rule(
                    b, tracer.stating(op, kind.jvp), ts, op.result, *operands, **attrs
                )
            )  # fmt: skip
        total = parts[0]
        for part in parts[1:]:
            total = b.emit(operator.add, total, part)
        return total

    def custom(self, op: Op, b: Builder) -> Operand:
        """The tangent by the user's rules."""
        assert isinstance(op.callee, Custom)
        custom.check_arguments(op, self.varied(op.operands[0]) is not None)
        total: Operand | None = None
        for k in range(len(op.callee.rules)):
            t = self.varied(op.operands[1 + k])
            part = None if t is None else custom.applied(b, op, k, t, forwards=True)
            if part is not None:
                part = self.fit(b, part, op.result)
                total = part if total is None else b.emit(operator.add, total, part)
        return b.zeros_like(op.result) if total is None else total

    def linked(self, op: Op, b: Builder) -> None:
        """The tangents of all values of a derivative that is computed inside of the function."""
        varied = varied_arguments(op, self.activity)
        assert isinstance(op.callee, Linked)
        values, arguments = op.operands[: op.callee.values], op.operands[op.callee.values :]
        found = pushed(b, op, {k: self.tangent(b, arguments[k]) for k in varied})
        floats = [k for k, value in enumerate(values) if is_float(type_of(value))]
        self.parts[op.result] = dict(zip(floats, found, strict=True))

    def slot_op(self, op: Op, b: Builder) -> None:
        """Slots that hold varying values have a twin that holds the tangents."""
        slot = op.attrs["slot"]
        if slot not in self.activity:
            return
        twin = self.slots.setdefault(slot, slot.twin("_dot"))
        if op.callee in (core.DECLARE, core.RESERVE):
            b.effect(str(op.callee), *op.operands, slot=twin)
        elif op.callee == core.SAVE:
            value, *counters = op.operands
            b.effect(core.SAVE, self.tangent(b, value), *counters, slot=twin)
        else:
            out = b.emit(core.LOAD, *op.operands, slot=twin, name=_dot(op.result))
            self.tangents[op.result] = out

    def conditional(self, op: Op, b: Builder) -> None:
        """Both arms also yield the tangents of the varying results."""
        varied = [k for k, r in enumerate(op.results) if r in self.activity]
        regions = []
        for region in op.regions:
            inner = b.inner()
            self.block(region.ops, inner)
            inner.role = core.TANGENT
            more = [self.wide(inner, region.yields[k], op.results[k]) for k in varied]
            regions.append(inner.block((), (*region.yields, *more)))
        dots = [Value(op.results[k].type, _dot(op.results[k])) for k in varied]
        b.add(op.with_(regions=tuple(regions), results=(*op.results, *dots)))
        self.tangents.update(zip((op.results[k] for k in varied), dots, strict=True))

    def wide(self, b: Builder, operand: Operand, value: Value) -> Operand:
        """The tangent of an operand that is yielded as ``value``: of its own shape.

        ``value`` may be known to have fewer axes of length 1, for other paths reach it too.
        """
        out = self.tangent(b, operand)
        have, want = type_of(out), value.type
        if have.dtype == want.dtype:
            return out
        return b.cast(out, Array(want.dtype, have.ones) if isinstance(have, Array) else want)

    def loop(self, op: Op, b: Builder) -> None:
        """The loop also carries the tangents of what varies."""
        fixed, skip = (3, 1) if op.callee == core.FOR else (0, 0)
        lead = 1 if op.attrs.get("exits") else 0
        body = op.regions[-1]
        heads = body.args[skip:]
        varied = [k for k, head in enumerate(heads) if head in self.activity]
        inits = [self.wide(b, op.operands[fixed + k], heads[k]) for k in varied]
        regions = []
        for region in op.regions:
            is_body = region is body
            args = region.args[skip if is_body else 0 :]
            dots = [Value(heads[k].type, _dot(heads[k])) for k in varied]
            self.tangents.update(zip((args[k] for k in varied), dots, strict=True))
            inner = b.inner()
            if is_body:
                self.block(region.ops, inner)
            else:
                inner.ops += region.ops
            inner.role = core.TANGENT
            more = [
                self.wide(inner, region.yields[lead + k], heads[k]) for k in varied if is_body
            ]  # fmt: skip
            regions.append(inner.block((*region.args, *dots), (*region.yields, *more)))
        dots = [Value(heads[k].type, _dot(heads[k])) for k in varied]
        b.add(
            op.with_(
                operands=(*op.operands, *inits),
                regions=tuple(regions),
                results=(*op.results, *dots),
            )  # fmt: skip
        )
        self.tangents.update(zip((op.results[k] for k in varied), dots, strict=True))
