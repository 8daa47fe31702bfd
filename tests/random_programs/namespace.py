"""What ``np``, ``math`` and a few builtins mean to a program that runs on dual numbers.

The derivatives are written down here on their own, from the textbook and not from the
table of primitives: the table is what they test.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import scipy.special

from tests.random_programs import dual
from tests.random_programs.dual import (
    Dual,
    apply,
    constant,
    tangent_of,
    value_of,
    varies,
    watch,
    wrap,
)

_digamma = scipy.special.digamma
_LN2, _LN10 = math.log(2.0), math.log(10.0)

# d f(x) / dx
SLOPES: dict[str, Callable[[Any], Any]] = {
    "exp": np.exp,
    "exp2": lambda x: _LN2 * np.exp2(x),
    "expm1": np.exp,
    "log": lambda x: 1.0 / x,
    "log2": lambda x: 1.0 / (_LN2 * x),
    "log10": lambda x: 1.0 / (_LN10 * x),
    "log1p": lambda x: 1.0 / (1.0 + x),
    "sqrt": lambda x: 0.5 * np.power(x, -0.5),
    "cbrt": lambda x: np.power(np.abs(x), -2.0 / 3.0) / 3.0,
    "square": lambda x: x + x,
    "reciprocal": lambda x: -1.0 / np.square(x),
    "sin": np.cos,
    "cos": lambda x: -np.sin(x),
    "tan": lambda x: 1.0 / np.square(np.cos(x)),
    "arcsin": lambda x: np.power((1.0 - x) * (1.0 + x), -0.5),
    "arccos": lambda x: -np.power((1.0 - x) * (1.0 + x), -0.5),
    "arctan": lambda x: np.square(np.cos(np.arctan(x))),
    "sinh": np.cosh,
    "cosh": np.sinh,
    "tanh": lambda x: 1.0 / np.square(np.cosh(x)),
    "arcsinh": lambda x: 1.0 / np.hypot(x, 1.0),
    "arccosh": lambda x: np.power((x - 1.0) * (x + 1.0), -0.5),
    "arctanh": lambda x: 1.0 / ((1.0 - x) * (1.0 + x)),
    "deg2rad": lambda x: np.full(np.shape(x), np.pi / 180.0),
    "radians": lambda x: np.full(np.shape(x), np.pi / 180.0),
    "rad2deg": lambda x: np.full(np.shape(x), 180.0 / np.pi),
    "degrees": lambda x: np.full(np.shape(x), 180.0 / np.pi),
    "gamma": lambda x: math.gamma(x) * _digamma(x),
    "lgamma": lambda x: _digamma(x),
    "erf": lambda x: 2.0 / math.sqrt(math.pi) * math.exp(-(x**2)),
    "erfc": lambda x: -2.0 / math.sqrt(math.pi) * math.exp(-(x**2)),
}
# math name -> NumPy name of the same function
_MATH = {
    "asin": "arcsin", "acos": "arccos", "atan": "arctan",
    "asinh": "arcsinh", "acosh": "arccosh", "atanh": "arctanh",
}  # fmt: skip
# (d/dx, d/dy) of f(x, y)
SLOPES_2: dict[str, tuple[Any, Any]] = {
    "arctan2": (
        lambda y, x: x / (np.square(x) + np.square(y)),
        lambda y, x: -y / (np.square(x) + np.square(y)),
    ),
    "hypot": (lambda x, y: x / np.hypot(x, y), lambda x, y: y / np.hypot(x, y)),
    "logaddexp": (
        lambda x, y: 1.0 / (1.0 + np.exp(np.subtract(y, x))),
        lambda x, y: 1.0 / (1.0 + np.exp(np.subtract(x, y))),
    ),
    "logaddexp2": (
        lambda x, y: 1.0 / (1.0 + np.exp2(np.subtract(y, x))),
        lambda x, y: 1.0 / (1.0 + np.exp2(np.subtract(x, y))),
    ),
    "copysign": (lambda x, y: np.sign(x) * np.copysign(1.0, np.asarray(y, float)), None),
    "fmod": (lambda x, y: np.ones(()), lambda x, y: -np.trunc(np.true_divide(x, y))),
    "heaviside": (None, lambda x, y: np.equal(x, 0) * 1.0),
    "ldexp": (lambda x, i: 2.0 ** np.asarray(i, float), None),
}
_STEPS = ("floor", "ceil", "trunc", "rint", "sign")
_TRUTH = (
    "isnan", "isinf", "isfinite", "signbit",
    "logical_and", "logical_or", "logical_xor", "logical_not",
)  # fmt: skip
_BITS = ("bitwise_and", "bitwise_or", "bitwise_xor", "left_shift", "right_shift", "invert")


def _elementwise(name: str) -> Callable[..., Any]:
    function = getattr(np, name)
    return lambda x: apply(function, (SLOPES[name],), x)


def _scalar(name: str) -> Callable[..., Any]:
    """A function of ``math``: Python floats in, a Python float out."""
    function = getattr(math, name)
    slope = SLOPES[_MATH.get(name, name)]
    return lambda x: apply(lambda v: function(float(v)), (lambda v: slope(float(v)),), x)


def _two(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    def call(x: Any, y: Any) -> Any:
        if name == "fmod":
            quotient = np.true_divide(value_of(x), value_of(y))
            watch.near(quotient - np.rint(quotient), True)
        if name in ("copysign", "heaviside"):
            watch.near(value_of(x), varies(x))
            watch.near(value_of(y), varies(y))
        return apply(function, SLOPES_2[name], x, y)

    return call


def _step(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    def call(x: Any) -> Any:
        values = value_of(x)
        active = varies(x)
        off = {"sign": 0.0, "rint": 0.5}.get(name, 0.0)
        distance = values if name == "sign" else values - off - np.rint(values - off)
        watch.near(distance, active)
        return apply(function, (None,), x)

    return call


def _plain(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *operands: function(*(value_of(operand) for operand in operands))


def _choose(first_wins: Any, x: Any, y: Any, out: Any) -> Any:
    """X where ``first_wins``, else y, with the tangents of the chosen one."""
    chosen = np.where(np.asarray(first_wins)[..., None], tangent_of(x), tangent_of(y))
    return wrap(out, chosen)


def _extreme(function: Callable[..., Any], better: Callable[..., Any]) -> Callable[..., Any]:
    def call(x: Any, y: Any) -> Any:
        left, right = value_of(x), value_of(y)
        if x is not y:
            watch.near(np.subtract(left, right), varies(x, y))
        return _choose(better(left, right), x, y, function(left, right))

    return call


maximum, minimum = _extreme(np.maximum, np.greater), _extreme(np.minimum, np.less)
fmax, fmin = _extreme(np.fmax, np.greater), _extreme(np.fmin, np.less)


def where(condition: Any, x: Any, y: Any) -> Any:
    """``np.where``."""
    return _choose(condition, x, y, np.where(condition, value_of(x), value_of(y)))


def clip(a: Any, a_min: Any, a_max: Any) -> Any:
    """``np.clip`` as NumPy documents it: minimum(a_max, maximum(a, a_min))."""
    return minimum(a_max, maximum(a, a_min))


def _axes(axis: Any, ndim: int) -> tuple[int, ...]:
    if axis is None:
        return tuple(range(ndim))
    return tuple(k % ndim for k in (axis if isinstance(axis, tuple) else (axis,)))


def _linear(function: Callable[..., Any]) -> Callable[..., Any]:
    """Sum and mean: the tangents are reduced like the values."""

    def call(a: Any, axis: Any = None, keepdims: bool = False) -> Any:
        values = value_of(a)
        out = function(values, axis=axis, keepdims=keepdims)
        if not isinstance(a, Dual):
            return constant(out)
        axes = _axes(axis, np.ndim(values))
        return wrap(out, function(a.tangent, axis=axes, keepdims=keepdims) if axes else a.tangent)

    return call


def _reduced(function: Callable[..., Any]) -> Callable[..., Any]:
    """max, min and prod: one slope for each element, then a sum."""

    def call(a: Any, axis: Any = None, keepdims: bool = False) -> Any:
        values = value_of(a)
        out = function(values, axis=axis, keepdims=keepdims)
        if not isinstance(a, Dual):
            return constant(out)
        axes = _axes(axis, np.ndim(values))
        if not axes or not np.any(a.tangent):
            return wrap(out, a.tangent if not axes else 0.0)
        last = np.moveaxis(values, axes, range(-len(axes), 0))
        flat = last.reshape(*last.shape[: last.ndim - len(axes)], -1)
        slopes = np.apply_along_axis(_SLOPES_OF[function], -1, flat).reshape(last.shape)
        slopes = np.moveaxis(slopes, range(-len(axes), 0), axes)
        return wrap(out, np.sum(slopes[..., None] * a.tangent, axis=axes, keepdims=keepdims))

    return call


def _extreme_slopes(sign: float) -> Callable[[np.ndarray], np.ndarray]:
    def slopes(row: np.ndarray) -> np.ndarray:
        order = np.sort(sign * row)
        if len(order) > 1:
            watch.near(order[-1] - order[-2])
        return (np.arange(len(row)) == np.argmax(sign * row)).astype(float)

    return slopes


def _product_slopes(row: np.ndarray) -> np.ndarray:
    return np.array([np.prod(np.delete(row, k)) for k in range(len(row))])


_SLOPES_OF: dict[Any, Callable[[np.ndarray], np.ndarray]] = {
    np.max: _extreme_slopes(1.0),
    np.min: _extreme_slopes(-1.0),
    np.prod: _product_slopes,
}


def outer(a: Any, b: Any) -> Any:
    """``np.outer`` of vectors."""
    return a.reshape(-1, 1) * b.reshape(1, -1)


def _made(function: Callable[..., Any]) -> Callable[..., Any]:
    """A constructor of constants."""
    return lambda *args, **kwargs: constant(function(*map(value_of, args), **kwargs))


def full(shape: Any, fill_value: Any) -> Any:
    """``np.full``."""
    out = np.full(shape, value_of(fill_value))
    return wrap(out, tangent_of(fill_value)) if isinstance(fill_value, Dual) else constant(out)


def full_like(a: Any, fill_value: Any) -> Any:
    """``np.full_like`` of a float array."""
    return full(np.shape(value_of(a)), fill_value * 1.0)


def linspace(start: Any, stop: Any, num: int = 50) -> Any:
    """``np.linspace``: linear in both ends."""
    out = np.linspace(value_of(start), value_of(stop), num)
    share = (np.arange(num) / max(num - 1, 1))[:, None]
    return wrap(out, (1.0 - share) * tangent_of(start) + share * tangent_of(stop))


def as_float(x: Any) -> Any:
    """``float(x)``, which keeps the derivative."""
    return dual.DualScalar(float(x.value), x.tangent) if isinstance(x, Dual) else float(x)


def _numpy() -> SimpleNamespace:
    names: dict[str, Any] = {name: _elementwise(name) for name in SLOPES if hasattr(np, name)}
    names |= {name: _two(getattr(np, name), name) for name in SLOPES_2}
    names |= {name: _step(getattr(np, name), name) for name in _STEPS}
    names |= {name: _plain(getattr(np, name)) for name in (*_TRUTH, *_BITS, "any", "all")}
    binary = {"add": "add", "subtract": "sub", "multiply": "mul", "true_divide": "truediv",
              "divide": "truediv", "power": "pow", "floor_divide": "floordiv", "remainder": "mod",
              "mod": "mod", "matmul": "matmul", "dot": "matmul"}  # fmt: skip
    names |= {name: dual._BINARY[op] for name, op in binary.items()}
    relations = {"less": "lt", "less_equal": "le", "greater": "gt", "greater_equal": "ge",
                 "equal": "eq", "not_equal": "ne"}  # fmt: skip
    for name, op in relations.items():
        names[name] = lambda x, y, r=getattr(operator, op): dual.compare(r, x, y)
    names |= {"maximum": maximum, "minimum": minimum, "fmax": fmax, "fmin": fmin}
    names |= {"absolute": dual.absolute, "abs": dual.absolute, "fabs": dual.absolute}
    names |= {"negative": operator.neg, "positive": operator.pos, "conjugate": operator.pos}
    names |= {"real": operator.pos, "imag": lambda x: 0.0 * x}
    names |= {"where": where, "clip": clip}
    names |= {"sum": _linear(np.sum), "mean": _linear(np.mean), "outer": outer}
    names |= {fn.__name__: _reduced(fn) for fn in (np.max, np.min, np.prod)}
    constructors = ("zeros", "ones", "empty", "arange", "zeros_like", "ones_like", "array")
    names |= {name: _made(getattr(np, name)) for name in constructors}
    names |= {"full": full, "full_like": full_like, "linspace": linspace}
    names |= {"shape": lambda a: np.shape(value_of(a)), "size": lambda a: np.size(value_of(a))}
    names |= {"ndim": lambda a: np.ndim(value_of(a)), "copy": lambda a: a.copy()}
    names |= {"ravel": lambda a: a.ravel(), "reshape": lambda a, shape: a.reshape(shape)}
    names |= {"transpose": lambda a, axes=(): a.transpose(*axes)}
    constants = ("pi", "e", "inf", "nan", "newaxis", "float64", "float32", "int64", "euler_gamma")
    names["random"] = np.random
    return SimpleNamespace(**names, **{name: getattr(np, name) for name in constants})


def _math() -> SimpleNamespace:
    """The functions of ``math``, which take Python numbers one at a time."""
    names: dict[str, Any] = {}
    for name in (*SLOPES, *_MATH):
        if hasattr(math, name):
            names[name] = _scalar(name)
    for name in ("floor", "ceil", "trunc"):
        names[name] = lambda x, f=_step(getattr(math, name), name): int(value_of(f(x)))
    names |= {name: _plain(getattr(math, name)) for name in ("isnan", "isinf", "isfinite")}
    for name, numpy_name in {"atan2": "arctan2", "hypot": "hypot", "copysign": "copysign",
                             "fmod": "fmod"}.items():  # fmt: skip
        names[name] = _two(getattr(math, name), numpy_name)
    names["pow"] = lambda x, y: dual.power(as_float(x), as_float(y))
    names["fabs"] = lambda x: as_float(dual.absolute(x))
    return SimpleNamespace(**names, pi=math.pi, e=math.e, tau=math.tau, inf=math.inf, nan=math.nan)


NUMPY = _numpy()
MATH = _math()
