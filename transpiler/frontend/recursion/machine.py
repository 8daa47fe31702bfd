"""A recursion as loops: a step number says what runs next, stacks hold what waits.

The functions of the recursion are cut into segments at their recursive calls.  A segment
ends with a call (what is needed later is pushed, the parameters are bound anew), with a
return, or with a jump to a loop around such calls.  By the calls that are made:

- only tail calls: one loop that binds the parameters anew;
- no call after a call: a loop that descends to the end and one that comes back up;
- all else: one loop that runs the segment of the present step.
"""

from __future__ import annotations

import builtins
import functools
import operator
from typing import Any, NoReturn

import gast

from adgen.transpiler.errors import TypeMismatch, UnsupportedError, UnsupportedSyntax
from adgen.transpiler.frontend.binding_parts import children, describe
from adgen.transpiler.frontend.bindings import (
    Binding,
    Closure,
    Conflict,
    Frame,
    Key,
    Ref,
    Static,
    Unbound,
)
from adgen.transpiler.frontend.blocks import run_block
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.iteration import Counted
from adgen.transpiler.frontend.names import look_up
from adgen.transpiler.frontend.recursion.discovery import Activation, Edges
from adgen.transpiler.frontend.recursion.frames import Stacks, refs_in
from adgen.transpiler.frontend.recursion.members import (
    ENTRY,
    LOOP,
    RESUME,
    Member,
    Segment,
    loop_names,
)
from adgen.transpiler.frontend.recursion.normal_form import normal_form
from adgen.transpiler.frontend.recursion.phases import Phase
from adgen.transpiler.frontend.recursion.rewriting import NoNormalForm, Site
from adgen.transpiler.frontend.recursion.statements import head_of_loop
from adgen.transpiler.frontend.recursion.windows import is_window, narrows, note_window, window
from adgen.transpiler.ir.core import Value
from adgen.transpiler.ir.paths import Path

LIMIT = 10_000  # calls inside each other
TOO_DEEP = "maximum recursion depth exceeded"


