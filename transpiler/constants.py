"""Evaluates constant expressions of a file that is read but not run.

Literals, arithmetic on them, tuples, attributes of NumPy and ``math``, a few pure
functions.  Nothing that the file itself defines is called, and no result is large.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import numpy as np

from adgen.transpiler.surroundings import MISSING

Lookup = Callable[[str], object]

LARGEST_BITS = 4096  # of an integer: a file must not be able to keep us busy
LARGEST_LITERAL = 10_000  # items of an array literal

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
        if value is not None and (isinstance(base, ModuleType) or attr in ("size", "ndim")):
            return value
    raise NotConstant(f"attribute `{attr}` is not known without running the file")


def _binary(op: ast.operator, left: Any, right: Any) -> Any:
    function = BINARY.get(type(op))
    if function is None or not (_is_number(left) and _is_number(right)):
        raise NotConstant("it is computed by more than arithmetic on numbers")
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
    values = [evaluate(arg, lookup) for arg in args]
    if keywords or not _is_pure(callee):
        raise NotConstant(f"`{ast.unparse(func)}(…)` is not called when a file is only read")
    if not all(_is_number(value) for value in values):
        raise NotConstant(f"`{ast.unparse(func)}(…)` has an argument that is not a number")
    return _apply(callee, *values)


def _is_pure(callee: Any) -> bool:
    """Whether it is a quick function of numbers: some builtins, ``math``, ufuncs, NumPy types.

    A random generator that is made has drawn nothing yet.
    """
    if callee is np.random.default_rng or callee is np.random.RandomState:
        return True
    if any(callee is known for known in BUILTINS) or isinstance(callee, np.ufunc):
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
    if len(args) != 1 or sum(1 for _ in ast.walk(args[0])) > 2 * LARGEST_LITERAL:
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


def _apply(function: Callable[..., Any], *values: Any, **options: Any) -> Any:
    try:
        with np.errstate(all="ignore"):
            return function(*values, **options)
    except (ArithmeticError, ValueError, TypeError) as error:
        raise NotConstant(f"it cannot be computed: {error}") from error
