"""Random expressions of numbers: floats, ints and truth values."""

from __future__ import annotations

import random

from tests.random_programs.scope import Scope, Shape, Var

ANYWHERE = ("tanh", "sin", "cos", "arctan", "arcsinh")
MATH = ("tanh", "sin", "cos", "atan", "asinh", "erf")


class Numbers:
    """Expressions of numbers; all are bounded for bounded operands and fully parenthesised."""

    def __init__(self, seed: str) -> None:
        self.seed = seed
        self.r = random.Random(seed)
        self.scope = Scope()

    def mask(self, shape: Shape, depth: int) -> str:
        """An array of truth values (defined by the arrays room)."""
        raise NotImplementedError

    def arr(self, shape: Shape, depth: int) -> str:
        """An array expression of that shape (defined by the arrays room)."""
        raise NotImplementedError

    def some_shape(self) -> Shape:
        """A shape that arrays in scope have."""
        raise NotImplementedError

    # floats

    def literal(self) -> str:
        number = self.r.choice([0.1, 0.3, 0.5, 0.7, 1.0, 1.3, 2.0, -0.4, -0.9, 0.25])
        return repr(number) if number > 0 else f"({number!r})"

    def num(self, depth: int = 2) -> str:
        """A float expression."""
        if depth <= 0 or self.r.random() < 0.15:
            return self.num_leaf()
        forms = [
            (10, self.num_binary),
            (4, self.num_function),
            (3, self.num_safe),
            (2, self.num_power),
            (2, self.num_choice),
            (2, self.num_extreme),
            (3, self.num_reduced),
            (2, self.num_int),
            (2, self.num_call),
            (1, self.num_mod),
        ]
        weights, makers = zip(*forms, strict=True)
        return self.r.choices(makers, weights)[0](depth - 1)

    def num_leaf(self) -> str:
        pick = self.r.random()
        if pick < 0.45:
            var = self.scope.pick(self.r, "float")
            if var:
                return var.name
        if pick < 0.85:
            return self.element() or self.literal()
        pair = self.scope.pick(self.r, "pair")
        if pair and pick < 0.95:
            return f"{pair.name}[{self.r.choice(['0', '1', '-1'])}]"
        return self.literal()

    def element(self) -> str | None:
        """An element of an array in scope."""
        var = self.scope.pick(self.r, "array", lambda v: 0 not in v.shape)
        return self.element_of(var) if var else None

    def element_of(self, var: Var) -> str:
        indices = [self.index(extent, var, axis) for axis, extent in enumerate(var.shape)]
        if len(indices) > 1 and self.r.random() < 0.2:
            return f"{var.name}[{indices[0]}][{', '.join(indices[1:])}]"
        return f"{var.name}[{', '.join(indices)}]"

    def num_binary(self, depth: int) -> str:
        op = self.r.choice(["+", "-", "*", "*", "+"])
        return f"({self.num(depth)} {op} {self.num(depth)})"

    def num_function(self, depth: int) -> str:
        inner = self.num(depth)
        if self.r.random() < 0.5:
            return f"np.{self.r.choice(ANYWHERE)}({inner})"
        return f"math.{self.r.choice(MATH)}({inner})"

    def num_safe(self, depth: int) -> str:
        """Functions with a bounded domain, given what they can take."""
        a, b = self.num(depth), self.num(depth)
        return self.r.choice([
            f"({a} / (1.5 + {b} * {b}))",
            f"({a} / (2.0 + np.sin({b})))",
            f"np.log(1.2 + {a} * {a})",
            f"math.log(1.2 + abs({a}))",
            f"np.sqrt(0.3 + {a} * {a})",
            f"math.sqrt(0.3 + {a} ** 2)",
            f"np.exp(-({a} * {a}))",
            f"math.exp(-abs({a}))",
            f"np.exp(np.tanh({a}))",
            f"np.log1p({a} * {a})",
            f"math.log1p(math.exp(-abs({a})))",
            f"np.arcsin(0.8 * np.tanh({a}))",
            f"math.acos(0.8 * math.sin({a}))",
            f"np.expm1(0.5 * np.cos({a}))",
            f"np.cosh(np.sin({a}))",
            f"np.sinh(np.cos({a}))",
            f"np.tan(np.tanh({a}))",
            f"np.arctan2({a}, 1.5 + {b} * {b})",
            f"math.atan2(0.7 + {a} ** 2, {b})",
            f"np.hypot({a}, 0.5 + abs({b}))",
            f"np.logaddexp({a}, {b})",
            f"np.square(np.sin({a}))",
            f"np.cbrt(1.0 + {a} * {a})",
            f"np.arccosh(1.5 + {a} * {a})",
            f"np.arctanh(0.7 * np.sin({a}))",
            f"np.log2(2.0 + np.cos({a}))",
            f"np.log10(2.0 + np.cos({a}))",
            f"np.exp2(np.sin({a}))",
            f"np.reciprocal(1.5 + {a} ** 2)",
            f"math.pow(1.2 + math.sin({a}), 1.5)",
        ])  # fmt: skip

    def num_power(self, depth: int) -> str:
        a, b = self.num(depth), self.num(depth)
        small = self.integer(1)
        return self.r.choice([
            f"np.sin({a}) ** 2",
            f"np.tanh({a}) ** 3",
            f"(1.3 + np.sin({a})) ** 1.5",
            f"(1.3 + np.sin({a})) ** -1",
            f"(1.3 + np.cos({a})) ** np.tanh({b})",
            f"np.sin({a}) ** ({small} % 3)",
            f"(1.5 + np.sin({a})) ** -({small} % 3)",
            f"2.0 ** np.tanh({a})",
            f"np.power(1.5 + np.cos({a}), {self.literal()})",
        ])  # fmt: skip

    def num_choice(self, depth: int) -> str:
        return f"({self.num(depth)} if {self.cond(depth)} else {self.num(depth)})"

    def num_extreme(self, depth: int) -> str:
        a, b = self.num(depth), self.num(depth)
        return self.r.choice([
            f"min({a}, {b})",
            f"max({a}, {b})",
            f"abs({a})",
            f"max({a}, {b}, {self.literal()})",
            f"min({a}, {self.literal()}, {b})",
            f"np.maximum({a}, {b})",
            f"np.minimum({a}, {b})",
            f"np.abs({a})",
            f"math.fabs({a})",
            f"(1.0 * np.where({self.comparison(depth)}, {a}, {b}))",
            f"np.clip({a}, -0.6, 0.7)",
        ])  # fmt: skip

    def num_reduced(self, depth: int) -> str:
        """A number made of an array."""
        shape = self.some_shape()
        cube = self.scope.pick(self.r, "array", lambda v: len(v.shape) == 3)
        if cube and self.r.random() < 0.2:
            axis = self.r.choice(["(0, 1)", "(1, 2)", "(-1, 0)", "(0, 2)"])
            return f"np.mean(np.sum({cube.name}, axis={axis}))"
        a = self.arr(shape, depth)
        if len(shape) == 1 and self.r.random() < 0.4:
            b = self.arr(shape, depth)
            return self.r.choice([
                f"({a} @ {b})",
                f"np.dot({a}, {b})",
                f"sum({a})",
                f"(0.5 * max({a}))",
                f"min({a})",
                f"{self.named(a)}.sum()",
            ])  # fmt: skip
        return self.r.choice([
            f"(0.3 * np.sum({a}))",
            f"np.mean({a})",
            f"np.max({a})",
            f"np.min({a})",
            f"np.prod(np.tanh({a}))",
            f"(0.2 * np.sum({a}))",
        ])  # fmt: skip

    def named(self, text: str) -> str:
        """Parenthesised, so that a method can follow."""
        return f"({text})"

    def num_int(self, depth: int) -> str:
        i, a = self.integer(depth), self.num(depth)
        return self.r.choice([
            f"(0.1 * ({i}))",
            f"(({i}) / 7)",
            f"float(({i}) % 4)",
            f"({a} * (({i}) % 3))",
            f"({a} + ({i}) % 5 / 4)",
            f"(0.2 * int({a} * 3.0))",
            f"(0.3 * {self.comparison(0)})",
            f"({a} * ({i} > 1))",
        ])  # fmt: skip

    def num_mod(self, depth: int) -> str:
        a, b = self.num(depth), self.num(depth)
        return self.r.choice([
            f"({a} % 1.7)",
            f"(-{a} % 0.9)",
            f"({a} // 0.8)",
            f"({a} % (1.4 + np.sin({b})))",
            f"({a} % -1.3)",
        ])  # fmt: skip

    def num_call(self, depth: int) -> str:
        """A call of a function in scope that gives a float."""
        var = self.scope.pick(self.r, "function", lambda v: v.result == "float")
        return self.call(var, depth) if var else self.num_function(depth)

    def call(self, var: Var, depth: int) -> str:
        args = []
        for number, (kind, shape) in enumerate(var.signature):
            if kind == "float":
                args.append(self.num(depth))
            elif kind == "int":
                args.append(self.integer(depth))
            else:
                args.append(self.array_argument(shape, depth))
            if kind == "float" and number == len(var.signature) - 1 and self.r.random() < 0.2:
                args[-1] = f"q{number}={args[-1]}"
        return f"{var.name}({', '.join(args)})"

    def array_argument(self, shape: Shape, depth: int) -> str:
        """A name or an expression of that shape."""
        raise NotImplementedError

    # ints

    def integer(self, depth: int = 1) -> str:
        """An int expression; not bounded: reduce it with % before indexing."""
        if depth <= 0 or self.r.random() < 0.4:
            ints = self.scope.pick(self.r, "ints")
            if ints and self.r.random() < 0.2:
                return f"{ints.name}[{self.index(ints.shape[0])}]"
            var = self.scope.pick(self.r, "int")
            if var and self.r.random() < 0.8:
                return var.name
            return str(self.r.randint(-3, 5))
        a, b = self.integer(depth - 1), self.integer(depth - 1)
        forms = [
            f"({a} + {b})", f"({a} - {b})", f"({a} * 2)", f"({a} // 2)", f"(-{a} // 3)",
            f"({a} % 3)", f"(({a}) % -4)", f"(({a}) % 5) ** 2", f"abs({a})", f"max({a}, {b})",
            f"min({a}, {b})", f"(({a}) % 3 * ({b}))", f"(-(({a}) % 4)) ** 3", f"2 ** (({a}) % 3)",
            f"({a} if {b} > 1 else 2)",
        ]  # fmt: skip
        array = self.scope.pick(self.r, "array")
        if array:
            forms += [f"len({array.name})", f"{array.name}.shape[{len(array.shape) - 1}]"]
            forms += [f"{array.name}.size", f"{array.name}.ndim"]
        return self.r.choice(forms)

    def index(self, extent: int, var: Var | None = None, axis: int = 0) -> str:
        """An int expression within ``-extent .. extent - 1``."""
        counters = [
            v for v in self.scope
            if v.kind == "int" and v.low is not None and v.high is not None
            and -extent <= v.low and v.high < extent
        ]  # fmt: skip
        pick = self.r.random()
        if counters and pick < 0.6:
            counter = self.r.choice(counters)
            if counter.low >= 1 and self.r.random() < 0.4:
                return f"{counter.name} - 1"
            if counter.high < extent - 1 and self.r.random() < 0.3:
                return f"{counter.name} + 1"
            return counter.name
        if pick < 0.85:
            return str(self.r.randint(-extent, extent - 1))
        length = str(extent)
        if var is not None and self.r.random() < 0.5:
            length = f"len({var.name})" if axis == 0 else f"{var.name}.shape[{axis}]"
        return f"({self.integer(1)}) % {length}"

    # truth values

    def comparison(self, depth: int) -> str:
        op = self.r.choice(["<", ">", "<=", ">="])
        return f"({self.num(depth)} {op} {self.num(depth)})"

    def cond(self, depth: int = 1) -> str:
        """A truth value."""
        pick = self.r.random()
        if pick < 0.5 or depth <= 0:
            return self.comparison(min(depth, 1))
        if pick < 0.6:
            return f"({self.num(0)} < {self.num(1)} < {self.num(0)})"
        if pick < 0.75:
            op = self.r.choice(["==", "!=", "<", ">="])
            return f"(({self.integer(1)}) % 3 {op} {self.r.randint(0, 2)})"
        if pick < 0.8:
            flag = self.scope.pick(self.r, "bool")
            return flag.name if flag else self.comparison(1)
        if pick < 0.83:
            return f"(not {self.cond(depth - 1)})"
        if pick < 0.87:
            mask = self.scope.pick(self.r, "mask")
            text = mask.name if mask else self.mask(self.some_shape(), 0)
            return f"np.{self.r.choice(['any', 'all'])}({text})"
        op = self.r.choice(["and", "or"])
        return f"({self.cond(depth - 1)} {op} {self.cond(depth - 1)})"
