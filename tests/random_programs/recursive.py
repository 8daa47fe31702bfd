"""Random recursive functions: in a line, at the tail, trees, in loops, mutual, over slices."""

from __future__ import annotations

from collections.abc import Sequence

from tests.random_programs.control import Control, indent
from tests.random_programs.scope import Group, Shape, Var


class Recursive(Control):
    """Each makes the functions of a recursion and a helper that starts it, not too deep."""

    def recursion(self, shapes: Sequence[Shape]) -> list[str]:
        """A recursion along a depth, or over the slices of an array."""
        lines = [shape for shape in shapes if len(shape) == 1]
        if lines and self.r.random() < 0.3:
            return self.over_slices(self.r.choice(lines))
        params = [Var("q0", "float")]
        if lines and self.r.random() < 0.5:
            params.append(Var("q1", "array", self.r.choice(lines)))
        params.append(Var("d", "int", fixed=True))
        names = [self.scope.fresh("rec") for _ in range(self.r.choice([1, 1, 1, 2]))]
        out: list[str] = []
        for name in names:
            callee = self.r.choice(names) if len(names) == 1 else names[1 - names.index(name)]
            head = ", ".join(param.name for param in params)
            out += [f"def {name}({head}):", *self.activation(params, callee), "", ""]
        return [*out, *self.starter(names[0], params)]

    def starter(self, name: str, params: list[Var]) -> list[str]:
        """The function that the rest of the program calls."""
        helper = self.scope.fresh("helper")
        given = [param for param in params if param.name != "d"]
        depth = str(self.r.randint(0, 4))
        if self.r.random() < 0.6:
            given.append(Var("k", "int"))
            depth = f"k % {self.r.randint(2, 5)}"
        passed = ", ".join([*(param.name for param in params if param.name != "d"), depth])
        signature = tuple((param.kind, param.shape) for param in given)
        self.scope.bind(Var(helper, "function", signature=signature))
        head = ", ".join(param.name for param in given)
        return [f"def {helper}({head}):", f"    return {name}({passed})"]

    def activation(self, params: list[Var], callee: str) -> list[str]:
        """The body of a function that calls ``callee``."""
        outer = (self.loops, self.nesting, self.returns, self.scope.owner)
        saved, self.scope.blocks = self.scope.blocks, [list(self.scope.blocks[0])]
        self.loops, self.nesting, self.returns = 0, 1, "float"
        self.scope.owner += 1
        self.scope.enter()
        for param in params:
            self.scope.bind(
                Var(param.name, param.kind, param.shape, fixed=param.fixed, group=Group(True))
            )
        stop = "d <= 0" + (f" or {self.cond(1)}" if self.r.random() < 0.3 else "")
        lines = [f"if {stop}:", f"    {self.return_line()}"]
        lines += self.few_statements()
        made = self.r.choice(
            [self.one_call, self.one_call, self.tail_call, self.two_calls, self.calls_in_a_loop]
        )
        lines += made(params, callee)
        self.scope.leave()
        self.scope.blocks = saved
        self.loops, self.nesting, self.returns, self.scope.owner = outer
        return indent(lines)

    def few_statements(self) -> list[str]:
        return [line for _ in range(self.r.randint(0, 2)) for line in self.statement()]

    def again(self, params: list[Var], callee: str, less: int = 1) -> str:
        """A recursive call."""
        args = []
        for param in params[:-1]:
            if param.kind == "float":
                args.append(self.bounded(1))
            else:
                same = self.r.random() < 0.5
                args.append("q1" if same else self.fresh_array(param.shape, 1))
        return f"{callee}({', '.join(args)}, d - {less})"

    def call_named(self, text: str) -> list[str]:
        """The result of a call under a name of its own."""
        name = self.scope.fresh("z")
        self.scope.bind(Var(name, "float"))
        return [f"{name} = {text}"]

    def one_call(self, params: list[Var], callee: str) -> list[str]:
        call = self.again(params, callee)
        if self.r.random() < 0.4:
            return [f"return {self.bounded(1)} * {call} + {self.bounded(1)}"]
        return [*self.call_named(call), *self.few_statements(), self.return_line()]

    def tail_call(self, params: list[Var], callee: str) -> list[str]:
        return [f"return {self.again(params, callee)}"]

    def two_calls(self, params: list[Var], callee: str) -> list[str]:
        if self.r.random() < 0.3:
            calls = [self.again(params, callee, 1 + k) for k in range(2)]
            return [f"return {calls[0]} if {self.cond(1)} else 0.5 * {calls[1]}"]
        lines = self.call_named(self.again(params, callee))
        lines += self.few_statements()
        lines += self.call_named(self.again(params, callee, 2))
        return [*lines, self.return_line()]

    def calls_in_a_loop(self, params: list[Var], callee: str) -> list[str]:
        if self.r.random() < 0.3:
            item = f"{self.bounded(0)} * {self.again(params, callee, 2)}"
            return [f"return math.tanh(sum({item} for _ in range({self.r.randint(1, 2)})))"]
        total, counter = self.scope.fresh("z"), self.scope.fresh("i")
        lines = [f"{total} = {self.literal()}"]
        self.scope.bind(Var(total, "float"))
        self.scope.enter()
        self.scope.bind(Var(counter, "int", fixed=True))
        inner = self.few_statements()
        inner.append(f"{total} += {self.bounded(0)} * {self.again(params, callee, 2)}")
        self.scope.leave()
        lines += [f"for {counter} in range({self.r.randint(1, 2)}):", *indent(inner)]
        return [*lines, self.return_line()]

    def over_slices(self, shape: Shape) -> list[str]:
        """A function of ever smaller parts of an array."""
        name, helper = self.scope.fresh("rec"), self.scope.fresh("helper")
        write = [f"q1[0] = q1[0] * {self.literal()}"] if self.r.random() < 0.3 else []
        factor = self.r.choice(["np.sin(q0)", "q0", "0.5"])
        if self.r.random() < 0.5:
            body = [
                "if len(q1) == 0:",
                "    return q0",
                *write,
                f"return {factor} * q1[0] + 0.7 * {name}(q0 * {self.literal()}, q1[1:])",
            ]
        else:
            body = [
                "if len(q1) <= 1:",
                "    return q0 + np.sum(q1)",
                "m = len(q1) // 2",
                f"one = {name}({factor}, q1[:m])",
                *write,
                f"return one * {name}(q0, q1[m:]) - q1[-1]",
            ]
        self.scope.bind(
            Var(helper, "function", signature=(("float", ()), ("array", shape)))
        )  # fmt: skip
        start = [f"def {helper}(q0, q1):", f"    return math.tanh({name}(q0, q1))"]
        return [f"def {name}(q0, q1):", *indent(body), "", "", *start]
