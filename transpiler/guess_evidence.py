"""What the body of a function shows about the types of the names in it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from adgen.transpiler.guess_dicts import Items, item_name
from adgen.transpiler.guess_streams import Streams
from adgen.transpiler.ir.trees import DICT, Node
from adgen.transpiler.ir.types import FLOAT, INT, Array, Scalar, array
from adgen.transpiler.source import Source

if TYPE_CHECKING:
    from adgen.transpiler.guess import Guesses

REDUCTIONS = frozenset(
    {"sum", "mean", "max", "min", "prod", "any", "all", "amax", "amin", "std", "var", "norm"}
)
ARRAY_FUNCTIONS = frozenset(
    {"zeros_like", "ones_like", "empty_like", "full_like", "copy", "ravel", "cumsum", "sort"}
)
CONSTRUCTORS = frozenset({"zeros", "ones", "empty", "full"})
ITERATORS = frozenset({"len", "enumerate", "zip", "reversed", "sorted"})
METHODS = frozenset({"dot", "reshape", "copy", "ravel", "flatten", "transpose"})
# Names that people give to data: where such a one meets an array, it is one.
DATA_NAMES = frozenset(
    {"x", "y", "z", "u", "v", "w", "xs", "ys", "data", "points", "samples", "values"}
    | {"targets", "labels", "target", "label", "weights"}
)
MOST_DIMENSIONS = 64  # of an array of NumPy

Guess = Scalar | Array | tuple[Scalar | Array, ...] | Node


class Evidence:
    """What the body has shown so far about the names in it."""

    def __init__(self, source: Source, others: Guesses, depth: int) -> None:
        self.source = source
        self.others = others
        self.depth = depth
        self.ranks: dict[str, int] = {}
        self.integers: set[str] = set()
        self.unpacked: dict[str, list[str]] = {}
        self.items = Items()
        self.streams = Streams()

    def type_of(self, name: str) -> Guess:
        """The type that the evidence suggests."""
        stream = self.streams.type_of(name)
        if stream is not None:
            return stream
        keys = self.items.keys.get(name, [])
        if keys:
            inner = [self.type_of(item_name(name, key)) for key in keys]
            return Node(DICT, tuple(keys), tuple(inner))
        parts = [self._simple(part) for part in self.unpacked.get(name, [])]
        if any(isinstance(part, Array) for part in parts):
            return tuple(parts)
        return self._simple(name)

    def _simple(self, name: str) -> Scalar | Array:
        rank = self.ranks.get(name, 0)
        if rank:
            return array("i8" if name in self.integers else "f8", rank)
        return INT if name in self.integers else FLOAT

    def look(self, node: ast.AST) -> None:
        """Take in what one node shows."""
        match node:
            case ast.Subscript(value=base, slice=index):
                self._subscript(base, index)
            case ast.Attribute(value=base, attr="T"):
                self._at_least(base, 2)
            case ast.Attribute(value=base, attr="shape" | "size" | "ndim"):
                self._at_least(base, 1)
            case ast.Call():
                self.streams.look(node)
                self._call(node)
            case ast.BinOp(left=left, op=ast.MatMult(), right=right):
                self._matrix(left)
                self._matrix(right)
            case ast.BinOp(left=left, op=op, right=right):
                self._elementwise(left, right, isinstance(op, ast.Sub))
            case ast.For(target=target, iter=iterable):
                self._loop(target, iterable)
            case ast.Assign(targets=[target], value=value):
                self._assign(target, value)

    def rank(self, node: ast.expr) -> int:
        """The rank that an expression seems to have."""
        match node:
            case ast.Name(id=name):
                return self.ranks.get(name, 0)
            case ast.Subscript(value=base, slice=index):
                if isinstance(base, ast.Attribute) and base.attr == "shape":
                    return 0
                taken = sum(1 for item in _items(index) if _is_integer(item))
                added = sum(1 for item in _items(index) if _is_new(item))
                added += sum(self.rank(item) for item in _items(index) if _is_integer(item))
                return max(0, self.rank(base) - taken + added)
            case ast.BinOp(left=left, op=ast.MatMult(), right=right):
                return max(0, self.rank(left) + self.rank(right) - 2)
            case ast.BinOp(left=left, right=right):
                return max(self.rank(left), self.rank(right))
            case ast.UnaryOp(operand=operand):
                return self.rank(operand)
            case ast.Attribute(value=base, attr="T"):
                return self.rank(base)
            case ast.Call():
                return self._rank_of_call(node)
        return 0

    def _rank_of_call(self, node: ast.Call) -> int:
        name = _name(node.func)
        size = self.streams.size_of(node)
        if size is not None:
            whole = isinstance(size, ast.Attribute) and size.attr == "shape"
            return self.rank(size.value) if whole else len(_items(size))  # type: ignore[attr-defined]
        of_module = isinstance(node.func, ast.Attribute) and _is_module(node.func.value)
        operands = list(node.args)
        if isinstance(node.func, ast.Attribute) and not of_module:
            operands.insert(0, node.func.value)
        rank = max([self.rank(arg) for arg in operands], default=0)
        if name in REDUCTIONS:
            axis = any(keyword.arg == "axis" for keyword in node.keywords)
            return rank - 1 if axis and rank else 0
        if name == "dot" and len(operands) == 2:
            return max(0, self.rank(operands[0]) + self.rank(operands[1]) - 2)
        if name == "outer":
            return 2
        if name in CONSTRUCTORS:
            return len(_items(node.args[0])) if node.args else 0
        return 0 if name in ITERATORS else rank

    def _at_least(self, node: ast.expr, rank: int) -> None:
        """The expression has at least this rank."""
        match node:
            case ast.Name(id=name):
                if rank:
                    self.ranks[name] = min(max(rank, self.ranks.get(name, 0)), MOST_DIMENSIONS)
            case ast.Subscript(value=base, slice=index):
                items = [item for item in _items(index) if _is_integer(item)]
                picked = sum(map(self.rank, items))  # axes of index arrays
                self._at_least(base, max(0, rank - picked) + len(items))
            case ast.UnaryOp(operand=operand) | ast.BinOp(left=operand, op=ast.Pow()):
                self._at_least(operand, rank)
            case ast.BinOp(left=left, op=op, right=right):
                square = isinstance(op, ast.Mult) and ast.dump(left) == ast.dump(right)
                for side in (left, right):
                    if square or (isinstance(op, ast.Sub) and _may_be_data(side)):
                        self._at_least(side, rank)

    def _subscript(self, base: ast.expr, index: ast.expr) -> None:
        items = [item for item in _items(index) if not _is_new(item)]
        if isinstance(base, ast.Attribute) and base.attr == "shape":
            axis = items[0].value if items and isinstance(items[0], ast.Constant) else 0
            if isinstance(axis, int):
                self._at_least(base.value, axis + 1 if axis >= 0 else -axis)
            return
        self._at_least(base, len(items))
        for item in items:
            bounds = (item.lower, item.upper) if isinstance(item, ast.Slice) else (item,)
            for bound in bounds:
                if bound is not None:
                    self.integers.update(_arithmetic_names(bound))
                if isinstance(bound, ast.Subscript) and isinstance(bound.value, ast.Name):
                    self.integers.add(bound.value.id)

    def _call(self, node: ast.Call) -> None:
        name, args = _name(node.func), node.args
        of_name = isinstance(node.func, ast.Name)
        if not of_name and isinstance(node.func, ast.Attribute):
            if name in METHODS | REDUCTIONS and not _is_module(node.func.value):
                self._at_least(node.func.value, 1)
                if name == "dot":
                    self._matrix(node.func.value)
        if name == "range" and of_name or name in CONSTRUCTORS | {"arange", "eye"}:
            shapes = args if name in ("range", "arange") else args[:1]
            for arg in [item for shape in shapes for item in _items(shape)]:
                self.integers.update(_arithmetic_names(arg))
        elif name in ITERATORS | ARRAY_FUNCTIONS or (
            name in REDUCTIONS and (len(args) == 1 or not of_name)
        ):
            for arg in args if name == "zip" else args[:1]:
                self._at_least(arg, 1 + self._axis(node))
                if name in REDUCTIONS and not self.rank(arg):
                    self._data_in(arg)
        elif name in ("dot", "matmul", "vdot", "inner"):
            for arg in args:
                self._matrix(arg)
        elif name == "outer":
            for arg in args:
                self._at_least(arg, 1)
        elif of_name:
            self._user_call(name, args)
        elif isinstance(node.func, ast.Call) and node.func.args:  # grad(f)(x)
            self._user_call(_name(node.func.args[0]), args)

    def _data_in(self, node: ast.expr) -> None:
        """What is reduced has an array in it: the names that sound like one."""
        for part in ast.walk(node):
            if isinstance(part, ast.Name) and part.id in DATA_NAMES:
                self._at_least(part, 1)

    def _axis(self, node: ast.Call) -> int:
        for keyword in node.keywords:
            if keyword.arg == "axis" and isinstance(keyword.value, ast.Constant):
                axis = keyword.value.value
                return axis if isinstance(axis, int) and axis > 0 else 0
        return 0

    def _user_call(self, name: str, args: list[ast.expr]) -> None:
        """A call of a function whose text is at hand shows what that function shows."""
        callee = self.others.source_of(self.source.bindings.lookup(name)) if self.depth else None
        if callee is None:
            return
        inner = self.others.of(callee, self.depth - 1)
        for arg, kind in zip(args, inner.values()):
            self._is(arg, kind)

    def _is(self, node: ast.expr, kind: Guess) -> None:
        """An expression is passed on to where a type is known."""
        if isinstance(kind, Array):
            self._at_least(node, kind.ndim)
        elif kind == INT:
            self.integers.update(_arithmetic_names(node))
        elif isinstance(kind, Node) and isinstance(node, ast.Name):
            for key, part in zip(kind.keys, kind.parts):
                self._is(ast.Name(self.items.add(node.id, str(key)), ast.Load()), part)

    def _matrix(self, node: ast.expr) -> None:
        """An operand of a product: a capital letter is a matrix, a small one a vector."""
        if isinstance(node, ast.Name):
            self._at_least(node, 2 if node.id[:1].isupper() else 1)
        elif isinstance(node, ast.Attribute) and node.attr == "T":
            self._at_least(node.value, 2)
        elif isinstance(node, ast.Subscript) and any(map(self.rank, _items(node.slice))):
            self._matrix(node.value)  # rows that an array picks
        elif isinstance(node, ast.Subscript):
            self._at_least(node, 1)

    def _elementwise(self, left: ast.expr, right: ast.expr, difference: bool) -> None:
        for one, other in ((left, right), (right, left)):
            bare = one.operand if isinstance(one, ast.UnaryOp) else one
            if isinstance(bare, ast.Name) and (
                _may_be_data(bare) or (difference and not isinstance(other, ast.Name))
            ):
                self._at_least(bare, self.rank(other))

    def _loop(self, target: ast.expr, iterable: ast.expr) -> None:
        pairs = [(target, iterable)]
        if isinstance(iterable, ast.Call) and _name(iterable.func) in ("enumerate", "zip"):
            parts = target.elts if isinstance(target, ast.Tuple) else []
            skip = 1 if _name(iterable.func) == "enumerate" else 0
            pairs = list(zip(parts[skip:], iterable.args))
        for name, container in pairs:
            if isinstance(name, ast.Name) and isinstance(container, ast.Name):
                self._at_least(container, 1 + self.ranks.get(name.id, 0))
                if name.id in self.integers:
                    self.integers.add(container.id)

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Attribute):
            if value.attr == "shape":
                self._at_least(value.value, len(target.elts))
        elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            for one, other in zip(target.elts, value.elts):
                self._assign(one, other)
        elif isinstance(target, ast.Tuple) and isinstance(value, ast.Subscript):
            self._at_least(value, 1)
        elif isinstance(target, ast.Tuple) and isinstance(value, ast.Name):
            self._at_least(value, 1)
            if all(isinstance(item, ast.Name) for item in target.elts):
                self.unpacked[value.id] = [_name(item) for item in target.elts]
        elif isinstance(target, ast.Name):
            self._at_least(value, self.ranks.get(target.id, 0))
            self._at_least(target, self.rank(value))


def _items(index: ast.expr) -> list[ast.expr]:
    parts = index.elts if isinstance(index, ast.Tuple) else [index]
    return [part for part in parts if not (isinstance(part, ast.Constant) and part.value is ...)]


def _may_be_data(node: ast.expr) -> bool:
    """Not a name that sounds like a number: in `data - mean` only one side is an array."""
    return not isinstance(node, ast.Name) or node.id in DATA_NAMES


def _is_new(item: ast.expr) -> bool:
    return (isinstance(item, ast.Constant) and item.value is None) or _name(item) == "newaxis"


def _is_integer(item: ast.expr) -> bool:
    return not isinstance(item, ast.Slice) and not _is_new(item)


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _is_module(node: ast.expr) -> bool:
    return _name(node) in ("np", "numpy", "math", "linalg", "m")


def _arithmetic_names(node: ast.expr) -> Iterator[str]:
    """Names that are terms of an arithmetic expression, not inside calls or subscripts."""
    match node:
        case ast.Name(id=name):
            yield name
        case ast.BinOp(left=left, right=right):
            yield from _arithmetic_names(left)
            yield from _arithmetic_names(right)
        case ast.UnaryOp(operand=operand):
            yield from _arithmetic_names(operand)
