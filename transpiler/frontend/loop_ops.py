"""The op of a loop after its last trial, and the state behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from adgen.transpiler.frontend import points
from adgen.transpiler.frontend.bindings import UNDEF, Key, OneOf, Unbound
from adgen.transpiler.frontend.blocks import arm, assume, run_block
from adgen.transpiler.frontend.booleans import either
from adgen.transpiler.frontend.carried import Late
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.entering import is_entered
from adgen.transpiler.frontend.joins import branch
from adgen.transpiler.frontend.loop_heads import with_results
from adgen.transpiler.frontend.loop_lessons import Lessons
from adgen.transpiler.frontend.loop_trials import Trial
from adgen.transpiler.frontend.shapes import mentions
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Op, Operand, Value
from adgen.transpiler.ir.rewrite import clone


class Loop(Lessons):
    """One for or while loop."""

    def finish(self, trial: Trial) -> None:
        """Append the op and continue in the state after the loop."""
        cx = self.cx
        cx.builder.ops += trial.prelude.ops
        cx.builder.span = cx.span(self.node)
        yields = self.yields(trial)
        flags = [
            trial.after.env.get((cx.frame, name), False) for name in ("$leave", "$ret", "$done")
        ]
        attrs: dict[str, Any] = {"label": core.new_label()}
        if any(flag is not False for flag in flags):
            with cx.inside(trial.builder, trial.after):
                left = either(cx, flags[0], flags[1], self.node)
                yields.insert(0, either(cx, left, flags[2], self.node))
            attrs["exits"] = True
        heads = [slot.head for slot in trial.head.slots]
        results = tuple(Value(head.type, head.name) for head in heads)
        inits = [slot.init for slot in trial.head.slots]
        for head, end, result in zip(heads, yields[-len(heads) :], results, strict=bool(heads)):
            if points.is_point(cx, head) and points.is_point(cx, end):
                cx.points[result] = points.NOBODY
        names, entered = self.bound_if_entered(trial), None
        if names:
            before = dict(zip(heads, inits, strict=True))
            entered = is_entered(cx, self.node, self.over, trial.condition, before)
        self.add(trial, attrs, inits, heads, yields, results)
        self.after(trial, dict(zip(heads, results, strict=True)))
        if entered is not None:
            for key in names:
                late = cx.state.env[key]
                cx.state.env[key] = (
                    replace(late, bound=entered) if entered is not True else late.maybe
                )
        self.leave(trial.endless and flags[0] is False)

    def add(
        self, trial: Trial, attrs: dict[str, Any], inits: list[Operand], heads: list[Value],
        yields: list[Operand], results: tuple[Value, ...],
    ) -> None:  # fmt: skip
        """Append the op itself."""
        span = self.cx.span(self.node)
        if self.over is not None:
            assert self.index is not None
            body = trial.builder.block((self.index, *heads), yields)
            bounds = (self.over.start, self.over.stop, self.over.step)
            attrs |= dict(self.over.marks)
            op = Op(core.FOR, (*bounds, *inits), attrs, (body,), results, span)
        else:
            assert trial.condition is not None
            body = trial.builder.block(heads, yields)
            test = trial.condition
            condition = clone(Block(tuple(heads), test.ops, test.yields), {})
            op = Op(core.WHILE, tuple(inits), attrs, (condition, body), results, span)
        self.cx.builder.add(op)

    def after(self, trial: Trial, results: dict[Value, Value]) -> None:
        """The state after the loop."""
        cx, known = self.cx, self.known
        state = self.start
        state.may |= trial.before.may
        for cell, place in known.stale.items():
            state.stale.setdefault(cell, place)
        for head, result in results.items():
            cx.elements.meet(result, (head,))
            if head in cx.extents.layouts:
                cx.extents.layouts[result] = cx.extents.layouts[head]
            shape = cx.extents.shapes.get(head)
            if shape is not None and not mentions(shape, set(results)):
                cx.extents.shapes[result] = shape
        for cell, slot in self.cell_slots.items():
            state.cells[cell] = results[slot.head]
        for cell, (_, value) in trial.head.cells.items():
            state.cells[cell] = results[value]
        for cell, value in trial.head.arrays.items():
            state.cells[cell] = results[value]
        for cell, one_of in trial.head.one_of.items():
            views = tuple(with_results(view, results) for view in one_of.refs)
            state.one_of[cell] = OneOf(with_results(one_of.tag, results), views)
        for box, (_, contents) in trial.head.boxes.items():
            state.boxes[box] = with_results(contents, results)
        for box, contents in self.box_heads.items():
            state.boxes[box] = with_results(contents, results)
        self.growth.settle(state, self.start, trial.after)
        for key, at_head in self.heads.items():
            binding = with_results(at_head, results)
            hidden = key[1].startswith("$") and isinstance(binding, Unbound)
            state.env[key] = binding.maybe if hidden else binding
        cx.state = state
        self.read_heads(trial.head)

    def leave(self, never: bool) -> None:
        """The flags after the loop, and its ``else``; ``never``: only ``return`` ends it."""
        cx = self.cx
        left = cx.flag("$leave") if self.node.orelse else False
        returned = True if never else cx.flag("$ret")
        cx.bind("$ret", returned)
        cx.bind("$leave", False)
        cx.bind("$out", returned)
        if self.node.orelse:
            gone = either(cx, left, returned, self.node)
            cx.bind("$out", returned)
            unless(cx, self.node, gone, lambda: run_block(cx, self.node.orelse))

    def bound_if_entered(self, trial: Trial) -> list[Key]:
        """Names without value before the loop that each iteration binds."""
        return [
            key
            for key, template in self.known.names.items()
            if isinstance(template, Late)
            and not template.hidden
            and template.sample is not None
            and not isinstance(trial.after.env.get(key, UNDEF), Unbound)
        ]


def unless(cx: Context, node: Any, flag: Operand, rest: Callable[[], None]) -> None:
    """Run ``rest`` unless the loop has been left; ``$leave`` is then that of the outer loop."""

    def leave() -> None:
        if isinstance(flag, Value):
            assume(cx, flag, True)
        cx.bind("$leave", False)
        cx.bind("$out", cx.flag("$ret"))

    if not isinstance(flag, Value):
        (leave if flag else rest)()
        return

    def go_on() -> None:
        for name in ("$leave", "$ret", "$out"):
            cx.bind(name, False)
        rest()

    branch(cx, node, flag, arm(cx, leave), arm(cx, go_on), lambda key: True)
