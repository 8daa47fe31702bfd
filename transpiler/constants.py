"""Evaluates constant expressions of a file that is read but not run.

Literals, arithmetic on them and on arrays, tuples, attributes of NumPy and ``math``, a few
pure functions.  Nothing that the file itself defines is called, and no result is large.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import numpy as np

from adgen.transpiler.surroundings import MISSING

Lookup = Callable[[str], object]

LARGEST_BITS = 4096  # of an integer: a file must not be able to keep us busy
LARGEST_ARRAY = 10_000  # items: they may end up in the generated text

BINARY: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
UNARY: Mapping[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
    ast.Not: operator.not_,
    ast.Invert: operator.invert,
}
BUILTINS = (abs, min, max, float, int, bool, round)
SLOW_MATH = frozenset({"comb", "factorial", "perm", "prod"})  # results may be huge
ARRAYS = (np.array, np.asarray)


def _items_of_range(start: Any, stop: Any = None, step: Any = 1, **_: Any) -> Any:
    return (start if stop is None else stop - start) / step


def _items_between(start: Any, stop: Any, num: Any = 50, *_: Any, **__: Any) -> Any:
    return num


def _items_of_shape(shape: Any, *_: Any, **__: Any) -> Any:
    return math.prod(shape) if isinstance(shape, tuple) else shape


def _items_of_square(n: Any, m: Any = None, *_: Any, **__: Any) -> Any:
    return n * (n if m is None else m)


# What makes an array of numbers, and how many items that will have.
MAKERS: Mapping[Callable[..., Any], Callable[..., Any]] = {
    np.arange: _items_of_range,
    np.linspace: _items_between,
    np.logspace: _items_between,
    np.geomspace: _items_between,
    np.zeros: _items_of_shape,
    np.ones: _items_of_shape,
    np.full: _items_of_shape,
    np.eye: _items_of_square,
    np.identity: _items_of_square,
}


class NotConstant(Exception):
    """The expression is outside what is evaluated; the message is half a sentence."""


def evaluate(node: ast.expr, lookup: Lookup) -> Any:
    """The value of a constant expression; names are resolved by ``lookup``.

    Raises NotConstant.

    >>> evaluate(ast.parse("2 * n + 1", mode="eval").body, {"n": 3}.__getitem__)
    7
    """
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            return _known(lookup(name), name)
        case ast.Attribute(value=base, attr=attr):
            return _attribute(evaluate(base, lookup), attr)
        case ast.Tuple(elts=items):
            return tuple(evaluate(item, lookup) for item in items)
        case ast.Subscript(value=base, slice=index):
            return _item(evaluate(base, lookup), evaluate(index, lookup))
        case ast.UnaryOp(op=op, operand=operand):
            return _apply(UNARY[type(op)], evaluate(operand, lookup))
        case ast.BinOp(left=left, op=op, right=right):
            return _binary(op, evaluate(left, lookup), evaluate(right, lookup))
        case ast.Call(func=func, args=args, keywords=keywords):
            return _call(func, args, keywords, lookup)
    raise NotConstant(f"`{ast.unparse(node)}` is not a constant expression")


def _known(value: object, name: str) -> object:
    if value is MISSING:
        raise NotConstant(f"`{name}` has no value that is known without running the file")
    return value


def _attribute(base: Any, attr: str) -> Any:
    if isinstance(base, (ModuleType, np.ndarray)) and not attr.startswith("_"):
        value = getattr(base, attr, None)
        of_array = attr in ("size", "ndim", "shape", "T")
        if value is not None and (isinstance(base, ModuleType) or of_array):
            return value
    raise NotConstant(f"attribute `{attr}` is not known without running the file")


def _item(base: Any, index: Any) -> Any:
    is_sequence = isinstance(base, tuple) or (isinstance(base, np.ndarray) and base.ndim > 0)
    if is_sequence and isinstance(index, (int, np.integer)):
        if -len(base) <= index < len(base):
            return base[index]
    raise NotConstant("it is a part of something that is not known without running the file")


def _binary(op: ast.operator, left: Any, right: Any) -> Any:
    function = BINARY.get(type(op))
    if function is None or not (_is_numeric(left) and _is_numeric(right)):
        raise NotConstant("it is computed by more than arithmetic on numbers and arrays")
    _check_size(left, right)
    if isinstance(op, ast.Pow) and isinstance(left, int) and isinstance(right, int):
        if abs(left).bit_length() * abs(right) > LARGEST_BITS:
            raise NotConstant("the power is too large")
    result = _apply(function, left, right)
    if isinstance(result, int) and result.bit_length() > LARGEST_BITS:
        raise NotConstant("the number is too large")
    return result


def _call(func: ast.expr, args: list[ast.expr], keywords: list[ast.keyword], lookup: Lookup) -> Any:
    callee = evaluate(func, lookup)
    if any(callee is maker for maker in ARRAYS):
        return _array(callee, args, keywords, lookup)
    maker = any(callee is known for known in MAKERS)
    if not maker and (keywords or not _is_pure(callee)):
        raise NotConstant(f"`{ast.unparse(func)}(…)` is not called when a file is only read")
    values = [evaluate(arg, lookup) for arg in args]
    if maker:
        options = {str(key.arg): evaluate(key.value, lookup) for key in keywords}
        return _made(callee, values, options)
    if callee is len and len(values) == 1 and isinstance(values[0], (tuple, np.ndarray)):
        return _apply(len, *values)
    takes = _is_numeric if isinstance(callee, np.ufunc) else _is_number
    if not all(takes(value) for value in values):
        raise NotConstant(f"`{ast.unparse(func)}(…)` has an argument that is not a number")
    _check_size(*values)
    return _apply(callee, *values)


def _made(callee: Callable[..., Any], values: list[Any], options: dict[str, Any]) -> Any:
    """What a maker of arrays makes, if that is not large."""
    if not all(map(_is_plain, (*values, *options.values()))):
        raise NotConstant("it is an array that is made of more than numbers")
    count = _apply(MAKERS[callee], *values, **options)
    if not _is_number(count) or not abs(count) <= LARGEST_ARRAY:
        raise NotConstant(f"it is an array of more than {LARGEST_ARRAY} items")
    return _apply(callee, *values, **options)


def _check_size(*values: Any) -> None:
    """Raise NotConstant where what is computed item by item would be large."""
    if math.prod(_apply(np.broadcast_shapes, *map(np.shape, values))) > LARGEST_ARRAY:
        raise NotConstant(f"it is an array of more than {LARGEST_ARRAY} items")


def _is_pure(callee: Any) -> bool:
    """Whether it is a quick function of numbers: some builtins, ``math``, ufuncs, NumPy types.

    A random generator that is made has drawn nothing yet.
    """
    if callee is np.random.default_rng or callee is np.random.RandomState:
        return True
    if any(callee is known for known in (*BUILTINS, len)) or isinstance(callee, np.ufunc):
        return True
    if isinstance(callee, type):
        return issubclass(callee, np.number)
    return getattr(callee, "__module__", "") == "math" and callee.__name__ not in SLOW_MATH


def _array(
    callee: Callable[..., Any],
    args: list[ast.expr],
    keywords: list[ast.keyword],
    lookup: Lookup,
) -> Any:
    """An array written as nested lists of numbers."""
    if len(args) != 1 or sum(1 for _ in ast.walk(args[0])) > 2 * LARGEST_ARRAY:
        raise NotConstant("it is an array that is not written as a short literal")
    options = {key.arg: evaluate(key.value, lookup) for key in keywords if key.arg == "dtype"}
    if len(options) != len(keywords):
        raise NotConstant("it is an array with options other than dtype")
    return _apply(callee, _nested(args[0], lookup), **options)


def _nested(node: ast.expr, lookup: Lookup) -> Any:
    if isinstance(node, (ast.List, ast.Tuple)):
        return [_nested(item, lookup) for item in node.elts]
    value = evaluate(node, lookup)
    if not _is_number(value):
        raise NotConstant("it is an array of things that are not numbers")
    return value


def _is_number(value: object) -> bool:
    return isinstance(value, (bool, int, float, complex, np.bool_, np.integer, np.inexact))


def _is_plain(value: object) -> bool:
    """A number, a shape, or a type of numbers (a text as dtype may ask for gigabytes)."""
    if isinstance(value, type):
        return value in (bool, int, float, complex) or issubclass(value, np.number)
    return all(map(_is_number, value)) if isinstance(value, tuple) else _is_number(value)


def _is_numeric(value: object) -> bool:
    return _is_number(value) or (isinstance(value, np.ndarray) and value.dtype.kind in "biufc")


def _apply(function: Callable[..., Any], *values: Any, **options: Any) -> Any:
    try:
        with np.errstate(all="ignore"):
            return function(*values, **options)
    except (ArithmeticError, ValueError, TypeError) as error:
        raise NotConstant(f"it cannot be computed: {error}") from error
