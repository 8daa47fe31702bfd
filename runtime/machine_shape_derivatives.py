"""The derivatives of ``shape_derivatives.py`` in machine code: the same functions, compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba.core import types
from numba.extending import overload, register_jitable

from adgen.runtime import shape_derivatives as plain
from adgen.runtime import special
from adgen.runtime.shape_derivatives import (
    betainc_by_a,
    betainc_by_a_and_b,
    betainc_by_a_twice,
    betainc_by_b,
    betainc_by_b_twice,
    gammainc_by_a,
    gammainc_by_a_twice,
)

__all__ = [
    "betainc_by_a", "betainc_by_a_and_b", "betainc_by_a_twice", "betainc_by_b",
    "betainc_by_b_twice", "gammainc_by_a", "gammainc_by_a_twice",
]  # fmt: skip

for _function in (
    plain.log_power, plain.next_convergent, plain.gamma_by_series, plain.gamma_by_fraction,
    plain.beta_fraction, plain.log_derivatives, plain.are_settled,
):  # fmt: skip
    register_jitable(_function)
_gamma_slopes = register_jitable(plain.gamma_slopes)
_beta_slopes = register_jitable(plain.beta_slopes)


@register_jitable
def _of_gamma(a: float, x: float) -> tuple[float, float]:
    return _gamma_slopes(a, x, special.gammaln(a), special.psi(a), special._zeta(2.0, a))


@register_jitable
def _of_beta(a: float, b: float, x: float, da: float, db: float) -> tuple[float, float]:
    psi = (special.psi(a), special.psi(b), special.psi(a + b))
    trigamma = (special._zeta(2.0, a), special._zeta(2.0, b), special._zeta(2.0, a + b))
    return _beta_slopes(a, b, x, da, db, special.betaln(a, b), psi, trigamma)


def _slope_of_gamma(order: int) -> Callable[..., float]:
    return register_jitable(lambda a, x: _of_gamma(a, x)[order])  # type: ignore[no-any-return]


def _slope_of_beta(da: float, db: float, order: int) -> Callable[..., float]:
    return register_jitable(lambda a, b, x: _of_beta(a, b, x, da, db)[order])  # type: ignore[no-any-return]


_TWICE = _slope_of_beta(1.0, 0.0, 1), _slope_of_beta(0.0, 1.0, 1), _slope_of_beta(1.0, 1.0, 1)
_by_a_twice, _by_b_twice, _by_both_twice = _TWICE


@register_jitable
def _by_a_and_b(a: float, b: float, x: float) -> float:
    return 0.5 * (_by_both_twice(a, b, x) - _by_a_twice(a, b, x) - _by_b_twice(a, b, x))


def _of_numbers(function: Callable[..., Any], compiled: Callable[..., Any]) -> None:
    """Let Numba call a function with numbers; float32 alone gives float32, as SciPy's do."""

    def kind_of(*args: Any) -> Any:
        if not all(isinstance(arg, (types.Number, types.Boolean)) for arg in args):
            return None
        return np.float32 if all(arg == types.float32 for arg in args) else np.float64

    def of_two(a, x):  # type: ignore[no-untyped-def]  # Numba compares it with what it makes
        kind = kind_of(a, x)
        return kind and (lambda a, x: kind(compiled(float(a), float(x))))

    def of_three(a, b, x):  # type: ignore[no-untyped-def]
        kind = kind_of(a, b, x)
        return kind and (lambda a, b, x: kind(compiled(float(a), float(b), float(x))))

    overload(function)(of_two if function in _OF_TWO else of_three)


_OF_TWO = (gammainc_by_a, gammainc_by_a_twice)
for _order, _slope in enumerate(_OF_TWO):
    _of_numbers(_slope, _slope_of_gamma(_order))
_of_numbers(betainc_by_a, _slope_of_beta(1.0, 0.0, 0))
_of_numbers(betainc_by_b, _slope_of_beta(0.0, 1.0, 0))
_of_numbers(betainc_by_a_twice, _by_a_twice)
_of_numbers(betainc_by_b_twice, _by_b_twice)
_of_numbers(betainc_by_a_and_b, _by_a_and_b)
