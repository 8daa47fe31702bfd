"""Whole random programs: a function ``f(x, y, M, s, n, …)`` and what it calls."""

from __future__ import annotations

import ast
import random
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.random_programs.control import indent
from tests.random_programs.drawing import with_draws
from tests.random_programs.functions import HOLDER
from tests.random_programs.recursive import Recursive
from tests.random_programs.scope import Group, Shape, Var
from tests.random_programs.yielding import through_generators

IMPORTS = "import functools\nimport math\n\nimport numpy as np\n"


@dataclass(frozen=True)
class Program:
    """A module text whose function ``f`` takes ``args``."""

    seed: str
    text: str
    args: tuple[Any, ...]

    @property
    def wrt(self) -> tuple[int, ...]:
        """Positions of the float arguments."""
        return tuple(k for k, arg in enumerate(self.args) if np.asarray(arg).dtype.kind == "f")


class Generator(Recursive):
    """Builds one program from a seed."""

    def module(self) -> tuple[str, list[Var]]:
        """The module text and the parameters of ``f``."""
        params = self.parameters()
        shapes = [param.shape for param in params if param.kind == "array"]
        lines = self.globals(shapes)
        for _ in range(self.r.choice([0, 0, 1, 1, 2])):
            lines += ["", "", *self.helper([shape for shape in shapes if len(shape) < 3])]
        if random.Random(f"recursion {self.seed}").random() < 0.25:
            lines += ["", "", *self.recursion(shapes)]
        names = ", ".join(param.name for param in params)
        body = self.function_body(params, self.r.randint(3, 8), "float", closures=True)
        text = "\n".join(
            [IMPORTS, HOLDER if self.holds else "", *lines, "", "", f"def f({names}):", *body]
        )
        tree = with_draws(through_generators(ast.parse(text), self.seed), self.seed)
        return ast.unparse(tree) + "\n", params

    def parameters(self) -> list[Var]:
        """``x, y, M, s, n`` and now and then an int array ``q`` and a 3-d array ``T``."""
        shapes = self.argument_shapes()
        params = [Var(name, "array", shape, contiguous=True) for name, shape in shapes.items()]
        params += [Var("s", "float"), Var("n", "int", fixed=True)]
        if self.r.random() < 0.3:
            params.append(Var("q", "ints", (self.r.choice([3, shapes["x"][0]]),), fixed=True))
        if self.r.random() < 0.2:
            params.append(Var("T", "array", (2, *shapes["M"]), fixed=True, contiguous=True))
        return params

    def globals(self, shapes: list[Shape]) -> list[str]:
        """Constants of the module."""
        lines = []
        if self.r.random() < 0.3:
            lines.append(f"C = {self.literal()}")
            self.scope.bind(Var("C", "float", fixed=True))
        if self.r.random() < 0.15:
            (extent,) = shapes[0]
            numbers = ", ".join(self.literal() for _ in range(extent))
            lines.append(f"W = np.array([{numbers}])")
            self.scope.bind(Var("W", "array", (extent,), fixed=True, readonly=True))
        return lines

    def argument_shapes(self) -> dict[str, Shape]:
        rows, columns = self.r.randint(2, 4), self.r.randint(2, 4)
        extent = columns if self.r.random() < 0.5 else self.r.randint(2, 5)
        other = self.r.choice([extent, rows, self.r.randint(2, 4)])
        if self.r.random() < 0.05:
            rows = 1
        if self.r.random() < 0.05:
            other = 1
        return {"x": (extent,), "y": (other,), "M": (rows, columns)}

    def function_body(
        self, params: list[Var], count: int, returns: Any, closures: bool = False
    ) -> list[str]:
        """Statements and a final return, in a scope of their own."""
        outer = (self.loops, self.nesting, self.returns, self.scope.owner)
        self.loops, self.returns = 0, returns
        self.scope.owner += 1
        self.scope.enter()
        for param in params:
            param.group = Group(shared=True)
            self.scope.bind(param)
        lines: list[str] = []
        for _ in range(count):
            lines += self.statement()
            if closures and self.r.random() < 0.12:
                lines += self.closure()
        lines.append(self.summary() if closures else self.return_line())
        self.scope.leave()
        self.loops, self.nesting, self.returns, self.scope.owner = outer
        return indent(lines)

    def summary(self) -> str:
        """A return that depends on everything that is alive."""
        parts = []
        for var in self.scope:
            weight = self.r.choice(["", "0.5 * ", "0.7 * "])
            if var.kind == "float":
                parts.append(f"{weight}{var.name}")
            elif var.kind == "array":
                parts.append(f"{weight}np.sum({self.r.choice(['np.sin(', '('])}{var.name}))")
            elif var.kind == "object":
                parts.append(f"{weight}{var.name}.a + {var.name}.b")
            elif var.kind == "int":
                parts.append(f"0.1 * {var.name}")
        self.r.shuffle(parts)
        return f"return {' + '.join([*parts[:9], '0.1 * s'])}"

    # functions

    def signature(self, shapes: list[Shape]) -> list[Var]:
        """Parameters of a helper."""
        params = []
        for number in range(self.r.randint(1, 3)):
            kind = self.r.choice(["float", "float", "array", "int"])
            shape = self.r.choice(shapes) if kind == "array" else ()
            params.append(Var(f"q{number}", kind, shape))
        return params

    def helper(self, shapes: list[Shape]) -> list[str]:
        """A function of the module."""
        name = self.scope.fresh("helper")
        params = self.signature(shapes)
        returns = self.r.choice(["float", "float", "pair", "none"])
        if returns == "none" and not any(param.kind == "array" for param in params):
            returns = "float"
        saved, self.scope.blocks = self.scope.blocks, [list(self.scope.blocks[0])]
        self.nesting += 1
        body = self.function_body(params, self.r.randint(1, 3), returns)
        self.nesting -= 1
        self.scope.blocks = saved
        head = ", ".join(param.name for param in params)
        if params[-1].kind == "float" and self.r.random() < 0.3:
            head += f"={self.literal()}"
        signature = tuple((param.kind, param.shape) for param in params)
        self.scope.bind(Var(name, "function", signature=signature, result=returns))
        return [f"def {name}({head}):", *body]

    def closure(self) -> list[str]:
        """A lambda or a nested function that sees the names around it."""
        if self.r.random() < 0.5:
            name = self.scope.fresh("g")
            params = [Var("q0", "float"), Var("q1", "float")][: self.r.randint(1, 2)]
            self.scope.enter()
            for param in params:
                self.scope.bind(param)
            text = self.bounded(2)
            self.scope.leave()
            lines = [f"{name} = lambda {', '.join(p.name for p in params)}: {text}"]
        else:
            name = self.scope.fresh("inner")
            params = [Var("q0", "float")]
            self.nesting += 1
            body = self.function_body(params, self.r.randint(1, 2), "float")
            self.nesting -= 1
            lines = [f"def {name}(q0):", *body]
        signature = tuple((param.kind, param.shape) for param in params)
        self.scope.bind(Var(name, "function", signature=signature))
        return lines


def argument(draw: np.random.Generator, param: Var) -> Any:
    """A value for a parameter."""
    if param.kind == "array":
        return draw.uniform(-1.2, 1.2, size=param.shape)
    if param.kind == "ints":
        return draw.integers(-3, 6, size=param.shape)
    return float(draw.uniform(-1.0, 1.0)) if param.kind == "float" else int(draw.integers(2, 5))


def generate(seed: str) -> Program:
    """The program of a seed; always the same one."""
    text, params = Generator(seed).module()
    draw = np.random.default_rng([ord(letter) for letter in seed])
    return Program(seed, text, tuple(argument(draw, param) for param in params))
