"""What a program makes of an input, held against Python: a result of a type, or an exception."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

import adgen
from adgen import UnsupportedError
from tests.coverage import checks
from tests.coverage.case import Case
from tests.coverage.inputs import DTYPES, KINDS, MEMORY, REFUSED

AGREES, REFUSES = "", "refused"
_BYTES = ("int8", "uint8", "bool", "int8 first", "uint8 first", "bool first")
# What is known not to be as in NumPy and SciPy: functions, kinds of input, and why.
KNOWN: tuple[tuple[tuple[str, ...], tuple[str, ...], str], ...] = (
    (("linalg.",), _BYTES, "SciPy computes bytes in float32, adgen in float64"),
    (("stats.", "special."), _BYTES, "SciPy rounds what it computes from bytes"),
    (("np.multiply.reduceat", "np.add.reduceat"), DTYPES, "the sum keeps the dtype"),
    (("np.quantile(weights)",), ("no rows", "no columns"), "another exception"),
    (("np.nanquantile", "np.nanpercentile"), ("no rows", "no columns"),
     "of nothing NumPy returns another rank than of something"),
    (("linalg.sqrtm",), ("repeated",), "of a singular matrix it is complex"),
    (("np.std", "np.nanstd", "np.nan_reductions"), ("one element",), "nan where the spread is 0"),
)  # fmt: skip


def known(name: str, kind: str) -> str:
    """Why a function is known to differ on a kind of input, or nothing."""
    return next(
        (why for names, kinds, why in KNOWN if name.startswith(names) and kind in kinds), ""
    )


def verdict(case: Case, kind: str) -> str | None:
    """Whether a program agrees with Python on a kind of input.

    Nothing if it does, "refused" and why where what Python computes is not compiled, else what is
    wrong; None if the kind makes nothing of the arguments.
    """
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        args = KINDS[kind](case.args)
        if args is None or (kind.startswith("float32") and not case.single):
            return None
        return _verdict(replace(case, args=args), kind)


def _verdict(case: Case, kind: str) -> str:
    found, refusal = _run(adgen.differentiate(case.function, jit=False), case)
    if kind in REFUSED and _is_affected(case):
        return AGREES if isinstance(refusal, UnsupportedError) else f"{refusal!r} is no refusal"
    expected, error = _run(case.function, case)
    if isinstance(refusal, UnsupportedError):
        return AGREES if error else f"{REFUSES}: {_first_line(refusal)}"
    if error is not None or refusal is not None:
        agree = isinstance(refusal, type(error))
        return AGREES if agree else f"{_shown(refusal, found)} for {_shown(error, expected)}"
    if _typed(found) != _typed(expected):
        return f"{_typed(found)} for {_typed(expected)}"
    single = any(np.asarray(x).dtype == np.float32 for x in (*case.args, *checks._parts(expected)))
    if not _close(found, expected, 1e-5 if single else 1e-9 if case.exact else 1e-6):
        return f"{found} for {expected}"
    return _gradients(case, kind)


def _gradients(case: Case, kind: str) -> str:
    """The gradient by the float arguments: that of a contiguous copy, and that by differences."""
    wrt = checks._floats(case)
    if not wrt:
        return AGREES
    loss = checks.weighed(case)
    gradient = adgen.grad(loss, wrt=wrt, jit=False)
    found, error = _run(gradient, case)
    if isinstance(error, UnsupportedError):
        return f"{REFUSES}: gradient: {_first_line(error)}"
    if error is not None:
        return f"gradient: {_shown(error, None)}"
    for k, cotangent in zip(wrt, found, strict=True):
        if _typed(cotangent)[1:] != _typed(case.args[k])[1:]:
            return f"gradient: {_typed(cotangent)} for {_typed(case.args[k])}"
    plain = tuple(np.ascontiguousarray(a) if np.ndim(a) else a for a in case.args)
    if kind in MEMORY and _close(case.function(*plain), case.function(*case.args), 0.0):
        expected = gradient(*plain)  # where the order in memory means nothing, as it mostly does
        return AGREES if _close(found, expected, 0.0) else f"gradient: {found} for {expected}"
    if kind.startswith("float32"):
        return AGREES  # a column of its own
    slopes = tuple(checks._gradient(loss, case, k) for k in wrt)
    return AGREES if _smooth(found, slopes) else f"gradient: {found} for {slopes}"


def _is_affected(case: Case) -> bool:
    """Whether an argument is of a dtype that is not compiled: Python's numbers have none."""
    kinds = [arg.dtype for arg in case.args if isinstance(arg, (np.ndarray, np.generic))]
    return any(k.kind == "O" or not k.isnative or k.itemsize not in (1, 4, 8) for k in kinds)


def _run(function: Callable[..., Any], case: Case) -> tuple[Any, Exception | None]:
    try:
        return function(*checks._copies(case)), None
    except Exception as error:  # which one it is, is the question
        return None, error


def _typed(found: Any) -> Any:
    """What a user can tell of a result without its numbers."""
    if isinstance(found, (tuple, list)):
        return tuple(map(_typed, found))
    return type(found).__name__, str(np.asarray(found).dtype), np.shape(found)


def _close(found: Any, expected: Any, tolerance: float) -> bool:
    have, want = checks._numbers(found), checks._numbers(expected)
    return np.allclose(have, want, rtol=tolerance, atol=tolerance, equal_nan=True)


def _smooth(found: Any, slopes: Any) -> bool:
    """Whether numbers are slopes; those that differences do not find are left out."""
    have, want = checks._numbers(found), checks._numbers(slopes)
    there = np.isfinite(want)
    scale = max(1.0, float(np.max(np.abs(want[there]), initial=0.0)))
    return np.allclose(have[there], want[there], rtol=1e-5, atol=1e-5 * scale)


def _shown(error: Exception | None, found: Any) -> str:
    if error is None:
        return str(_typed(found))
    return f"{type(error).__name__}: {_first_line(error)}"


def _first_line(error: Exception) -> str:
    text = str(error).splitlines() or [""]
    return text[0].rpartition(".py:")[2]
