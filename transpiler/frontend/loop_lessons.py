"""What the trials of a loop teach: the bodies are lowered until nothing new turns up."""

from __future__ import annotations

from collections.abc import Iterator, Set

from adgen.transpiler.errors import AliasedMutation
from adgen.transpiler.frontend.alternatives import is_followed
from adgen.transpiler.frontend.binding_parts import children
from adgen.transpiler.frontend.bindings import (
    UNDEF,
    Binding,
    Box,
    Cell,
    Key,
    Nullable,
    Ref,
    Unbound,
)
from adgen.transpiler.frontend.carried import Moved, Template, grow
from adgen.transpiler.frontend.exact_loops import Chosen
from adgen.transpiler.frontend.functions import liveness_of
from adgen.transpiler.frontend.joins import FLAGS, default
from adgen.transpiler.frontend.layouts import joined_layout
from adgen.transpiler.frontend.loop_heads import chosen_in, ends
from adgen.transpiler.frontend.loop_trials import Knowledge, Trial, Trials
from adgen.transpiler.frontend.names import USED_PART
from adgen.transpiler.frontend.state import related
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Operand, Value
from adgen.transpiler.ir.layout import UNKNOWN
from adgen.transpiler.ir.types import join
from adgen.transpiler.primitives.builder import Builder


