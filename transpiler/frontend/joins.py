"""Where control flow meets: two arms become an ``if`` op and one state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from adgen.transpiler.frontend.array_joins import FLAGS, Arm, ArrayMerger
from adgen.transpiler.frontend.binding_parts import alike, children, part_names, same, with_children
from adgen.transpiler.frontend.bindings import (
    UNDEF,
    Binding,
    Box,
    Choice,
    Column,
    Conflict,
    Grown,
    Key,
    Nullable,
    OneOf,
    Ref,
    Unbound,
    is_function,
    is_operand,
)
from adgen.transpiler.frontend.booleans import negate
from adgen.transpiler.frontend.context import Context, convert
from adgen.transpiler.frontend.growing import in_arrays, items_in, joined_items, mentions_any
from adgen.transpiler.frontend.nullable import may_be_none, there_of, value_of
from adgen.transpiler.frontend.shapes import mentions
from adgen.transpiler.frontend.state import Pair, related
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Op, Operand, Value
from adgen.transpiler.ir.trees import LIST, Node
from adgen.transpiler.primitives.builder import dummy


def branch(
    cx: Context,
    node: Any,
    condition: Value,
    then: Arm,
    orelse: Arm,
    live: Callable[[Key], bool],
) -> None:
    """Append the ``if`` op of two lowered arms and continue in the joined state."""
    merger = Merger(cx, node, condition, then, orelse, live)
    merger.cells()
    merger.boxes()
    for key in {**then.state.env, **orelse.state.env}:
        if live(key):
            merger.name(key)
        else:
            merger.joined.env.pop(key, None)
    merger.relations()
    merger.finish()


def default(key: Key) -> Binding:
    """What a name that is absent from the environment stands for."""
    return False if key[1] in FLAGS else UNDEF


def rejoin(cx: Context) -> None:
    """Forget what is certain only of paths that stayed: those that left are here again."""
    env = cx.state.env
    for key, binding in env.items():
        if key[0] is cx.frame and isinstance(binding, Unbound) and binding.here:
            env[key] = replace(binding, here=False)


class Merger(ArrayMerger):
    """Builds the results of one ``if`` op, side by side with the joined state."""

    # Cells and names

    def cells(self) -> None:
        """Arrays that exist before the branch."""
        first, second = (arm.state.cells for arm in self.arms)
        for cell in self.joined.cells:
            value = self.operand(first[cell], second[cell], cell.name)
            assert isinstance(value, Value)
            self.joined.cells[cell] = value

    def boxes(self) -> None:
        """Containers that exist before the branch."""
        first, second = (arm.state.boxes for arm in self.arms)
        for box in list(self.joined.boxes):
            if first[box] is not second[box]:
                self.joined.boxes[box] = self.binding(box.name, first[box], second[box])
            else:
                self.joined.boxes[box] = first[box]

    def name(self, key: Key) -> None:
        """One name."""
        first, second = (arm.state.env.get(key, default(key)) for arm in self.arms)
        self.own = key[0] is self.cx.frame
        if key[1] in FLAGS and first is True and second is False:
            flags = (self.joined.env.get((key[0], flag)) for flag in FLAGS)
            if any(flag is self.condition for flag in flags):
                self.joined.env[key] = self.condition
                return
        self.joined.env[key] = self.binding(key[1], first, second)

    def binding(self, name: str, first: Binding, second: Binding) -> Binding:
        """The join of two bindings."""
        if same(first, second) and not isinstance(first, Ref):
            return first
        if isinstance(first, Unbound) or isinstance(second, Unbound):
            return self.unbound(name, first, second)
        if isinstance(first, Conflict) or isinstance(second, Conflict):
            return self.conflict(name, first, second)
        if self.cx.takes_none and may_be_none(first, second):
            return self.nullable(name, first, second)
        if is_operand(first) and is_operand(second):
            return self.operand(first, second, name)
        if isinstance(first, Ref) and isinstance(second, Ref):
            return self.ref(name, first, second) or self.conflict(name, first, second)
        if isinstance(first, Box) and isinstance(second, Box) and first.kind is second.kind:
            return self.box(name, first, second)
        if isinstance(first, (Node, Grown)) and isinstance(second, (Node, Grown)):
            pair = self.in_arrays(name, first, second)
            if pair is not None:
                return self.grown(name, *pair)
        if alike(first, second):
            rows = zip(
                part_names(name, first), children(first) or (), children(second) or (), strict=True
            )
            return with_children(first, tuple(self.binding(*row) for row in rows))
        if is_function(first) and is_function(second):
            sides = (self.adopt(name, side, k) for k, side in enumerate((first, second)))
            return Choice(self.condition, *sides)
        return self.conflict(name, first, second)

    def in_arrays(
        self, name: str, first: Node | Grown, second: Node | Grown
    ) -> tuple[Grown, Grown] | None:
        """The contents of lists, both in arrays, where their lengths are not equal for certain."""
        sides = (first, second)
        if isinstance(first, Node) and isinstance(second, Node):
            if first.kind is not LIST or second.kind is not LIST or len(first) == len(second):
                return None
        item: Any = ()
        for arm, side in zip(self.arms, sides, strict=True):
            with self.cx.inside(arm.builder, arm.state):
                item = joined_items(item, items_in(self.cx, side))
        if item is None or item == () or mentions_any(item, set().union(*self.local)):
            return None
        made = []
        for arm, side in zip(self.arms, sides, strict=True):
            if isinstance(side, Node):
                with self.cx.inside(arm.builder, arm.state):
                    side = in_arrays(self.cx, self.node, side, item, len(side), name, [])
                    arm.state = self.cx.state  # another one where an item is one of several views
            made.append(side)
        return made[0], made[1]

    def grown(self, name: str, first: Grown, second: Grown) -> Grown:
        """The join of two lists in arrays."""
        items = self.columns(name, first.items, second.items)
        size = self.operand(first.size, second.size, f"{name}_size" if name else "")
        if all(map(self.cx.extents.is_natural, (first.size, second.size))):
            self.cx.extents.natural |= {size} if isinstance(size, Value) else set()
        return Grown(items, size, first.added.joined(second.added))

    def columns(self, name: str, first: Any, second: Any) -> Any:
        """The arrays of the items of two lists that grow, joined."""
        if isinstance(first, tuple):
            return tuple(self.columns(name, a, b) for a, b in zip(first, second, strict=True))
        one, two = first.buffer.cell, second.buffer.cell
        if one is two and one in self.joined.cells:
            return first
        if (one, two) not in self.merged:
            values = [self.arms[k].state.cells[cell] for k, cell in enumerate((one, two))]
            value = self.operand(values[0], values[1], name)
            assert isinstance(value, Value)
            self.merged[one, two] = self.new_cell(name, one, two, value)
            shape, other = (self.cx.extents.of(one)[1:] for one in values)
            if shape == other and not any(mentions(shape, local) for local in self.local):
                self.cx.extents.shapes[value] = (("dim", value, 0), *shape)
        return Column(Ref(self.merged[one, two]), first.weak and second.weak)

    def box(self, name: str, first: Box, second: Box) -> Box:
        """The container that is ``first`` on one path and ``second`` on the other."""
        if (first, second) not in self.merged:
            box = self.merged[first, second] = Box(first.kind, name)
            self.cx.elements.holds_too(box, (first, second))
            parts = [
                arm.state.boxes[side] for arm, side in zip(self.arms, (first, second), strict=True)
            ]
            self.joined.boxes[box] = self.binding(name, *parts)
            for arm, side in zip(self.arms, (first, second), strict=True):
                if side in arm.state.stale:
                    self.joined.stale[box] = arm.state.stale[side]
        found = self.merged[first, second]
        assert isinstance(found, Box)
        return found

    def unbound(self, name: str, first: Binding, second: Binding) -> Binding:
        """One path or both give the name no value, or not for certain."""
        sides = (first, second)
        values = [side.maybe if isinstance(side, Unbound) else side for side in sides]
        if values[0] is None and values[1] is None:
            return UNDEF
        if values[0] is None or values[1] is None:
            side = 1 if values[0] is None else 0
            adopted = self.adopt(name, values[side], side)
        else:
            adopted = self.binding(name, *values)
        flags = [self.has_value(k, side) for k, side in enumerate(sides)]
        if name == "$val" or all(flag is True for flag in flags):
            return adopted
        here = all(
            not isinstance(side, Unbound) or side.here or (self.own and self.out[k])
            for k, side in enumerate(sides)
        )
        return Unbound(adopted, self.flag(*flags), here)

    def has_value(self, side: int, binding: Binding) -> Operand:
        """Whether a name has a value at the end of an arm; who returns does not care."""
        if not isinstance(binding, Unbound) or (self.own and self.returned[side]):
            return True
        return binding.bound

    def nullable(self, name: str, first: Binding, second: Binding) -> Binding:
        """One path or both leave None, or may do so."""
        if self.own and name != "$val" and self.returned[0] != self.returned[1]:
            side = 1 if self.returned[0] else 0
            return self.adopt(name, (first, second)[side], side)
        values = value_of(first), value_of(second)
        if values[0] is None or values[1] is None:
            side = 1 if values[0] is None else 0
            value = self.adopt(name, values[side], side)
        else:
            value = self.binding(name, *values)
        if isinstance(value, Conflict):
            return value
        there = self.flag(self.there(0, first), self.there(1, second))
        return value if there is True else Nullable(value, there)

    def there(self, side: int, binding: Binding) -> Operand:
        """Whether a value is not None at the end of an arm; a test in the arm may have said so."""
        there = there_of(binding)
        return ("true", there) in self.arms[side].state.known or there

    def flag(self, first: Operand, second: Operand) -> Operand:
        """The join of two truth values."""
        if first is True and second is False:
            return self.condition
        if first is False and second is True:
            return negate(self.cx, self.condition, self.node)
        return self.operand(first, second, "")

    def conflict(self, name: str, first: Binding, second: Binding) -> Binding:
        """No type holds both; harmless if one path never comes back here."""
        if name == "$val" or self.returned[0] == self.returned[1]:
            return Conflict(first, second)
        side = 1 if self.returned[0] else 0
        there = second if side else first
        return there if isinstance(there, Conflict) else self.adopt(name, there, side)

    def adopt(self, name: str, binding: Binding, side: int) -> Binding:
        """The binding of one arm, with dummies on the other."""
        if isinstance(binding, Value):
            if binding not in self.local[side]:
                return binding
            pair = (None, binding) if side else (binding, None)
            return self.result(pair[0], pair[1], binding.type, name)
        if isinstance(binding, Ref):
            state = self.arms[side].state
            if binding.cell not in self.joined.cells:
                value = self.adopt(name, state.cells[binding.cell], side)
                self.joined.cells[binding.cell] = value
                if binding.cell in state.stale:
                    self.joined.stale[binding.cell] = state.stale[binding.cell]
                if binding.cell in state.one_of:
                    one_of = state.one_of[binding.cell]
                    views = tuple(self.adopt(name, view, side) for view in one_of.refs)
                    tag = self.adopt("", one_of.tag, side)
                    self.joined.one_of[binding.cell] = OneOf(tag, views)
            index = tuple(self.adopt("", operand, side) for operand in binding.index)
            return Ref(binding.cell, binding.path, index)
        if isinstance(binding, Box):
            state = self.arms[side].state
            if binding not in self.joined.boxes:
                self.joined.boxes[binding] = self.adopt(name, state.boxes[binding], side)
                if binding in state.stale:
                    self.joined.stale[binding] = state.stale[binding]
            return binding
        parts = children(binding)
        if parts is None:
            return binding
        pairs = zip(part_names(name, binding), parts, strict=True)
        return with_children(binding, tuple(self.adopt(*pair, side) for pair in pairs))

    # The end

    def relations(self) -> None:
        """May-alias pairs and stale marks of the joined state."""
        first, second = (arm.state for arm in self.arms)
        pairs: set[Pair] = set(first.may | second.may)
        for arm in self.arms:
            for cell, place in arm.state.stale.items():
                if cell in self.joined.cells or cell in self.joined.boxes:
                    self.joined.stale.setdefault(cell, place)
        sources = {cell: pair for pair, cell in self.merged.items()} | self.copied
        for cell, (a, b) in sources.items():
            near = {a, b, *first.partners(a), *second.partners(b)}
            pairs |= {frozenset((cell, other)) for other in near}
            for other, (c, d) in sources.items():
                if other is not cell and (related(first.may, a, c) or related(second.may, b, d)):
                    pairs.add(frozenset((cell, other)))
        self.joined.may = frozenset(pairs)

    def finish(self) -> None:
        """Append the op; the joined state becomes the present one."""
        cx = self.cx
        span = cx.span(self.node)
        blocks = []
        for side, arm in enumerate(self.arms):
            arm.builder.span = span
            yields = []
            for entry in self.results:
                operand, kind = entry[side], entry[2].type
                if operand is None:
                    yields.append(dummy(arm.builder, kind))
                else:
                    yields.append(convert(cx, arm.builder, self.node, operand, kind))
            blocks.append(arm.builder.block((), yields))
        results = tuple(value for _, _, value in self.results)
        attrs = {"label": core.new_label()}
        if results or any(block.ops for block in blocks):
            cx.builder.add(Op(core.IF, (self.condition,), attrs, tuple(blocks), results, span))
        cx.state = self.joined
