"""Random statements without control flow: assignments, writes, views, swaps, tuples."""

from __future__ import annotations

import math

from tests.random_programs.arrays import Arrays
from tests.random_programs.scope import Group, Shape, Var


class Statements(Arrays):
    """Each maker returns the lines of one statement, or none when nothing fits."""

    def simple(self) -> list[str]:
        """One statement without a block."""
        forms = [
            (6, self.bind_float),
            (6, self.update_float),
            (3, self.bind_fresh_array),
            (3, self.bind_view),
            (5, self.write_element),
            (5, self.write_part),
            (2, self.update_array),
            (2, self.rebind_array),
            (2, self.bind_int),
            (1, self.bind_bool),
            (1, self.bind_mask),
            (1, self.bind_empty),
            (1, self.swap_floats),
            (1, self.swap_elements),
            (1, self.swap_arrays),
            (2, self.bind_pair),
            (1, self.unpack),
            (1, self.alias),
            (1, self.call_statement),
            (1, self.passes_through),
        ]
        weights, makers = zip(*forms, strict=True)
        for _ in range(10):
            lines = self.r.choices(makers, weights)[0]()
            if lines:
                return lines
        return ["pass"]

    def bounded(self, depth: int = 2) -> str:
        """A float expression that is at most about 2, whatever it is made of."""
        text = self.num(depth)
        return self.r.choice([
            f"np.tanh({text})", f"math.sin({text})", f"0.5 * {text}", text, f"math.tanh({text})",
        ])  # fmt: skip

    def fresh_array(self, shape: Shape, depth: int = 2) -> str:
        """An array expression that shares memory with nothing."""
        pick = self.r.random()
        if pick < 0.15:
            return self.constructed(shape)
        if pick < 0.25:
            return f"({self.arr(shape, 0)}).copy()"
        if pick < 0.5:
            return f"np.tanh({self.arr(shape, depth)})"
        if pick < 0.6:
            return f"np.where({self.arr(shape, 1)} > 0.1, {self.arr(shape, 1)}, {self.num(1)})"
        return f"0.8 * {self.arr(shape, depth)}"

    def new_shape(self) -> Shape:
        shapes = [v.shape for v in self.scope if v.kind == "array" and len(v.shape) < 3] or [(3,)]
        shape = self.r.choice(shapes)
        if self.r.random() < 0.25:
            extents = [extent for each in shapes for extent in each]
            return (self.r.choice(extents), self.r.choice(extents))
        return shape

    # floats, ints, truth values

    def bind_float(self) -> list[str]:
        text = self.bounded()
        name = self.scope.fresh("a")
        self.scope.bind(Var(name, "float"))
        note = ": float" if self.r.random() < 0.05 else ""
        return [f"{name}{note} = {text}"]

    def float_target(self) -> Var | None:
        return self.scope.pick(self.r, "float", self.scope.assignable)

    def update_float(self) -> list[str]:
        var = self.float_target()
        if not var:
            return []
        text = self.num(2)
        return self.r.choice([
            [f"{var.name} += {self.r.choice(['0.3', '0.1', '-0.2'])} * {text}"],
            [f"{var.name} -= 0.2 * {text}"],
            [f"{var.name} *= np.tanh({text})"],
            [f"{var.name} /= 1.5 + {text} ** 2"],
            [f"{var.name} = math.tanh({var.name} + {text})"],
            [f"{var.name} = {self.bounded()}"],
        ])  # fmt: skip

    def bind_int(self) -> list[str]:
        var = self.scope.pick(self.r, "int", self.scope.assignable)
        if var and var.low is None and self.r.random() < 0.5:
            return [self.r.choice([
                f"{var.name} = ({var.name} * 3 + {self.integer(1)}) % 7 - 3",
                f"{var.name} += 1",
                f"{var.name} -= 2",
                f"{var.name} //= 2",
                f"{var.name} %= 5",
                f"{var.name} = -{var.name} % 4",
            ])]  # fmt: skip
        text = f"({self.integer(2)}) % {self.r.randint(2, 7)}"
        return [f"{self.scope.bind(Var(self.scope.fresh('k'), 'int')).name} = {text}"]

    def bind_bool(self) -> list[str]:
        text = self.cond(1)
        return [f"{self.scope.bind(Var(self.scope.fresh('flag'), 'bool')).name} = {text}"]

    def bind_mask(self) -> list[str]:
        shape = self.new_shape()
        text = self.mask(shape, 1)
        return [f"{self.scope.bind(Var(self.scope.fresh('m'), 'mask', shape)).name} = {text}"]

    # arrays

    def bind_empty(self) -> list[str]:
        """An array that is filled before it is read."""
        shape = self.new_shape()
        extents = str(shape[0]) if len(shape) == 1 else str(shape)
        text = self.arr(shape, 1)
        name = self.scope.fresh("v")
        self.scope.bind(Var(name, "array", shape, contiguous=True))
        fill = f"{name}[:] = {text}"
        if len(shape) == 1 and self.r.random() < 0.5:
            counter = self.scope.fresh("i")
            fill = f"for {counter} in range({extents}): {name}[{counter}] = {self.num(0)}"
            if name in fill.partition(" = ")[2]:
                fill = f"{name}[:] = {text}"
        return [f"{name} = np.empty({extents})", fill]

    def bind_fresh_array(self) -> list[str]:
        shape = self.new_shape()
        text = self.fresh_array(shape)
        name = self.scope.fresh("v" if len(shape) == 1 else "A")
        self.scope.bind(Var(name, "array", shape))
        return [f"{name} = {text}"]

    def rebind_array(self) -> list[str]:
        var = self.scope.pick(
            self.r, "array", lambda v: self.scope.rebindable(v) and len(v.shape) < 3
        )
        if not var:
            return []
        text = self.fresh_array(var.shape)
        var.group, var.contiguous = Group(), False
        return [f"{var.name} = {text}"]

    def bind_view(self) -> list[str]:
        base = self.scope.pick(self.r, "array")
        if not base:
            return []
        shapes = {var.shape for var in self.scope if var.kind == "array"}
        shapes |= {(extent,) for extent in base.shape} | {base.shape[::-1]}
        shapes |= {(max(extent - 1, 1),) for extent in base.shape} | {(math.prod(base.shape),)}
        found = [(t, s) for s in sorted(shapes) for t in self.views_of(base, s) if t != base.name]
        if not found:
            return []
        text, shape = self.r.choice(found)
        name = self.scope.fresh("w")
        self.scope.bind(Var(name, "array", shape, group=base.group, readonly=base.readonly))
        return [f"{name} = {text}"]

    def alias(self) -> list[str]:
        """A second name of an array."""
        base = self.scope.pick(self.r, "array")
        if not base:
            return []
        name = self.scope.fresh("w")
        kept = {"group": base.group, "readonly": base.readonly, "contiguous": base.contiguous}
        self.scope.bind(Var(name, "array", base.shape, **kept))
        return [f"{name} = {base.name}"]

    def array_target(self) -> Var | None:
        return self.scope.pick(self.r, "array", lambda v: not v.readonly)

    def write_element(self) -> list[str]:
        var = self.array_target()
        if not var:
            return []
        target, text = self.element_of(var), self.num(2)
        if var.contiguous and len(var.shape) == 2 and self.r.random() < 0.1:
            target = f"{var.name}.ravel()[{self.index(math.prod(var.shape))}]"
        return [self.r.choice([
            f"{target} = {self.bounded()}",
            f"{target} += 0.3 * {text}",
            f"{target} -= 0.2 * {text}",
            f"{target} *= np.sin({text})",
            f"{target} = np.tanh({target} + {text})",
        ])]  # fmt: skip

    def write_part(self) -> list[str]:
        """A write to a slice, a row, a column, through a transpose."""
        var = self.array_target()
        if not var:
            return []
        shapes = [var.shape, var.shape[-1:], var.shape[:1], var.shape[::-1]]
        shapes += [(max(var.shape[0] - 1, 1), *var.shape[1:]), (max(var.shape[-1] - 2, 1),)]
        found = [
            (text, shape)
            for shape in shapes
            for text in self.views_of(var, shape)
            if text.endswith("]")
        ]
        if not found:
            return []
        target, shape = self.r.choice(found)
        value = self.r.choice([self.arr(shape, 1), self.num(1), self.broadcastable(shape, 1)])
        return [self.r.choice([
            f"{target} = {value}",
            f"{target} = np.tanh({value})",
            f"{target} += 0.2 * {value}",
            f"{target} *= np.cos({value})",
            f"{target} -= 0.3 * {value}",
        ])]  # fmt: skip

    def update_array(self) -> list[str]:
        var = self.array_target()
        if not var:
            return []
        value = self.num(1) if len(var.shape) == 3 else self.broadcastable(var.shape, 1)
        if not self.scope.assignable(var):
            return [f"{var.name}[:] = 0.5 * {value}"]
        return [self.r.choice([
            f"{var.name} += 0.2 * {value}",
            f"{var.name} *= np.sin({value})",
            f"{var.name} -= 0.3 * {value}",
            f"{var.name} /= 1.5 + np.square({value})",
            f"{var.name}[:] = np.tanh({value})",
            f"{var.name}[...] = 0.5 * {value}",
        ])]  # fmt: skip

    # several targets

    def swap_floats(self) -> list[str]:
        a, b = self.float_target(), self.float_target()
        if not a or not b or a is b:
            return []
        if self.r.random() < 0.4:
            return [f"{a.name}, {b.name} = {b.name} + 0.1 * {a.name}, {a.name} - 0.2"]
        return [f"{a.name}, {b.name} = {b.name}, {a.name}"]

    def swap_elements(self) -> list[str]:
        var = self.array_target()
        if not var:
            return []
        first, second = self.element_of(var), self.element_of(var)
        return [f"{first}, {second} = {second}, {first}"]

    def swap_arrays(self) -> list[str]:
        def free(var: Var) -> bool:
            same_level = var.level == self.scope.level
            return self.scope.assignable(var) and (same_level or self.scope.alone(var))

        a = self.scope.pick(self.r, "array", free)
        if not a:
            return []
        b = self.scope.pick(self.r, "array", lambda v: free(v) and v.shape == a.shape)
        if not b or a is b:
            return []
        a.contiguous = b.contiguous = a.contiguous and b.contiguous
        a.group, b.group = b.group, a.group
        return [f"{a.name}, {b.name} = {b.name}, {a.name}"]

    def bind_pair(self) -> list[str]:
        text = f"{self.bounded(1)}, {self.bounded(1)}"
        name = self.scope.fresh("p")
        self.scope.bind(Var(name, "pair"))
        return [f"{name} = ({text})"]

    def unpack(self) -> list[str]:
        names = [self.scope.fresh("a"), self.scope.fresh("a")]
        maker = self.scope.pick(self.r, "function", lambda v: v.result == "pair")
        pair = self.scope.pick(self.r, "pair")
        if maker and self.r.random() < 0.7:
            text = self.call(maker, 1)
        elif pair and self.r.random() < 0.6:
            text = pair.name
        else:
            text = f"{self.bounded(1)}, {self.bounded(1)}"
        for name in names:
            self.scope.bind(Var(name, "float"))
        return [f"{names[0]}, {names[1]} = {text}"]

    # other

    def call_statement(self) -> list[str]:
        """A call of a function that writes to its array argument."""
        var = self.scope.pick(self.r, "function", lambda v: v.result == "none")
        if not var:
            return []
        shapes = [shape for kind, shape in var.signature if kind == "array"]
        targets = [
            self.scope.pick(self.r, "array", lambda v, s=s: v.shape == s and not v.readonly)
            for s in shapes
        ]
        if not all(targets):
            return []
        args = []
        for kind, _ in var.signature:
            if kind == "array":
                args.append(targets.pop(0).name)
            else:
                args.append(self.num(1) if kind == "float" else self.integer(1))
        return [f"{var.name}({', '.join(args)})"]

    def passes_through(self) -> list[str]:
        var = self.scope.pick(self.r, "array")
        return self.r.choice([
            [f"assert len({var.name}) > 0" if var else "pass"],
            ['"""Nothing happens here."""'],
            ["pass"],
        ])  # fmt: skip
