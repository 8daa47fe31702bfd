"""Random expressions of arrays of a wanted shape."""

from __future__ import annotations

import math

from tests.random_programs.numbers import Numbers
from tests.random_programs.scope import Shape, Var

_FUNCTIONS = ("tanh", "sin", "cos", "arctan", "arcsinh")


class Arrays(Numbers):
    """Expressions of arrays.  Shapes are concrete while the program is built."""

    def some_shape(self) -> Shape:
        var = self.scope.pick(self.r, "array", lambda v: len(v.shape) < 3)
        return var.shape if var else (3,)

    def some_extent(self) -> int:
        return self.r.choice(self.some_shape())

    def arr(self, shape: Shape, depth: int) -> str:
        """An array expression of exactly that shape."""
        if depth <= 0 or self.r.random() < 0.25:
            return self.arr_leaf(shape)
        forms = [
            (8, self.arr_binary),
            (4, self.arr_function),
            (3, self.arr_safe),
            (2, self.arr_choice),
            (3, self.arr_reduced),
            (3, self.arr_product),
            (2, self.arr_moved),
        ]
        weights, makers = zip(*forms, strict=True)
        return self.r.choices(makers, weights)[0](shape, depth - 1)

    def array_argument(self, shape: Shape, depth: int) -> str:
        """Something that the function called may write to."""
        var = self.scope.pick(self.r, "array", lambda v: v.shape == shape and not v.readonly)
        if var and self.r.random() < 0.7:
            return var.name
        return f"(0.9 * {self.arr(shape, depth)})"

    # leaves

    def arr_leaf(self, shape: Shape) -> str:
        """A name, a view of a name, or a constructor."""
        pick = self.r.random()
        if pick < 0.55:
            var = self.scope.pick(self.r, "array", lambda v: v.shape == shape)
            if var:
                return var.name
        if pick < 0.9:
            view = self.view(shape)
            if view:
                return view[0]
        ints = self.scope.pick(self.r, "ints", lambda v: v.shape == shape)
        if ints and pick < 0.95:
            return f"({ints.name} * 0.2)"
        return self.constructed(shape)

    def view(self, shape: Shape) -> tuple[str, Var] | None:
        """A view of that shape into an array in scope, and that array."""
        found = [
            (text, var)
            for var in self.scope
            if var.kind == "array"
            for text in self.views_of(var, shape)
        ]
        return self.r.choice(found) if found else None

    def views_of(self, var: Var, shape: Shape) -> list[str]:
        """Spellings of views of that shape."""
        name, have = var.name, var.shape
        if len(have) == 3:
            return self.slabs(name, have, shape)
        if var.contiguous and len(have) != len(shape) and math.prod(have) == math.prod(shape):
            return self.reshaped(name, shape)
        if len(have) == 1 and len(shape) == 1:
            return self.slices(name, have[0], shape[0])
        if len(have) == 2 and len(shape) == 1:
            return self.lines(name, have, shape[0])
        if len(have) == 2 and len(shape) == 2:
            out = [f"{name}.T", f"np.transpose({name})"] if have[::-1] == shape else []
            if have != shape and shape[0] <= have[0] and shape[1] <= have[1]:
                rows = self.bounds(have[0], shape[0])
                columns = self.bounds(have[1], shape[1])
                out.append(f"{name}[{rows}, {columns}]")
            elif have == shape:
                out += [f"{name}[::-1]", f"{name}[:, ::-1]"]
            return out
        if len(have) == 1 and len(shape) == 2:
            if shape == (have[0], 1):
                return [f"{name}[:, None]", f"{name}[:, np.newaxis]"]
            if shape == (1, have[0]):
                return [f"{name}[None, :]", f"{name}[None]"]
        return []

    def lines(self, name: str, have: Shape, extent: int) -> list[str]:
        """Rows and columns of a matrix."""
        out = []
        if have[1] == extent:
            i = self.index(have[0])
            out += [f"{name}[{i}]", f"{name}[{i}, :]", f"{name}[{i}][::-1]"]
        elif have[1] > extent > 0:
            out.append(f"{name}[{self.index(have[0])}, {self.bounds(have[1], extent)}]")
        if have[0] == extent:
            out += [f"{name}[:, {self.index(have[1])}]", f"{name}.T[{self.index(have[1])}]"]
        elif have[0] > extent > 0:
            out.append(f"{name}[{self.bounds(have[0], extent)}, {self.index(have[1])}]")
        return out

    def reshaped(self, name: str, shape: Shape) -> list[str]:
        """Views of the same numbers in another shape."""
        extents = ", ".join(map(str, shape))
        if len(shape) == 1:
            return [f"{name}.ravel()", f"{name}.reshape(-1)", f"np.reshape({name}, {extents})"]
        return [f"{name}.reshape({extents})", f"{name}.reshape({shape})"]

    def slabs(self, name: str, have: Shape, shape: Shape) -> list[str]:
        """Matrices and lines of an array with three axes."""
        i, j, k = (self.index(extent) for extent in have)
        texts = {
            (1, 2): [f"{name}[{i}]", f"{name}[{i}, :, :]"],
            (0, 2): [f"{name}[:, {j}]", f"{name}[:, {j}, :]"],
            (0, 1): [f"{name}[:, :, {k}]", f"{name}[..., {k}]"],
            (2,): [f"{name}[{i}, {j}]", f"{name}[{i}][{j}]"],
            (1,): [f"{name}[{i}, :, {k}]"],
            (0,): [f"{name}[:, {j}, {k}]", f"{name}[::-1, {j}, {k}][::-1]"],
        }
        return [t for axes, all_ in texts.items() if tuple(have[a] for a in axes) == shape
                for t in all_]  # fmt: skip

    def slices(self, name: str, have: int, want: int) -> list[str]:
        """Slices of a vector."""
        if want > have or want < 1:
            return []
        if want == have:
            return [f"{name}[::-1]", f"{name}[:]", name]
        out = [f"{name}[{self.bounds(have, want)}]", f"{name}[{self.bounds(have, want)}][::-1]"]
        if want == 1:
            return out
        if (have + 1) // 2 == want:
            out += [f"{name}[::2]", f"{name}[::-2]"]
        if have == want + 1:
            out += [f"{name}[-2::-1]", f"{name}[:0:-1]"]
        return out

    def bounds(self, have: int, want: int) -> str:
        """A slice of ``want`` of ``have`` elements."""
        first = self.r.randint(0, have - want)
        if want == 1 and self.r.random() < 0.6:  # of length 1 whatever the array is
            return self.r.choice([f"{first}:{first + 1}", ":1", "-1:"])
        if self.r.random() < 0.15:  # nothing is known of the length
            return f"{first}:{first + want} + {self.integer(0)} % 1"
        start = "" if first == 0 and self.r.random() < 0.7 else str(first)
        end = first + want
        if end == have and self.r.random() < 0.7:
            return f"{start}:"
        return f"{start}:{end}" if self.r.random() < 0.6 or end == have else f"{start}:{end - have}"

    def constructed(self, shape: Shape) -> str:
        """A fresh array."""
        extents = str(shape[0]) if len(shape) == 1 else str(shape)
        same = self.scope.pick(self.r, "array", lambda v: v.shape == shape)
        forms = [f"np.full({extents}, {self.num(1)})", f"np.ones({extents})",
                 f"np.zeros({extents})"]  # fmt: skip
        if same:
            forms += [f"np.zeros_like({same.name})", f"np.ones_like({same.name})"]
        if len(shape) == 1:
            forms += [f"np.linspace({self.num(0)}, {self.num(0)}, {shape[0]})",
                      f"(0.1 * np.arange({shape[0]}))",
                      f"np.linspace(-1.0, 1.0, {shape[0]})",
                      f"np.arange(1, {shape[0] + 1}) / 4"]  # fmt: skip
        return self.r.choice(forms)

    # compounds

    def arr_binary(self, shape: Shape, depth: int) -> str:
        op = self.r.choice(["+", "-", "*", "*", "+"])
        first, second = self.arr(shape, depth), self.broadcastable(shape, depth)
        if self.r.random() < 0.3:
            first, second = second, first
        return f"({first} {op} {second})"

    def broadcastable(self, shape: Shape, depth: int) -> str:
        """Something that broadcasts to the shape."""
        pick = self.r.random()
        if pick < 0.3:
            return self.num(depth)
        if len(shape) == 2 and pick < 0.65:
            rows, columns = shape
            return self.arr(self.r.choice([(columns,), (rows, 1), (1, columns)]), depth)
        return self.arr(shape, depth)

    def arr_function(self, shape: Shape, depth: int) -> str:
        return f"np.{self.r.choice(_FUNCTIONS)}({self.arr(shape, depth)})"

    def arr_safe(self, shape: Shape, depth: int) -> str:
        a, b = self.arr(shape, depth), self.broadcastable(shape, depth)
        return self.r.choice([
            f"({a} / (1.5 + np.square({b})))",
            f"np.log(1.2 + {a} ** 2)",
            f"np.sqrt(0.3 + {a} * {a})",
            f"np.exp(-({a} ** 2))",
            f"np.exp(np.tanh({a}))",
            f"np.log1p({a} ** 2)",
            f"np.sin({a}) ** 3",
            f"(1.4 + np.sin({a})) ** 1.5",
            f"(1.4 + np.sin({a})) ** np.tanh({b})",
            f"(-{a})",
            f"(0.5 * {a})",
            f"np.hypot({a}, 0.5 + {b} ** 2)",
            f"np.arctan2({a}, 1.5 + {b} ** 2)",
            f"np.logaddexp({a}, {b})",
            f"({a} % 1.7)",
            f"np.cosh(np.sin({a}))",
            f"np.expm1(np.cos({a}))",
            f"np.arcsin(0.8 * np.tanh({a}))",
        ])  # fmt: skip

    def arr_choice(self, shape: Shape, depth: int) -> str:
        a, b = self.arr(shape, depth), self.broadcastable(shape, depth)
        c = self.broadcastable(shape, depth)
        mask = self.scope.pick(self.r, "mask", lambda v: v.shape == shape)
        if mask and self.r.random() < 0.5:
            other = self.mask(shape, 0)
            return self.r.choice([
                f"np.where({mask.name}, {a}, {c})",
                f"np.where({mask.name} & {other}, {a}, {b})",
                f"({a} * {mask.name})",
                f"np.where(~{mask.name}, {b}, {a})",
            ])  # fmt: skip
        return self.r.choice([
            f"np.where({a} > {b}, {a}, {c})",
            f"np.where({self.mask(shape, depth)}, {b}, {c})",
            f"np.where({a} < 0.2, {b}, {a} * {a})",
            f"np.maximum({a}, {b})",
            f"np.minimum({a}, {b})",
            f"np.clip({a}, -0.5, 0.8)",
            f"np.abs({a})",
            f"abs({a})",
            f"({a} if {self.cond(0)} else {self.arr(shape, 0)})",
        ])  # fmt: skip

    def mask(self, shape: Shape, depth: int) -> str:
        """An array of truth values."""
        op = self.r.choice(["<", ">", "<=", ">="])
        first = f"({self.arr(shape, depth)} {op} {self.broadcastable(shape, depth)})"
        if depth <= 0 or self.r.random() < 0.6:
            return first
        join = self.r.choice(["&", "|"])
        return f"({first} {join} {self.mask(shape, depth - 1)})"

    def arr_reduced(self, shape: Shape, depth: int) -> str:
        """A reduction over one axis of a matrix."""
        extent = self.some_extent()
        function = self.r.choice(["0.4 * np.sum", "np.mean", "np.max", "np.min", "0.5 * np.sum"])
        if len(shape) == 1:
            if self.r.random() < 0.5:
                a = self.arr((shape[0], extent), depth)
                return f"({function}({a}, axis={self.r.choice(['1', '-1'])}))"
            a = self.arr((extent, shape[0]), depth)
            return f"({function}({a}, axis={self.r.choice(['0', '-2'])}))"
        if shape[1] == 1:
            return f"({function}({self.arr((shape[0], extent), depth)}, axis=1, keepdims=True))"
        if shape[0] == 1:
            return f"({function}({self.arr((extent, shape[1]), depth)}, axis=0, keepdims=True))"
        a = self.arr(shape, depth)
        axis = self.r.choice(["0", "1", "-1"])
        return f"({a} - {function}({a}, axis={axis}, keepdims=True))"

    def arr_product(self, shape: Shape, depth: int) -> str:
        """Products of vectors and matrices, scaled to stay small."""
        inner = self.some_extent()
        if len(shape) == 1:
            if self.r.random() < 0.5:
                a, b = self.arr((shape[0], inner), depth), self.arr((inner,), depth)
            else:
                a, b = self.arr((inner,), depth), self.arr((inner, shape[0]), depth)
            return self.r.choice([f"(0.4 * ({a} @ {b}))", f"(0.4 * np.dot({a}, {b}))"])
        if self.r.random() < 0.4:
            return f"np.outer({self.arr((shape[0],), depth)}, {self.arr((shape[1],), depth)})"
        a, b = self.arr((shape[0], inner), depth), self.arr((inner, shape[1]), depth)
        return self.r.choice([f"(0.3 * ({a} @ {b}))", f"(0.3 * np.matmul({a}, {b}))"])

    def arr_moved(self, shape: Shape, depth: int) -> str:
        """The same numbers in another shape or order."""
        if len(shape) == 2:
            total = shape[0] * shape[1]
            turned = self.arr(shape[::-1], depth)
            flat = self.arr((total,), depth)
            return self.r.choice([
                f"({turned}).T",
                f"np.transpose({turned})",
                f"({flat}).reshape({shape[0]}, {shape[1]})",
                f"np.reshape({flat}, {shape})",
                f"({flat}).reshape({shape[0]}, -1)",
            ])  # fmt: skip
        splits = [(k, shape[0] // k) for k in range(1, shape[0] + 1) if shape[0] % k == 0]
        matrix = self.arr(self.r.choice(splits), depth)
        copy = self.arr(shape, depth)
        return self.r.choice([
            f"({matrix}).ravel()",
            f"np.ravel({matrix})",
            f"({matrix}).reshape(-1)",
            f"({copy}).copy()",
            f"({copy})[::-1]",
        ])  # fmt: skip