class Lessons(Trials):
    """The trials of a loop up to the last one, which teaches nothing new."""

    used: frozenset[Key] | None = None
    made: Set[Key] = frozenset()

    def settle(self) -> Trial:
        """Trials to the fixpoint; the last one."""
        cx = self.cx
        while True:
            cx.trials += 1
            try:
                trial = self.trial()
            finally:
                cx.trials -= 1
            if self.learn(trial):
                continue
            if trial.gaps and not cx.trials:
                trial = self.trial()  # strict: what a trial left out is an error now
                if self.learn(trial):
                    continue
            return trial

    def differs_at_first(self, trial: Trial) -> bool:
        """Whether a write is doubtful only because of what an array is in the first iteration."""
        doubtful = trial.after.stale.keys() - self.start.stale.keys()
        first = trial.before.may - self.known.pairs - self.start.may
        return any(pair & doubtful for pair in first)

    def learn(self, trial: Trial) -> bool:
        """Extend what is known by the end of a trial; whether anything was new."""
        if self.learn_growth(trial):
            self.known = Knowledge()  # the lists are something else from the start
            return True
        news = self.learn_used(trial)
        for cell in self.start.cells:
            if trial.after.cells[cell] is not trial.before.cells[cell]:
                news |= self.learn_cell(cell, trial)
        with self.cx.inside(trial.builder, trial.after):
            if self.exact is not None:
                self.exact.observe(self.keys(trial), trial.after)
                self.cx.aliases = self.exact
            for box in self.start.boxes:
                if trial.after.boxes[box] is not trial.before.boxes[box]:
                    news |= self.learn_box(box, trial)
            for key in self.keys(trial):
                news |= self.learn_name(key, trial)
            self.cx.aliases = None
        with self.cx.inside(Builder(), trial.after.copy()):
            news |= self.exact is not None and self.exact.learn(self.chosen(trial), trial.after)
        news |= self.learn_aliases(trial)
        return news or self.learn_shapes(trial)

    def learn_used(self, trial: Trial) -> bool:
        """Which iterators in containers the body uses up; whether to look once more.

        Those that it makes itself are others in each trial: they are no names of the loop.
        """
        found = {key for key in trial.after.env if key[1].startswith(USED_PART)}
        found -= self.start.env.keys()
        news = bool(found) and self.used is None
        self.made = found - (self.used or frozenset())
        self.used = frozenset(found)
        return news

    def learn_growth(self, trial: Trial) -> bool:
        """Lists that get longer, and how much."""
        pairs = (
            (self.start.env.get(key, UNDEF), trial.after.env.get(key, UNDEF))
            for key in self.keys(trial)
        )
        ops = core.walk(trial.builder.block((), ()))
        local = {result for _, op in ops for result in op.results}
        local.update(slot.head for slot in trial.head.slots)
        if self.index is not None:
            local.add(self.index)
        return self.growth.learn(self.start, trial.after, pairs, local, self.cx.roomy)

    def chosen(self, trial: Trial) -> Iterator[tuple[Chosen, Ref]]:
        """The names that are one of several arrays, with what they are at the end."""
        after = trial.after
        for box, template in self.known.boxes.items():
            yield from chosen_in(template, after.boxes[box], after)
        for key, template in self.known.names.items():
            yield from chosen_in(template, after.env.get(key, default(key)), after)

    def learn_cell(self, cell: Cell, trial: Trial) -> bool:
        """The type that an array has in all iterations; whether that is news."""
        have = self.known.cells.get(cell, self.start.cells[cell].type)
        kind = join(have, trial.after.cells[cell].type)
        if cell in self.known.cells and kind == have:
            return False
        self.known.cells[cell] = kind
        return True

    def learn_box(self, box: Box, trial: Trial) -> bool:
        """How the contents of a container are carried; whether that is news."""
        old = self.known.boxes.get(box)
        init, end = self.start.boxes[box], trial.after.boxes[box]
        new = grow(self.cx, box.name, old, init, end, self.start)
        self.require_exact(new, init, end, trial)
        if new is old:
            return False
        self.known.boxes[box] = new
        return True

    def keys(self, trial: Trial) -> list[Key]:
        """Names that matter at the head or after the loop."""
        cx, node = self.cx, self.node
        liveness = liveness_of(cx.frame.node)
        flags = [(cx.frame, "$ret")] + ([(cx.frame, "$leave")] if node.orelse else [])
        out = [key for key in flags if trial.after.env.get(key, False) is not False]
        for key in {**self.start.env, **trial.after.env}:
            frame, name = key
            if name in FLAGS or key in self.made:
                continue
            live = frame is not cx.frame or (
                liveness.is_live(liveness.head, node, name)
                or liveness.is_live(liveness.after, node, name)
            )
            if live and (cx.frame.is_within(frame) or key in self.start.env):
                out.append(key)
        return out

    def learn_name(self, key: Key, trial: Trial) -> bool:
        """How a name is carried; whether that is news."""
        old = self.known.names.get(key)
        init = self.start.env.get(key, default(key))
        end = trial.after.env.get(key, default(key))
        if key[1] in FLAGS:
            init = False
        if old is not None and key[1] not in FLAGS and self.heads.get(key, init) is end:
            return False
        new = grow(self.cx, key[1], old, init, end, self.start)
        self.require_exact(new, init, end, trial)
        if new is old:
            return False
        self.known.names[key] = new
        return True

    def require_exact(self, template: Template, init: Binding, end: Binding, trial: Trial) -> None:
        """Refuse for now to carry by value an array whose aliases are followed elsewhere."""
        if self.exact is not None or isinstance(template, (Moved, type(None))):
            return
        if is_followed(self.start, init) or is_followed(trial.after, end):
            self.cx.doubtful.add(self.node)
            self.cx.refuse(AliasedMutation, "the aliases of this loop are not followed", self.node)

    def learn_aliases(self, trial: Trial) -> bool:
        """Cells of the head may be, in later iterations, what they are at the end."""
        known, after = self.known, trial.after
        size = len(known.pairs), len(known.stale)
        refs = self.refs_at_end(trial)
        there = self.start.cells.keys() | self.start.boxes.keys()
        known.pairs |= {pair for pair in after.may - self.start.may if pair <= there}
        for cell, end in refs.items():
            self.cx.elements.holds_too(cell, (end,))
            for other in (*self.start.cells, *self.start.boxes):
                if end is other or related(after.may, end, other):
                    known.pairs.add(frozenset((cell, other)))
            for other, other_end in refs.items():
                if other is not cell and related(after.may, end, other_end):
                    known.pairs.add(frozenset((cell, other)))
            if end in after.stale:
                known.stale.setdefault(cell, after.stale[end])
        for cell in (*self.start.cells, *self.start.boxes):
            if cell in after.stale:
                known.stale.setdefault(cell, after.stale[cell])
        known.pairs = {pair for pair in known.pairs if len(pair) == 2}
        return size != (len(known.pairs), len(known.stale))

    def refs_at_end(self, trial: Trial) -> dict[Cell, Cell]:
        """For each cell of the head, the cell that its name has at the end."""
        found: dict[Cell, Cell] = {}

        def pair(at_head: Binding, end: Binding) -> None:
            if isinstance(at_head, Unbound):
                at_head = at_head.maybe
            if isinstance(end, Unbound):
                end = end.maybe
            at_head, end = (x.value if isinstance(x, Nullable) else x for x in (at_head, end))
            if isinstance(at_head, Ref) and isinstance(end, Ref):
                if at_head.cell in trial.head.cells:
                    found[at_head.cell] = end.cell
            elif isinstance(at_head, Box) and isinstance(end, Box):
                if at_head in trial.head.boxes and at_head not in found:
                    found[at_head] = end
                    pair(trial.head.boxes[at_head][1], trial.after.boxes[end])
            else:
                for one, two in zip(children(at_head) or (), children(end) or (), strict=False):
                    pair(one, two)

        for box, contents in self.box_heads.items():
            pair(contents, trial.after.boxes[box])
        for key, at_head in self.heads.items():
            pair(at_head, trial.after.env.get(key, UNDEF))
        return found

    def learn_shapes(self, trial: Trial) -> bool:
        """Arrays whose shape the body changes are assumed nothing about."""
        extents = self.cx.extents
        ends = self.yields(trial, Builder())
        news = self.learn_elements(trial, ends)
        for slot, end in zip(trial.head.slots, ends, strict=True):
            layout = extents.layouts.get(slot.head)
            if layout not in (UNKNOWN, joined_layout(self.cx, end, None)):
                self.scattering = self.scattering | {slot.name}
                news = True
            shape = extents.shapes.get(slot.head)
            if shape is None or not isinstance(end, Value) or end is slot.head:
                continue
            if extents.of(end) != shape and slot.name not in self.changing:
                self.changing = self.changing | {slot.name}
                news = True
        return news

    def learn_elements(self, trial: Trial, ends: list[Operand]) -> bool:
        """Numbers that may be elements of arrays after an iteration.

        Arrays that each trial makes anew are left out: what else names them has a cell of the head.
        """
        news = False
        lasting = self.start.cells.keys() | self.start.boxes.keys() | trial.head.cells.keys()
        at_end = self.refs_at_end(trial)
        for slot, end in zip(trial.head.slots, ends, strict=True):
            arrays = self.cx.elements.arrays_of(end)
            arrays |= {head for head, cell in at_end.items() if cell in arrays}
            arrays &= lasting
            known = self.elements.setdefault(slot.name, set())
            news |= not arrays <= known
            known |= arrays
        return news

    def yields(self, trial: Trial, builder: Builder | None = None) -> list[Operand]:
        """What an iteration hands on, in the order of the slots."""
        cx = self.cx
        out: list[Operand] = []
        with cx.inside(builder or trial.builder, trial.after):
            for cell in self.known.cells:
                out.append(
                    cx.cast(self.node, trial.after.cells[cell], self.cell_slots[cell].head.type)
                )
            for box, template in self.known.boxes.items():
                out += ends(cx, self.node, template, trial.after.boxes[box])
            for key, template in self.known.names.items():
                if template is not None:
                    end = trial.after.env.get(key, default(key))
                    out += ends(cx, self.node, template, end)
        return out
