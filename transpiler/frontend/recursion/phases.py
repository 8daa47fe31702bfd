"""The loops of a recursion: which segments a step may run, and what the steps carry."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from adgen.transpiler.errors import AliasedMutation, UnsupportedSyntax
from adgen.transpiler.frontend.binding_parts import children, with_children
from adgen.transpiler.frontend.bindings import Binding, Box, Conflict, Key, Ref, Unbound, is_operand
from adgen.transpiler.frontend.blocks import arms_of
from adgen.transpiler.frontend.iteration import Counted
from adgen.transpiler.frontend.joins import FLAGS, branch
from adgen.transpiler.frontend.loop_ops import Loop
from adgen.transpiler.frontend.loop_trials import Trial
from adgen.transpiler.frontend.recursion.members import RESUME, Segment
from adgen.transpiler.frontend.recursion.windows import unsliced, window
from adgen.transpiler.ir.core import Operand, Value, type_of
from adgen.transpiler.ir.types import INT
from adgen.transpiler.primitives.builder import dummy

if TYPE_CHECKING:
    from adgen.transpiler.frontend.recursion.machine import Machine


class Phase(Loop):
    """One loop of a recursion."""

    def __init__(self, machine: Machine, over: Counted | None, kinds: tuple[str, ...]) -> None:
        super().__init__(
            machine.cx, machine.node, over, None if over is None else Value(INT, "level")
        )
        self.exact = None  # its names are not those of one function
        self.machine, self.kinds = machine, kinds
        machine.phase = self

    def segments(self) -> list[Segment]:
        """The segments of this loop that can run by what is known."""
        env = self.cx.state.env
        valued = (self.machine.own, "value") in env
        saved = self.machine.stacks.sites
        return [
            segment
            for segment in self.machine.segments.values()
            if segment.kind in self.kinds
            and (segment.kind != RESUME or (valued and segment.node in saved))
        ]

    def body(self) -> None:
        """One step."""
        cx, machine = self.cx, self.machine
        self.ran = self.segments()
        if self.over is not None and machine.steps:
            machine.put("step", machine.stacks.pop(self.node, "step"))
        self.dispatch(self.ran)
        if self.over is not None:
            machine.put("$leave", False)
        elif not machine.linear:
            self.come_back()
        cx.bind("$out", False)

    def dispatch(self, segments: Sequence[Segment]) -> None:
        """Run the segment of the present step."""
        cx, machine = self.cx, self.machine
        first, *rest = segments
        if not rest:
            machine.lower(first)
            return
        chosen = cx.emit(self.node, operator.eq, machine.get("step"), first.number)
        self.branch(chosen, partial(machine.lower, first), partial(self.dispatch, rest))

    def come_back(self) -> None:
        """After a return: to the call that waits, or out of the loop."""
        cx, machine = self.cx, self.machine

        def pop() -> None:
            machine.put("depth", cx.emit(self.node, operator.sub, machine.get("depth"), 1))
            machine.put("$leave", False)
            waiting = [s for s in machine.segments.values() if s.kind == RESUME]
            if machine.steps:
                machine.put("step", machine.stacks.pop(self.node, "step"))
            else:
                machine.put("step", waiting[0].number)

        def returned() -> None:
            last = cx.emit(self.node, operator.eq, machine.get("depth"), machine.above)
            self.branch(last, lambda: machine.put("$leave", True), pop)

        self.branch(machine.get("$leave"), returned, lambda: machine.put("$leave", False))

    def branch(
        self, condition: Operand, then: Callable[[], None], orelse: Callable[[], None]
    ) -> None:  # fmt: skip
        """Two arms; of the names of the functions only those that segments hand on are joined."""
        cx, machine = self.cx, self.machine
        if not isinstance(condition, Value):
            (then if condition else orelse)()
            return
        arms = arms_of(cx, then, orelse)
        if arms is None:
            return
        frames, kept = machine.frames(), machine.wanted()
        branch(cx, self.node, condition, *arms, lambda key: key[0] not in frames or key in kept)

    # What is carried

    def keys(self, trial: Trial) -> list[Key]:
        """Names that matter at the head or after the loop."""
        machine = self.machine
        mine = {*machine.frames(), machine.own}
        out = [key for key in self.start.env if key[0] not in mine and key[1] not in FLAGS]
        out += [key for key in trial.after.env if key in machine.wanted()]
        own = ["value", "depth", "step"] + (["frames"] if machine.counts else [])
        out += [(machine.own, name) for name in own if (machine.own, name) in trial.after.env]
        return out

    def require_exact(self, template: Any, init: Binding, end: Binding, trial: Trial) -> None:
        """Refuse arrays of which only the run tells what they share memory with."""
        try:
            super().require_exact(template, init, end, trial)
        except AliasedMutation:
            self.cx.refuse(
                AliasedMutation,
                f"an array in the recursion of `{self.machine.root.name}` may share memory with "
                "one that is written",
                self.node,
                "pass a copy on: `x.copy()`",
            )

    def learn(self, trial: Trial) -> bool:
        """Also new segments and stacks; names without a value before the loop get a blank one."""
        machine, news = self.machine, self.machine.stacks.grown
        machine.stacks.grown = False
        found = False
        for key in self.keys(trial):
            if key not in self.origin.env:
                binding = self.blank(trial.after.env[key], trial)
                if binding is not None:
                    self.origin.env[key] = binding
                    found = True
        if any(trial.after.cells[c] is not v for c, (_, v) in trial.head.cells.items()):
            news |= not machine.written
            machine.written = True
        after = self.segments_after(trial)
        if found or self.learn_windows() or super().learn(trial):
            if self.over is None:
                machine.stacks.forget()  # what is saved follows what is carried
            return True
        return news or len(self.ran) != len(after)

    def learn_windows(self) -> bool:
        """Parameters that get slices of what they are: windows from the start."""
        machine, env = self.machine, self.origin.env
        new = [key for key in dict.fromkeys(machine.narrowed) if key in env]
        for key in new:
            prefix = machine.windows[key] = unsliced(env[key])
            env[key] = window(self.cx, self.node, env[key], prefix)
            self.origin.env[key] = env[key]
        machine.narrowed.clear()
        return bool(new)

    def segments_after(self, trial: Trial) -> list[Segment]:
        """The segments of this loop that can run by what a trial has found."""
        with self.cx.inside(trial.builder, trial.after):
            return self.segments()

    def blank(self, binding: Binding, trial: Trial) -> Binding | None:
        """Something of the same kind, for the time before the first call binds a name."""
        cx, outer = self.cx, self.machine.stacks
        while isinstance(binding, Unbound):
            binding = binding.maybe
        if is_operand(binding):
            known = not isinstance(binding, Value) or binding in outer.outer
            return binding if known else dummy(cx.builder, type_of(binding))
        if isinstance(binding, Box) and binding not in outer.boxes:
            box = Box(binding.kind, binding.name)
            cx.state.boxes[box] = self.blank(trial.after.boxes[binding], trial)
            return box
        if isinstance(binding, Ref):
            return self.blank_array(binding, trial)
        if binding is None or isinstance(binding, Conflict):
            return None
        parts = children(binding)
        if parts is None:
            return binding
        return with_children(binding, tuple(self.blank(part, trial) for part in parts))

    def blank_array(self, ref: Ref, trial: Trial) -> Ref:
        """A view of the same array if it exists before the recursion, else an empty one."""
        cx, outer = self.cx, self.machine.stacks
        if ref.cell in outer.cells or ref.cell.captured:
            index = tuple(
                x if not isinstance(x, Value) or x in outer.outer else 0 for x in ref.index
            )
            return Ref(ref.cell, ref.path, index)
        with cx.inside(trial.builder, trial.after):
            kind = cx.kind(ref)
        value = dummy(cx.builder, kind)
        assert isinstance(value, Value)
        return cx.new_array(value)

    def finish(self, trial: Trial) -> None:
        """Append the op; a recursion without an end has no value."""
        machine = self.machine
        if (machine.own, "value") not in trial.after.env:
            self.cx.refuse(
                UnsupportedSyntax,
                f"`{machine.root.name}` never returns without calling itself",
                machine.root.frame.node,
                "return a value in some case without a recursive call",
            )
        super().finish(trial)
