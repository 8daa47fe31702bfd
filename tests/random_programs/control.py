"""Random control flow: branches, loops, exits."""

from __future__ import annotations

from collections.abc import Sequence

from tests.random_programs.functions import Functions
from tests.random_programs.scope import Var


def indent(lines: list[str]) -> list[str]:
    """One level deeper."""
    return [f"    {line}" for line in lines]


class Control(Functions):
    """Blocks.  ``loops`` counts enclosing loops of the current function, ``nesting`` all blocks."""

    loops = 0
    nesting = 0
    left: Sequence[Var] = ()  # numbers bound in the last block
    returns = "float"  # what the current function returns: float, pair, none or an array shape

    def block(self, count: int, exits: bool = True) -> list[str]:
        """Statements in a scope of their own, perhaps ending in an exit."""
        self.scope.enter()
        lines = [line for _ in range(count) for line in self.statement()]
        if exits and self.r.random() < 0.15:
            lines += self.leaving()
        self.left = [var for var in self.scope.blocks[-1] if var.kind in ("float", "int")]
        self.scope.leave()
        return indent(lines)

    def stay_bound(self, found: list[Var], chance: float) -> None:
        """Let names of a block be read behind it: an error in Python where it has not run."""
        for var in found:
            if self.r.random() < chance:
                self.scope.bind(var)

    def statement(self) -> list[str]:
        """One statement of any kind."""
        if self.nesting >= 3 or self.r.random() < 0.62:
            return self.simple()
        forms = [
            (5, self.branch),
            (6, self.for_range),
            (3, self.for_array),
            (2, self.for_pairs),
            (1, self.for_tuple),
            (3, self.while_counted),
            (2, self.guarded_exit),
            (1, self.both_arms),
            (1, self.match_of_int),
            (1, self.match_of_tuple),
            (2, self.walrus),
            (1, self.guard),
            (1, self.attempt),
            (1, self.stars),
            (1, self.make_object),
            (2, self.use_object),
            (1, self.rebind_outer),
            (1, self.chosen_function),
            (2, self.dict_of_numbers),
            (2, self.list_of_arrays),
            (1, self.nested),
            (2, self.growing_list),
        ]
        weights, makers = zip(*forms, strict=True)
        self.nesting += 1
        lines = self.r.choices(makers, weights)[0]()
        self.nesting -= 1
        return lines

    def leaving(self) -> list[str]:
        """break, continue or return."""
        forms = [self.return_line()]
        if self.loops:
            forms += ["break", "continue", "break", "continue"]
        return [self.r.choice(forms)]

    def return_line(self) -> str:
        """A return of what the function promises."""
        if self.returns == "none":
            return "return"
        if self.returns == "pair":
            return f"return {self.bounded(1)}, {self.bounded(1)}"
        if isinstance(self.returns, tuple):
            return f"return {self.fresh_array(self.returns, 1)}"
        return f"return {self.bounded(1)}"

    def guarded_exit(self) -> list[str]:
        return [f"if {self.cond(2)}:", *indent(self.leaving())]

    def branch(self) -> list[str]:
        lines = [f"if {self.cond(2)}:", *self.block(self.r.randint(1, 3))]
        while self.r.random() < 0.2:
            lines += [f"elif {self.cond(1)}:", *self.block(self.r.randint(1, 2))]
        if self.r.random() < 0.5:
            lines += ["else:", *self.block(self.r.randint(1, 3))]
        return lines

    def both_arms(self) -> list[str]:
        """A name bound in both arms and used afterwards."""
        name = self.scope.fresh("a")
        lines = [f"if {self.cond(2)}:", *self.block(self.r.randint(0, 2), exits=False)]
        lines += indent([f"{name} = {self.bounded()}"])
        lines += ["else:", *self.block(self.r.randint(0, 2), exits=False)]
        lines += indent([f"{name} = {self.r.choice([self.bounded(), '0', '1'])}"])
        self.scope.bind(Var(name, "float"))
        return lines

    # loops

    def body(self, *counters: Var) -> list[str]:
        """The body of a loop with its loop variables."""
        self.scope.enter()
        for var in counters:
            var.fixed = var.kind != "float"
            self.scope.bind(var)
        self.loops += 1
        lines = self.block(self.r.randint(1, 3))
        self.loops -= 1
        self.scope.leave()
        return lines

    def otherwise(self) -> list[str]:
        """An else clause now and then."""
        if self.r.random() < 0.2:
            return ["else:", *self.block(self.r.randint(1, 2))]
        return []

    def accumulator(self) -> list[str]:
        """Often something is summed up in a loop; it may begin as an int."""
        if self.r.random() < 0.5:
            return []
        name = self.scope.fresh("total")
        self.scope.bind(Var(name, "float"))
        return [f"{name} = {self.r.choice(['0.0', '0.0', '0', '1.0'])}"]

    def for_range(self) -> list[str]:
        start = self.accumulator()
        name = self.scope.fresh("i")
        text, low, high = self.range_text()
        counter = Var(name, "int", low=low, high=high)
        body = self.body(counter)
        bound = [*self.left, counter]
        lines = [*start, f"for {name} in range({text}):", *body, *self.otherwise()]
        self.stay_bound(bound, 0.2)
        return lines

    def count(self) -> str:
        """``n``, where it is in scope: an int from 2 to 4."""
        return "n" if any(var.name == "n" for var in self.scope) else "3"

    def range_text(self) -> tuple[str, int, int]:
        """Arguments of a range, and bounds of its counter."""
        array, n = self.scope.pick(self.r, "array"), self.count()
        forms = [(n, 0, 3), (str(self.r.randint(1, 4)), 0, 3), (f"1, {n}", 1, 3),
                 (f"{n} - 1, -1, -1", 0, 3), ("0, 5, 2", 0, 4), ("4, 0, -2", 2, 4),
                 ("-2, 2", -2, 1), (f"{n}, 0, -1", 1, 4), ("2, 2", 0, 0)]  # fmt: skip
        if array:
            last, name = array.shape[0] - 1, array.name
            forms += [(f"len({name})", 0, last), (f"{name}.shape[0]", 0, last),
                      (f"1, len({name})", 1, last), (f"len({name}) - 1, -1, -1", 0, last),
                      (f"1, {name}.shape[0] - 1", 1, max(last - 1, 1))] * 2  # fmt: skip
        counter = self.scope.pick(self.r, "int", lambda v: v.low is not None and v.low >= 0)
        if counter:
            forms += [(f"{counter.name}", 0, max(counter.high - 1, 0)),
                      (f"{counter.name}, {n}", counter.low, 3)] * 2  # fmt: skip
        return self.r.choice(forms)

    def for_array(self) -> list[str]:
        base = self.scope.pick(self.r, self.r.choice(["array"] * 4 + ["ints"]))
        if not base:
            return self.branch()
        start = self.accumulator()
        item = self.item_of(base)
        text = base.name
        if self.r.random() < 0.2:
            text = f"{base.name}[::-1]"
        if self.r.random() < 0.3:
            index = Var(self.scope.fresh("i"), "int", low=0, high=base.shape[0] - 1)
            head = f"for {index.name}, {item.name} in enumerate({text}):"
            return [*start, head, *self.body(index, item), *self.otherwise()]
        return [*start, f"for {item.name} in {text}:", *self.body(item), *self.otherwise()]

    def item_of(self, base: Var) -> Var:
        if base.kind == "ints":
            return Var(self.scope.fresh("k"), "int")
        if len(base.shape) == 1:
            return Var(self.scope.fresh("e"), "float")
        name, kept = self.scope.fresh("row"), {"group": base.group, "readonly": base.readonly}
        return Var(name, "array", base.shape[1:], **kept)

    def for_pairs(self) -> list[str]:
        a, b = self.scope.pick(self.r, "array"), self.scope.pick(self.r, "array")
        if not a or not b:
            return self.branch()
        start = self.accumulator()
        first, second = self.item_of(a), self.item_of(b)
        head = f"for {first.name}, {second.name} in zip({a.name}, {b.name}):"
        counters = [first, second]
        if self.r.random() < 0.3:
            high = min(a.shape[0], b.shape[0]) - 1
            index = Var(self.scope.fresh("i"), "int", low=0, high=high)
            pair = f"({first.name}, {second.name})"
            head = f"for {index.name}, {pair} in enumerate(zip({a.name}, {b.name})):"
            counters.insert(0, index)
        return [*start, head, *self.body(*counters), *self.otherwise()]

    def for_tuple(self) -> list[str]:
        """A loop over a tuple of numbers, known in advance."""
        item = Var(self.scope.fresh("e"), "float")
        text = f"({self.num(0)}, {self.num(1)}, {self.literal()})"
        return [f"for {item.name} in {text}:", *self.body(item)]

    def while_counted(self) -> list[str]:
        start = self.accumulator()
        name = self.scope.fresh("k")
        bound = self.r.choice([self.count(), "3", f"{self.count()} + 1", "4"])
        test = self.r.choice([
            f"{name} < {bound}", f"{name} < {bound}", f"{name} < {bound} and {self.cond(1)}",
            f"not {name} >= {bound}", "True",
        ])  # fmt: skip
        counter = Var(name, "int", low=1, high=5)
        body = self.body(counter)
        step = [f"{name} += 1"]
        if test == "True":
            step = [*step, f"if {name} > {bound}:", "    break"]
        return [*start, f"{name} = 0", f"while {test}:", *indent(step), *body, *self.otherwise()]
