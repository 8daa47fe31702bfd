"""Blocks of ops as lists of statements."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import gast

from adgen.transpiler.emit import kernels, nodes, numba_forms
from adgen.transpiler.emit.branches import branch, with_continue
from adgen.transpiler.emit.comments import Comments
from adgen.transpiler.emit.draws import Draws
from adgen.transpiler.emit.expressions import Expressions
from adgen.transpiler.emit.extents import complete_groups
from adgen.transpiler.emit.moves import Move, assignment, statements
from adgen.transpiler.emit.nodes import Expr, Stmt
from adgen.transpiler.emit.origins import Origins
from adgen.transpiler.emit.plan import Plan
from adgen.transpiler.emit.said import Said
from adgen.transpiler.emit.slots import Slots
from adgen.transpiler.emit.storage import carried_args, first_yield, is_write, lead, resting
from adgen.transpiler.emit.terminators import BREAK, RETURN, UNREACHABLE, is_left
from adgen.transpiler.emit.threads import Chunks
from adgen.transpiler.emit.updates import update
from adgen.transpiler.ir import core
from adgen.transpiler.ir.bounds import Bounds
from adgen.transpiler.ir.core import Block, Op, Operand, Value
from adgen.transpiler.ir.templates import Error
from adgen.transpiler.ir.types import Scalar

End = Callable[[Sequence[Operand]], list[Stmt]]


class Statements:
    """Writes the blocks of one planned function; ``origins`` is told what they come from."""

    def __init__(self, plan: Plan, comments: Comments, origins: Origins | None = None) -> None:
        self.plan = plan
        self.origins = origins
        self.folding = plan.folding
        self.order = plan.order
        self.names = plan.naming.values
        self.expressions = Expressions(plan)
        self.slots = Slots(plan, self.expressions)
        self.said = Said(self.expressions)
        self.draws = Draws(self.expressions)
        self.bounds = Bounds(plan.function)
        self.comments = comments
        self.chunks = Chunks(plan)
        self._returns: End = lambda yields: []
        self._last_guard: gast.If | None = None

    # Blocks

    def body(self, returns: End) -> list[Stmt]:
        """The function's body; ``returns`` writes its return statement."""
        self._returns = returns
        return self._block(self.plan.function.body, returns)

    def _block(self, block: Block, end: End) -> list[Stmt]:
        """The ops, then what ``end`` makes of the yields."""
        out: list[Stmt] = []
        groups = complete_groups(block)
        for op in block.ops:
            if op.callee == core.RESERVE:
                out += self._reserve(op, block)
                continue
            group = groups.get(op.result) if op.callee == core.DIM else None
            if group is not None and not any(o.result in self.folding.inline for o in group):
                out += self._extents(group) if group[0].result is op.result else []
                continue
            if op.callee == core.GUARD and self._joins(op, out):
                continue
            made = self._op(op)
            if self.origins is not None:
                self.origins.note(op, made, self.plan)
            out += self.comments.before(op, made)
        last = [] if is_left(block) else end(block.yields)
        if self.origins is not None:
            self.origins.note_yields(block.yields, last, self.plan)
        return out + last

    def _reserve(self, op: Op, block: Block) -> list[Stmt]:
        """Tapes of one loop grow together: one check before the first of them."""
        ops = [o for o in block.ops if o.callee == core.RESERVE and o.operands == op.operands]
        return self.slots.reserve(ops) if op is ops[0] else []

    def _extents(self, group: Sequence[Op]) -> list[Stmt]:
        """``n, m = X.shape``."""
        by_axis = sorted(group, key=lambda op: int(op.attrs["axis"]))
        targets = nodes.tuple_(
            [nodes.store(self.names[op.result]) for op in by_axis], nodes.Store()
        )
        array = self.expressions.operand(group[0].operands[0])
        return [nodes.assign(targets, nodes.attribute(array, "shape"))]

    # Assignments

    def _moves(self, pairs: Sequence[tuple[Value, Operand]]) -> list[Move]:
        """Assignments of operands to variables; none where both are one variable."""
        moves = []
        for target, operand in pairs:
            if operand is UNREACHABLE or not self._needed(target):
                continue
            name = self.names[target]
            if isinstance(operand, Value) and self.names.get(operand) == name:
                if operand not in self.folding.inline:
                    continue
            value = self.expressions.as_type(operand, target.type)
            scalar = isinstance(target.type, Scalar)
            moves.append(Move(name, value, self._reads(operand), scalar))
        return moves

    def _needed(self, target: Value) -> bool:
        """Whether a variable is read at all."""
        if target not in self.order.definition:
            return False  # a flag that was given up for jumps
        found = self.order.definition[target]
        loop = found.place.op
        if found.op is not None or loop is None:
            return bool(self.order.uses.get(target))
        index = found.index - (1 if loop.callee == core.FOR else 0)
        heads = [r.args[len(r.args) - len(loop.results) + index] for r in loop.regions]
        return any(self.order.uses.get(v) for v in (*heads, loop.results[index]))

    def _reads(self, operand: Operand) -> frozenset[str]:
        return frozenset(self.names[leaf] for leaf in self.folding.leaves(operand))

    def _set(self, result: Value, value: Expr) -> Stmt:
        return assignment(self.names[result], value, isinstance(result.type, Scalar))

    # Ops

    def _op(self, op: Op) -> list[Stmt]:
        if op.callee in (core.DECLARE, core.SAVE, core.LOAD):
            return self.slots.statements(op) + self._loaded(op)
        if len(op.results) == 1 and op.result in self.folding.inline:
            return []
        if op.callee in core.REGION_KINDS and op not in self.folding.selects:
            write = {core.IF: self._if, core.FOR: self._for, core.WHILE: self._while}
            return write[str(op.callee)](op)
        if op.callee == BREAK:
            return [*self._assign(op.attrs["of"], op.operands), gast.Break()]
        if op.callee == RETURN:
            return self._returns(op.operands) or [gast.Return(None)]
        if op.callee in _EFFECTS:
            return _EFFECTS[str(op.callee)](self, op)
        if is_write(op):
            return self._write(op)
        if len(op.results) == 1:
            statement = self._set(op.result, self.expressions.of(op))
            if op.callee == core.ZEROS:
                self.chunks.zeros[op.result] = statement
            return [statement]
        targets = nodes.tuple_([nodes.store(self.names[r]) for r in op.results], nodes.Store())
        return [nodes.assign(targets, self.expressions.of(op))]

    def _loaded(self, op: Op) -> list[Stmt]:
        if not op.results or op.result in self.folding.inline:
            return []
        if not self.order.uses.get(op.result) and op.attrs["slot"].kind != "stack":
            return []
        return [self._set(op.result, self.expressions.of(op))]

    def _write(self, op: Op) -> list[Stmt]:
        before, after = self.names[_value(op.operands[0])], self.names[op.result]
        statement = update(self.expressions, op)
        out = [] if statement is None else [statement]
        if before != after:
            out.append(nodes.assign(nodes.store(after), nodes.load(before)))
        return out

    # Control flow

    def _assign(self, targets: Sequence[Value], operands: Sequence[Operand]) -> list[Stmt]:
        return statements(self._moves(list(zip(targets, operands, strict=True))))

    def _if(self, op: Op) -> list[Stmt]:
        then, orelse = (
            self._block(region, lambda yields: self._assign(op.results, yields))
            for region in op.regions
        )
        return branch(self.expressions.operand(op.operands[0]), then, orelse)

    def _enter(self, op: Op) -> list[Stmt]:
        return self._assign(carried_args(op), op.operands[lead(op) :])

    def _leave(self, op: Op) -> list[Stmt]:
        return self._assign(op.results, carried_args(op))

    def _loop_body(self, op: Op) -> list[Stmt]:
        return with_continue(self._block(op.regions[-1], lambda yields: self._turn(op, yields)))

    def _turn(self, op: Op, yields: Sequence[Operand]) -> list[Stmt]:
        """The end of an iteration: what is carried on, and the exit if a flag says so."""
        first = first_yield(op)
        flag, ends = (yields[0] if first else False), yields[first:]
        still = resting(op)
        pairs = [
            (arg, y) for arg, y in zip(carried_args(op), ends, strict=True) if arg not in still
        ]
        moves = self._moves(pairs)
        if not isinstance(flag, Value):
            return [*statements(moves), *([gast.Break()] if flag else [])]
        test = self.expressions.operand(flag)
        if any(move.target in self._reads(flag) for move in moves):
            name = self.names.get(flag) or self.plan.naming.fresh("stop")
            keep = nodes.assign(nodes.store(name), test)
            return [keep, *statements(moves), nodes.if_(nodes.load(name), [gast.Break()])]
        return [*statements(moves), nodes.if_(test, [gast.Break()])]

    def _for(self, op: Op) -> list[Stmt]:
        start, stop, step = op.operands[:3]
        bounds = [stop]
        if isinstance(step, Value) or step != 1:
            bounds = [start, stop, step]
        elif isinstance(start, Value) or start != 0:
            bounds = [start, stop]
        index = op.regions[0].args[0]
        name = self.names[index] if index.name or self.order.uses.get(index) else "_"
        body = self._loop_body(op)
        if self.plan.style.numba and self.order.uses.get(index):
            body = [*kernels.claim(name, op, self.bounds), *body]
        given = self.expressions.operands(bounds)
        if self.plan.style.numba:
            given = kernels.bounds_of(op, given)
        loop = nodes.for_(name, given, body)
        return [*self._enter(op), *self.chunks.on_threads(op, loop), *self._leave(op)]

    def _while(self, op: Op) -> list[Stmt]:
        condition = op.regions[0]
        tested: list[Expr] = []

        def test(yields: Sequence[Operand]) -> list[Stmt]:
            tested.append(self.expressions.operand(yields[0]))
            return []

        before = self._block(condition, test)
        body = self._loop_body(op)
        if before:
            leave = nodes.if_(nodes.negate(tested[0]), [gast.Break()])
            loop = gast.While(nodes.constant(True), [*before, leave, *body], [])
        else:
            endless = isinstance(tested[0], gast.Constant) and tested[0].value is True
            kept = numba_forms.always() if endless and self.plan.style.numba else tested[0]
            loop = gast.While(kept, body or [gast.Pass()], [])
        return [*self._enter(op), loop, *self._leave(op)]

    # Effects

    def _guard(self, op: Op) -> list[Stmt]:
        if "square" in op.attrs:
            raised = nodes.raise_("np.linalg.LinAlgError", core.NOT_SQUARE)
            return [nodes.if_(self._differ(op), [raised])]
        self._last_guard = nodes.if_(self._differ(op), [nodes.raise_("ValueError", core.MISMATCH)])
        return [self._last_guard]

    def _joins(self, op: Op, out: list[Stmt]) -> bool:
        """Guards in a row are one statement: each costs Numba a way out of the function."""
        if self._last_guard is None or not out or out[-1] is not self._last_guard:
            return False
        if "square" in op.attrs:
            return False
        test = self._last_guard.test
        tests = test.values if isinstance(test, gast.BoolOp) else [test]
        self._last_guard.test = gast.BoolOp(gast.Or(), [*tests, self._differ(op)])
        return True

    def _differ(self, op: Op) -> Expr:
        first, second = self.expressions.operands(op.operands)
        return gast.Compare(first, [gast.NotEq()], [second])

    def _assert(self, op: Op) -> list[Stmt]:
        condition, *values = op.operands
        error = op.attrs.get("error", Error(AssertionError))
        if not isinstance(condition, Value):
            return [] if condition else [self.said.raised(error, values)]
        test = self.expressions.operand(condition)
        if error.cls is AssertionError and len(error.template) <= 1 and not error.keywords:
            message = self.said.message(error, values)
            if message is not None or not error.template:
                return [gast.Assert(test, message)]
        return [nodes.if_(nodes.negate(test), [self.said.raised(error, values)])]

    def _print(self, op: Op) -> list[Stmt]:
        return [] if self.plan.style.forgiving else [self.said.printed(op)]

    def _draw(self, op: Op) -> list[Stmt]:
        drawn = self.draws.expression(op)
        if not op.results or not self.order.uses.get(op.result):
            return [nodes.statement(drawn)]
        return [self._set(op.result, drawn)]


def _value(operand: Operand) -> Value:
    assert isinstance(operand, Value)
    return operand


_EFFECTS: dict[str, Callable[[Statements, Op], list[Stmt]]] = {
    core.GUARD: Statements._guard, core.ASSERT: Statements._assert,
    core.PRINT: Statements._print, core.DRAW: Statements._draw,
}  # fmt: skip
