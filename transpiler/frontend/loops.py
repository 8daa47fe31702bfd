"""Loops: what they carry is found by lowering the body again until nothing new turns up."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import gast

from adgen.transpiler.errors import AliasedMutation
from adgen.transpiler.frontend.alternatives import is_followed
from adgen.transpiler.frontend.binding_parts import children
from adgen.transpiler.frontend.bindings import UNDEF, Binding, Box, Cell, Key, OneOf, Ref, Unbound
from adgen.transpiler.frontend.blocks import (
    arm,
    arms_of,
    assume,
    assume_bound,
    live_names,
    run_arm,
    run_block,
)
from adgen.transpiler.frontend.booleans import either, truth
from adgen.transpiler.frontend.carried import (
    Head,
    Late,
    Moved,
    Slot,
    Template,
    chosen_in,
    ends,
    grow,
    with_results,
)
from adgen.transpiler.frontend.computed_items import ItemOfCounter
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import statement
from adgen.transpiler.frontend.entering import is_entered
from adgen.transpiler.frontend.exact_loops import Chosen, ExactLoop
from adgen.transpiler.frontend.functions import liveness_of
from adgen.transpiler.frontend.growth import (
    Growth,
    check_sizes,
    count_from_head,
    refuse_change,
    sizes_in,
)
from adgen.transpiler.frontend.iteration import Counted, all_items, counted, iterated, known_items
from adgen.transpiler.frontend.joins import FLAGS, branch, default, rejoin
from adgen.transpiler.frontend.layouts import joined_layout
from adgen.transpiler.frontend.shapes import mentions
from adgen.transpiler.frontend.state import Pair, State, related
from adgen.transpiler.frontend.statements import assign
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Block, Op, Operand, Value
from adgen.transpiler.ir.layout import UNKNOWN
from adgen.transpiler.ir.rewrite import clone
from adgen.transpiler.ir.types import INT, join
from adgen.transpiler.primitives.builder import Builder
from adgen.transpiler.span import Span


@statement(gast.For)
def _for(cx: Context, node: Any) -> None:
    sequence = iterated(cx, node.iter, cx.ev(node.iter))
    items = known_items(cx, node.iter, sequence)
    name = node.target.id if isinstance(node.target, gast.Name) else _counter_name(node.target)
    cx.held.append(sequence if items is None else tuple(items))
    try:
        if items is not None:
            _unroll(cx, node, sequence, items)
        else:
            before = sizes_in(cx, sequence)
            over = counted(cx, node.iter, sequence)
            if not _written_out(cx, node, sequence, over, name):
                _lower_loop(cx, node, over, name)
            check_sizes(cx, node, before)
    finally:
        cx.held.pop()


WRITTEN_OUT = 100  # iterations at most


def _written_out(cx: Context, node: Any, sequence: Binding, over: Counted, name: str) -> bool:
    """Lower a loop over a few numbers, and write it out if it indexes containers by its counter.

    False if there are too many, or they are computed.
    """
    items = all_items(cx, node.iter, sequence)
    if items is None or len(items) > WRITTEN_OUT:
        return False
    index = Value(INT, name)
    cx.counted[index] = frozenset((node,))
    cx.short.add(node)
    try:
        _lower_loop(cx, node, over, name, index=index)
    except ItemOfCounter as found:
        if node not in found.loops:
            raise
    else:
        return True
    finally:
        cx.short.discard(node)
    _unroll(cx, node, sequence, items)
    return True


def _counter_name(target: Any) -> str:
    """``for i, x in enumerate(xs)``: the counter is i."""
    first = target.elts[0] if isinstance(target, gast.Tuple) and target.elts else None
    return first.id if isinstance(first, gast.Name) else "i"


@statement(gast.While)
def _while(cx: Context, node: Any) -> None:
    _lower_loop(cx, node, None, "")


def _lower_loop(
    cx: Context, node: Any, over: Counted | None, name: str, peeled: bool = False,
    index: Value | None = None,
) -> None:  # fmt: skip
    """A loop op, or the first iteration and a loop op where only that resolves aliases."""
    loop = Loop(cx, node, over, None if over is None else index or Value(INT, name))
    try:
        trial = loop.settle()
    except AliasedMutation:
        if peeled or node in cx.exact:
            raise
        _peel(cx, node, over, name, index)
        return
    if not peeled and loop.differs_at_first(trial):
        _peel(cx, node, over, name, index)
    else:
        loop.finish(trial)


def _peel(
    cx: Context, node: Any, over: Counted | None, name: str, index: Value | None
) -> None:  # fmt: skip
    """The first iteration on its own: only there is an array what it was before the loop."""

    def first() -> None:
        if over is not None:
            assign(cx, node.target, over.item(over.start))
        run_block(cx, node.body)
        left = either(cx, cx.flag("$leave"), cx.flag("$ret"), node)
        cx.bind("$out", False)
        rejoin(cx)
        _unless(cx, node, left, rest)

    def rest() -> None:
        later = over
        if over is not None:
            later = replace(over, start=cx.emit(node, operator.add, over.start, over.step))
        _lower_loop(cx, node, later, name, peeled=True, index=index)

    def none() -> None:
        run_block(cx, node.orelse)

    if over is None:
        condition = truth(cx, cx.ev(node.test), node.test)
    else:
        trips = cx.emit(node, core.RANGELEN, over.start, over.stop, over.step)
        condition = cx.emit(node, operator.gt, trips, 0)
    if not isinstance(condition, Value):
        (first if condition else none)()
        return
    arms = arms_of(cx, first, none)
    if arms is not None:
        branch(cx, node, condition, *arms, live_names(cx, node, "after", arms))


def _unroll(cx: Context, node: Any, sequence: Binding, items: list[Binding]) -> None:
    """A loop over known items: the body once for each, exits guarded by flags."""

    def step(number: int) -> None:
        now = all_items(cx, node.iter, sequence) if number else items
        if now is None or len(now) != len(items):
            refuse_change(cx, node)
        if number == len(items):
            run_block(cx, node.orelse)
            return
        assign(cx, node.target, now[number])
        run_block(cx, node.body)
        left = either(cx, cx.flag("$leave"), cx.flag("$ret"), node)
        cx.bind("$out", False)
        rejoin(cx)
        _unless(cx, node, left, lambda: step(number + 1))

    step(0)


def _unless(cx: Context, node: Any, flag: Operand, rest: Callable[[], None]) -> None:
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


def changed(before: State, after: State) -> bool:
    """Whether evaluating something has written an array or a name."""
    return (
        any(after.cells[cell] is not value for cell, value in before.cells.items())
        or any(after.boxes[box] is not held for box, held in before.boxes.items())
        or before.stale.keys() != after.stale.keys()
        or any(after.env.get(key) is not binding for key, binding in before.env.items())
        or any(key not in before.env for key in after.env)
    )


@dataclass(eq=False)
class _Knowledge:
    """What the trials have found out so far."""

    names: dict[Key, Template] = field(default_factory=dict)
    cells: dict[Cell, Any] = field(default_factory=dict)  # existing arrays: their carried type
    boxes: dict[Box, Template] = field(default_factory=dict)  # existing containers
    pairs: set[Pair] = field(default_factory=set)
    stale: dict[Cell, Span] = field(default_factory=dict)


@dataclass(eq=False)
class Trial:
    """One lowering of the body."""

    head: Head
    before: State  # at the head
    after: State  # at the end
    builder: Builder
    condition: Block | None
    endless: bool
    gaps: int
    prelude: Builder  # what computes the initial values


class Loop:
    """One for or while loop."""

    def __init__(self, cx: Context, node: Any, over: Counted | None, index: Value | None) -> None:
        self.cx, self.node, self.over, self.index = cx, node, over, index
        self.origin = self.start = cx.state
        self.known = _Knowledge()
        self.heads: dict[Key, Binding] = {}
        self.box_heads: dict[Box, Binding] = {}
        self.cell_slots: dict[Cell, Slot] = {}
        self.changing: set[str] = set()  # names of arrays whose shape the body changes
        self.scattering: set[str] = set()  # and of those whose order in memory it changes
        self.tests_inside = False  # the condition of a while changes something
        self.growth = Growth(cx, node, over)
        self.exact = ExactLoop(cx, node) if node in cx.exact else None

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

    # One trial

    def trial(self) -> Trial:
        """One lowering of the body, by what is known so far."""
        cx = self.cx
        prelude = cx.builder.inner()
        gaps = len(cx.gaps)
        around = set(cx.roomy)
        with cx.inside(prelude, self.origin.copy()):
            roomy = self.growth.prepare()
            self.start = cx.state.copy() if self.growth.lists else self.origin
            head = Head(cx, self.node)
            state = self.at_head(head)
            count_from_head(state)
        condition, endless = self.test(prelude, state, head)
        builder = prelude.inner()
        with cx.inside(builder, state.copy()):
            self.read_heads(head)
            cx.roomy = around | roomy
            try:
                self.body()
            finally:
                cx.roomy = around
            after = cx.state
        return Trial(
            head, state, after, builder, condition, endless, len(cx.gaps) - gaps, prelude
        )  # fmt: skip

    def body(self) -> None:
        """Lower one iteration."""
        cx = self.cx
        if self.over is not None:
            assert self.index is not None
            cx.extents.natural.discard(self.index)
            step = self.over.step
            if type(step) is int and step > 0 and cx.extents.is_natural(self.over.start):
                cx.extents.below[self.index] = self.over.stop
            assign(cx, self.node.target, self.over.item(self.index))
        if self.tests_inside:
            self.test_inside()
        else:
            run_block(cx, self.node.body)

    def read_heads(self, head: Head) -> None:
        """Give the cells that are one of several a value, which tells their type."""
        for cell in head.one_of:
            self.cx.state.cells[cell] = self.cx.read(Ref(cell), self.node)

    def at_head(self, head: Head) -> State:
        """The state at the head of the loop by what is known so far."""
        cx, known = self.cx, self.known
        state = cx.state.copy()
        self.cell_slots = {}
        for cell, kind in known.cells.items():
            value = head.carry(state.cells[cell], kind, cell.name)
            cx.extents.shapes.pop(value, None)
            self.cell_slots[cell] = head.slots[-1]
        self.box_heads = {}
        for box, template in known.boxes.items():
            self.box_heads[box] = head.binding(box.name, template, state.boxes[box])
        self.heads = {}
        for key, template in known.names.items():
            if template is not None:
                init = self.start.env.get(key, default(key))
                self.heads[key] = head.binding(key[1], template, init)
        with_known = cx.state
        state.known, state.equal = dict(with_known.known), dict(with_known.equal)
        for key, binding in self.heads.items():
            if key[1] == "$val" and key[0] is cx.frame:
                state.env.pop(key, None)  # who is here has not returned
            elif key[1] not in FLAGS:
                state.env[key] = binding
        for cell, slot in self.cell_slots.items():
            state.cells[cell] = slot.head
        state.boxes |= self.box_heads
        state.cells |= head.arrays
        state.one_of |= head.one_of
        sources: dict[Cell, Cell | None] = {}
        for cell, (source, value) in head.cells.items():
            state.cells[cell] = value
            sources[cell] = None if source is None else source.cell
        for box, (container, contents) in head.boxes.items():
            state.boxes[box] = contents
            sources[box] = container
        for cell in sources:
            self.relate(state, cell, sources)
        self.keep_shapes(head)
        state.may |= frozenset(known.pairs)
        state.stale.update(known.stale)
        return state

    def relate(self, state: State, cell: Cell, sources: Mapping[Cell, Cell | None]) -> None:
        """At the first iteration a cell or box of the head is the one it was before."""
        source = sources[cell]
        if source is None:
            return
        pairs = {frozenset((cell, source))}
        pairs |= {frozenset((cell, other)) for other in self.start.partners(source)}
        for other, reference in sources.items():
            if other is not cell and reference is not None:
                if related(self.start.may, source, reference):
                    pairs.add(frozenset((cell, other)))
        state.may |= frozenset(pairs)

    def keep_shapes(self, head: Head) -> None:
        """Assume that arrays keep their shape; ``learn`` checks it."""
        extents = self.cx.extents
        for slot in head.slots:
            layout = joined_layout(self.cx, slot.init, None)
            if slot.name in self.scattering:
                layout = UNKNOWN
            if layout is not None:
                extents.layouts[slot.head] = layout
            if isinstance(slot.init, Value) and slot.head not in extents.shapes:
                if slot.init in extents.shapes and slot.name not in self.changing:
                    extents.shapes[slot.head] = extents.shapes[slot.init]

    def test(self, prelude: Builder, state: State, head: Head) -> tuple[Block | None, bool]:
        """The condition of a while as a block with arguments of its own."""
        if self.over is not None:
            return None, False
        cx = self.cx
        builder = prelude.inner()
        if not self.tests_inside:
            with cx.inside(builder, state.copy()):
                self.read_heads(head)
                condition = truth(cx, cx.ev(self.node.test), self.node.test)
                self.tests_inside = changed(state, cx.state)
        if self.tests_inside:
            return prelude.inner().block((), (True,)), False
        return builder.block((), (condition,)), condition is True

    def test_inside(self) -> None:
        """``while c: …`` as ``while True: if c: … else: leave``, for a condition that writes."""
        cx, node = self.cx, self.node
        condition = truth(cx, cx.ev(node.test), node.test)

        def done() -> None:
            assume_bound(cx, node.test, False)
            cx.bind("$done", True)
            cx.bind("$out", True)

        if not isinstance(condition, Value):
            run_block(cx, node.body) if condition else done()
            return
        arms = arms_of(cx, lambda: run_arm(cx, node.test, True, node.body), done)
        if arms is not None:
            branch(cx, node, condition, *arms, lambda key: True)

    # What a trial teaches

    def learn(self, trial: Trial) -> bool:
        """Extend what is known by the end of a trial; whether anything was new."""
        if self.learn_growth(trial):
            self.known = _Knowledge()  # the lists are something else from the start
            return True
        news = False
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
            if name in FLAGS:
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
        for cell, end in refs.items():
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
        news = False
        for slot, end in zip(trial.head.slots, self.yields(trial, Builder()), strict=True):
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

    # The op

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
            _unless(cx, self.node, gone, lambda: run_block(cx, self.node.orelse))

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
