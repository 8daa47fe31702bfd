"""Checks that a function keeps the rules of the IR: run after every pass in tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from adgen.transpiler.errors import InvalidIR
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Callee, Function, Op, Operand, Slot, Value, type_of
from adgen.transpiler.ir.kind_rules import fits, problem_of
from adgen.transpiler.ir.printer import print_op
from adgen.transpiler.ir.types import Array, Scalar, Type

Infer = Callable[[Callee, Sequence[Operand], dict[str, Any]], Type | tuple[Type, ...]]


def verify(function: Function, planned: bool = True, infer: Infer | None = None) -> None:
    """Check SSA, operands, types, regions, mirrors and slots.

    ``planned=False``: a joint function before residual planning, whose backward
    blocks may name values of the forward blocks that they mirror.  ``infer``: the
    types of an op's results (``primitives.builder.result_type``), which must be the
    types they have.  Raises InvalidIR that names the op and the reason.
    """
    _Verifier(function, planned, infer).run()


class _Verifier:
    def __init__(self, function: Function, planned: bool, infer: Infer | None) -> None:
        self.function = function
        self.planned = planned
        self.infer = infer
        self.around: dict[Block, tuple[Block, Op]] = {}
        self.block_of: dict[Value, Block] = {}
        self.position: dict[Op, int] = {}
        self.labelled: dict[int, Op] = {}
        self.mirror: dict[Block, Block] = {}
        self.saved_in: dict[Slot, list[tuple[Block, int]]] = {}
        self.declared: dict[Slot, Op] = {}

    def run(self) -> None:
        entry = [*self.function.params]
        entry += [v for v in self.function.residuals_in if isinstance(v, Value)]
        for value in entry:
            self._define(value, self.function.body, None)
        self._index(self.function.body)
        for _, op in core.walk(self.function.body):
            self._pair(op)
        self._check_block(self.function.body, set(entry))
        self._check_results()

    # Where everything is

    def _define(self, value: Value, block: Block, op: Op | None) -> None:
        if value in self.block_of:
            raise self._error(op, f"{value!r} is defined twice")
        self.block_of[value] = block

    def _index(self, block: Block) -> None:
        for position, op in enumerate(block.ops):
            if op in self.position:
                raise self._error(op, "the op occurs twice")
            self.position[op] = position
            label = op.attrs.get("label")
            if label is not None:
                if label in self.labelled:
                    raise self._error(op, f"label {label} occurs twice")
                self.labelled[label] = op
            for region in op.regions:
                if region in self.around:
                    raise self._error(op, "a block is the region of two ops")
                self.around[region] = (block, op)
                for arg in region.args:
                    self._define(arg, region, op)
                self._index(region)
            for result in op.results:
                self._define(result, block, op)
            if op.callee == core.SAVE:
                self._note_save(op, block)

    def _note_save(self, op: Op, block: Block) -> None:
        """A save counts in its block; that of an element in the blocks around its loops too."""
        saved = self.saved_in.setdefault(op.attrs["slot"], [])
        saved.append((block, self.position[op]))
        if _saves_element(op):
            for _ in range(op.attrs["slot"].type.ndim):
                if block in self.around:
                    block, loop = self.around[block]
                    saved.append((block, self.position[loop]))

    def _pair(self, op: Op) -> None:
        """Note which blocks mirror which; a mirror whose original is gone mirrors nothing."""
        original = self.labelled.get(op.attrs.get("mirror", 0))
        if original is None:
            return
        if (op.callee == core.IF) != (original.callee == core.IF):
            raise self._error(op, f"a {op.callee} cannot mirror a {original.callee}")
        if op.callee == core.IF:
            self.mirror.update(zip(op.regions, original.regions, strict=True))
        else:
            self.mirror[op.regions[0]] = original.regions[-1]

    def _ancestors(self, block: Block) -> Iterator[Block]:
        yield block
        while block in self.around:
            block = self.around[block][0]
            yield block

    # Blocks and ops

    def _check_block(self, block: Block, visible: set[Value]) -> None:
        seen = visible | set(block.args)
        for op in block.ops:
            self._check_uses(op, op.operands, block, seen)
            problem = problem_of(op)
            if problem:
                raise self._error(op, problem)
            for region in op.regions:
                self._check_block(region, seen)
            self._check_type(op)
            self._check_slot(op, block)
            seen.update(op.results)
        owner = self.around[block][1] if block in self.around else None
        self._check_uses(owner, block.yields, block, seen)

    def _check_uses(
        self, op: Op | None, operands: Sequence[Operand], block: Block, seen: set[Value]
    ) -> None:
        for operand in operands:
            if not isinstance(operand, Value) or operand in seen:
                continue
            home = self.block_of.get(operand)
            if home is None:
                raise self._error(op, f"{operand!r} is defined nowhere")
            if self.planned or home not in map(self.mirror.get, self._ancestors(block)):
                raise self._error(op, f"{operand!r} does not dominate this use")

    def _check_type(self, op: Op) -> None:
        """The type of a result is what the operands make it."""
        if self.infer is None or op.callee in core.REGION_KINDS or not op.results:
            return
        found = self.infer(op.callee, op.operands, dict(op.attrs))
        kinds = found if isinstance(found, tuple) else (found,)
        if len(kinds) != len(op.results):
            raise self._error(op, f"it has {len(kinds)} results, not {len(op.results)}")
        for kind, result in zip(kinds, op.results, strict=True):
            if kind != result.type and not _both_scalars_of_one_dtype(kind, result.type):
                raise self._error(op, f"its result is {kind}, not {result.type}")

    def _check_results(self) -> None:
        function = self.function
        updated = sum(core.leaves(update.structure) for update in function.updates)
        wanted = core.leaves(function.structure) + updated + len(function.writes)
        if len(function.body.yields) != wanted:
            raise InvalidIR(
                f"{function.name} yields {len(function.body.yields)} values instead of {wanted}"
            )
        for parameter, final in zip(
            function.writes, function.body.yields[wanted - len(function.writes) :], strict=True
        ):
            if not fits(final, function.params[parameter].type):
                raise InvalidIR(f"{function.name} writes {final!r} to parameter {parameter}")

    # Slots

    def _check_slot(self, op: Op, block: Block) -> None:
        if op.callee == core.DECLARE:
            self._check_declare(op)
        elif op.callee == core.SAVE:
            counters, kind = op.operands[1:], op.attrs["slot"].type
            if _saves_element(op):
                counters, kind = counters[: -kind.ndim], Scalar(kind.dtype)
            self._check_access(op, counters)
            if not op.operands or not fits(op.operands[0], kind):
                raise self._error(op, f"what is saved is no {kind}")
        elif op.callee == core.LOAD:
            self._check_access(op, op.operands)
            if not self._saved(op, block):
                raise self._error(op, "no save dominates this load")

    def _check_declare(self, op: Op) -> None:
        slot: Slot = op.attrs["slot"]
        rank = slot.type.ndim if isinstance(slot.type, Array) else 0
        if slot.kind == "tape" and len(op.operands) <= rank:
            raise self._error(op, "a tape needs an extent per loop and per axis of its value")
        if slot.kind == "stack" and op.operands:
            raise self._error(op, "a stack grows: it has no extents")
        if slot in self.declared:
            raise self._error(op, "the slot is declared twice")
        self.declared[slot] = op

    def _check_access(self, op: Op, counters: Sequence[Operand]) -> None:
        slot: Slot = op.attrs["slot"]
        if slot.kind not in ("local", "tape", "stack"):
            raise self._error(op, f"there is no kind of slot {slot.kind!r}")
        if any(type_of(counter).dtype.kind != "i" for counter in counters):
            raise self._error(op, "trip counters must be ints")
        if slot in self.function.residuals_in:
            return
        if slot.kind != "local" and slot not in self.declared:
            raise self._error(op, "the slot is used before it is declared")
        wanted = 0
        if slot.kind == "tape":
            rank = slot.type.ndim if isinstance(slot.type, Array) else 0
            wanted = len(self.declared[slot].operands) - rank
        if len(counters) != wanted:
            raise self._error(op, f"{len(counters)} trip counters instead of {wanted}")

    def _saved(self, load: Op, block: Block) -> bool:
        """Whether some save comes before the load in its own or in a mirrored block.

        A stack is popped in a loop where the trips before have pushed: which did, only running
        it shows.
        """
        slot = load.attrs["slot"]
        if slot.kind == "stack" and slot in self.saved_in and self._in_loop(block):
            return True
        if slot in self.function.residuals_in:
            return True
        inner = load
        for outer in self._ancestors(block):
            for home, position in self.saved_in.get(slot, ()):
                if home is outer and position < self.position[inner]:
                    return True
                if self.mirror.get(outer) is home:
                    return True
            if outer in self.around:
                inner = self.around[outer][1]
        return False

    def _in_loop(self, block: Block) -> bool:
        return any(
            outer in self.around and self.around[outer][1].callee != core.IF
            for outer in self._ancestors(block)
        )

    def _error(self, op: Op | None, reason: str) -> InvalidIR:
        if op is None:
            return InvalidIR(f"{self.function.name}: {reason}", self.function.span)
        return InvalidIR(f"{self.function.name}: {print_op(op)}: {reason}", op.span)


def _saves_element(op: Op) -> bool:
    """Whether an element of an array is saved, not the whole."""
    return isinstance(op.attrs["slot"].type, Array) and core.is_scalar(op.operands[0])


def _both_scalars_of_one_dtype(first: Type, second: Type) -> bool:
    """Weak and strong scalars mix: a substitution may put one in the place of the other."""
    scalars = isinstance(first, Scalar) and isinstance(second, Scalar)
    return scalars and first.dtype == second.dtype