class Machine:
    """One recursion while it is lowered."""

    def __init__(self, cx: Context, root: Activation, bound: dict[str, Binding], edges: Edges):
        self.cx, self.root, self.bound, self.edges = cx, root, bound, edges
        self.own = Frame(root.frame.source, root.frame.node, frozenset(), None, root.frame.place)
        self.members: dict[Any, Member] = {}
        self.entries: list[Activation] = []  # what this recursion has put on cx.stack
        self.segments: dict[tuple[str, Any], Segment] = {}
        self.pending: Site | None = None  # the call that is being evaluated
        self.windows: dict[tuple[Frame, str], Path] = {}  # parameters: ever smaller slices of that
        self.narrowed: list[tuple[Frame, str]] = []  # parameters newly found to be such
        self.phase: Phase  # the loop that is being lowered
        self.written = False  # a parameter that holds an array of the recursion is written

    def run(self) -> Binding:
        """Lower the recursion; the result of the call."""
        cx = self.cx
        self.node = _loop_at(self.root.frame.node)
        caller, cx.frame = cx.frame, self.own
        try:
            return self.cut()
        finally:
            cx.frame = caller
            ours = {self.own, *self.frames()}
            for key in [key for key in cx.state.env if key[0] in ours]:
                del cx.state.env[key]

    def cut(self) -> Binding:
        """Cut the functions at their calls, and lower what that gives."""
        cx = self.cx
        for activation in self.edges.activations.values():
            self.members[activation.key] = self.member(activation)
        sites = [(m, site) for m in self.members.values() for site in m.form.sites]
        self.linear = not any(
            m.form.loops or m.form.calls_on(m.form.after(site)) for m, site in sites
        )
        returning = [site for m, site in sites if not self.is_tail(m, site)]
        self.steps = len(returning) > 1
        self.above = sum(1 for one in cx.stack if one.key in self.members)
        self.counts = (
            self.linear and bool(returning) and (len(returning) < len(sites) or self.above > 0)
        )
        cx.machines.append(self)
        try:
            return self.loops(bool(returning))
        finally:
            cx.machines.pop()

    def frames(self) -> set[Frame]:
        """The frames of the functions."""
        members = self.members.values()
        return {frame for m in members for frame in (m.frame, m.ports, m.held)}

    def ports(self) -> set[Frame]:
        """The owners of the arguments."""
        return {m.ports for m in self.members.values()}

    def member(self, activation: Activation) -> Member:
        """A function of the recursion in normal form, with a frame for all its activations."""
        frame = activation.frame
        function = getattr(frame.node, "origin", frame.node)

        self.cx.frame = frame
        calls = frozenset(self.edges.calls[activation.key])
        try:
            form = normal_form(function, calls, self.means_sum(function))
        except NoNormalForm as error:
            self.cx.refuse(UnsupportedSyntax, error.message, error.node, error.hint)
        self.cx.frame = self.own
        own = Frame(frame.source, form.tree, form.locals, frame.parent, frame.place)
        ports, held = (Frame(frame.source, form.tree, frozenset()) for _ in range(2))
        return Member(activation, own, form, ports, held)

    def means_sum(self, node: Any) -> bool:
        """Whether the name ``sum`` is that of the built-in function in the present frame."""
        try:
            found = look_up(self.cx, node, "sum")
        except UnsupportedError:
            return False
        return isinstance(found, Static) and found.value is builtins.sum

    def is_tail(self, member: Member, site: Site) -> bool:
        """Whether a call needs no frame to come back to."""
        return self.linear and member.form.is_tail(site)

    def loops(self, returning: bool) -> Binding:
        """The loops, one after the other."""
        cx, first = self.cx, self.members[self.root.key]
        for name, binding in self.bound.items():
            cx.state.env[(first.ports, name)] = binding
        self.put("depth", self.above)  # calls that are inlined around count too
        if self.counts:
            self.put("frames", 0)
        values = [v for binding in cx.state.env.values() for v in _operands(binding)]
        values += cx.state.cells.values()
        self.stacks = Stacks(cx, values, cx.state.cells)
        self.segment(ENTRY, first, None)
        self.put("step", 0)
        down = Phase(self, None, (ENTRY,) if self.linear else (ENTRY, RESUME, LOOP))
        trial = down.settle()
        self.stacks.declare()
        down.finish(trial)
        if self.linear and returning:
            count = self.get("frames" if self.counts else "depth")
            up = Phase(self, Counted(0, count, 1, lambda k: k), (RESUME,))
            up.finish(up.settle())
        return cx.state.env[(self.own, "value")]

    # The names of the recursion itself

    def get(self, name: str) -> Any:
        """What a name of the recursion itself stands for."""
        return self.cx.state.env[(self.own, name)]

    def put(self, name: str, binding: Binding) -> None:
        """Let a name of the recursion itself stand for a binding."""
        self.cx.state.env[(self.own, name)] = binding

    # Segments

    def segment(self, kind: str, member: Member, node: Any) -> Segment:
        """The segment that starts at a place; its number is that of its discovery."""
        key = (kind, member if node is None else node)
        if key not in self.segments:
            self.segments[key] = Segment(kind, member, node, len(self.segments))
        return self.segments[key]

    def wanted(self) -> set[Key]:
        """Names that stay in the frames from one segment to the next."""
        out = set()
        for member in self.members.values():
            out |= {(member.ports, name) for name in member.params}
        for segment in self.segments.values():
            if segment.kind == LOOP:
                member = segment.member
                out |= {(member.held, name) for name in member.names_at(segment.node)}
        return out

    def lower(self, segment: Segment) -> None:
        """Lower one segment in the present state."""
        cx, member = self.cx, segment.member
        caller, cx.frame = cx.frame, member.frame
        activation = Activation(member.activation.key, member.activation.name, member.frame, None)
        self.entries.append(activation)
        cx.stack.append(activation)
        self.put("$leave", True)
        try:
            if segment.kind == ENTRY:
                for name in member.params:
                    binding = cx.state.env[(member.ports, name)]
                    if (member.ports, name) in self.windows and isinstance(binding, Ref):
                        note_window(cx, member.form.tree, binding)
                    cx.bind(name, binding)
                run_block(cx, member.form.tree.body)
            elif segment.kind == RESUME:
                self.resume(segment)
                run_block(cx, member.form.after(segment.node))
            else:
                head_of_loop(self, segment)
            self.close(member)
        finally:
            cx.stack.pop()
            self.entries.pop()
            cx.frame = caller

    def resume(self, segment: Segment) -> None:
        """Come back from a call: the names of the activation, and the result."""
        cx, site = self.cx, segment.node
        value = self.get("value")
        if isinstance(value, Conflict):
            self.disagree(segment.member, value)
        reached = self.stacks.restore(site, site, segment.member.frame)
        for ports, name in self.windows:
            kept = cx.state.env.get((segment.member.frame, name))
            if ports is segment.member.ports and isinstance(kept, Ref) and is_window(kept):
                note_window(cx, site, kept)
        for cell in reached:
            for ref in refs_in(value):
                cx.state.may |= {frozenset((cell, ref.cell))}
            if self.written:
                cx.state.stale[cell] = cx.span(site)
        cx.bind(site.targets[0].id, value)

    def close(self, member: Member) -> None:
        """The end of a segment: its result, if it returned; its names are gone."""
        cx, frame = self.cx, member.frame
        env = cx.state.env
        returned = env.get((frame, "$ret"), False)
        value = env.pop((frame, "$val"), None)
        if (
            returned is not True
            and not member.form.procedure
            and (returned is not False or value is not None)
        ):
            self.mixed(member)
        if isinstance(value, Conflict):
            self.disagree(member, value)
        if member.form.procedure and self.get("$leave") is not False:
            value = Static(None)
        elif returned is False:
            value = Static(None)
        if value is not None and not isinstance(value, Unbound):
            self.refuse_functions(member.form.tree, value, "returned from")
            self.put("value", value)
        for key in [key for key in env if key[0] is frame]:
            del env[key]

    def disagree(self, member: Member, value: Conflict) -> NoReturn:
        """Refuse a function whose results are of two kinds."""
        self.cx.refuse(
            TypeMismatch,
            f"`{member.activation.name}` returns {describe(value.first)} on one path and "
            f"{describe(value.second)} on another",
            member.form.tree,
            "return the same kind of thing on every path",
        )

    def mixed(self, member: Member) -> None:
        """Refuse a function that only sometimes returns a value."""
        self.cx.refuse(
            TypeMismatch,
            f"`{member.activation.name}` returns a value on some paths and None on others",
            member.form.tree,
            "return a value at the end of the function too",
        )

    # How segments end

    def transfer(self, site: Site, key: Any, bound: dict[str, Binding]) -> None:
        """A recursive call: save what is needed later, bind the parameters, leave the segment."""
        cx, callee = self.cx, self.members[key]
        caller = next(m for m in self.members.values() if m.frame is cx.frame)
        for binding in bound.values():
            self.refuse_functions(site, binding, "passed on by")
        depth = self.get("depth")
        below = cx.emit(site, operator.lt, depth, LIMIT)
        cx.check(site, below, "RecursionError", TOO_DEEP)
        self.put("depth", cx.emit(site, operator.add, depth, 1))
        if not self.is_tail(caller, site):
            self.stacks.save(
                site, site, caller.frame, self.needed(caller, site), tuple(bound.values())
            )
            back = self.segment(RESUME, caller, site)
            if self.steps:
                self.stacks.push(site, "step", back.number, "step")
            if self.counts:
                self.put("frames", cx.emit(site, operator.add, self.get("frames"), 1))
        for name, binding in bound.items():
            key = (callee.ports, name)
            prefix = self.windows.get(key)
            if prefix is not None:
                binding = window(cx, site, binding, prefix)
            elif narrows(self.phase.start.env.get(key), binding):
                self.narrowed.append(key)
            cx.state.env[key] = binding
        self.go(self.segment(ENTRY, callee, None))

    def needed(self, member: Member, site: Site) -> list[str]:
        """Names of an activation that are read after a call."""
        form = member.form
        live = set(form.liveness.following[site] | form.liveness.always)
        live -= {target.id for target in site.targets}
        for loop in form.around(site):
            live |= set(loop_names(form, loop))
        known = {name for frame, name in self.cx.state.env if frame is member.frame}
        return sorted(live & known)

    def go(self, segment: Segment) -> None:
        """Leave the present segment for another."""
        self.put("step", segment.number)
        self.put("$leave", False)
        for flag in ("$ret", "$out"):
            self.cx.bind(flag, True)

    def refuse_functions(self, node: Any, binding: Binding, how: str) -> None:
        """A function made in an activation reads names that the next activation binds anew."""
        if isinstance(binding, Closure) and any(
            binding.frame is member.frame for member in self.members.values()
        ):
            self.cx.refuse(
                UnsupportedSyntax,
                f"a function that is made in a recursion is {how} it",
                node,
                "define it outside of the recursion, and pass the values that it needs",
            )
        for part in children(binding) or ():
            self.refuse_functions(node, part, how)


@functools.lru_cache(maxsize=256)
def _loop_at(tree: Any) -> Any:
    """The statement that the loops of a recursion stand for; always the same one."""
    return gast.copy_location(gast.While(gast.Constant(True, None), [], []), tree)


def _operands(binding: Binding) -> list[Value]:
    if isinstance(binding, Value):
        return [binding]
    if isinstance(binding, Ref):
        return [x for x in binding.index if isinstance(x, Value)]
    return [v for part in children(binding) or () for v in _operands(part)]
