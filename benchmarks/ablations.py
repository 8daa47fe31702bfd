"""What single optimisations are worth: generated gradients with all of them, and without one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from tempfile import TemporaryDirectory
from types import FunctionType
from typing import Any
from unittest import mock

from numba import njit
from numba.core.errors import NumbaError

import adgen
from adgen.transpiler import optimisations
from benchmarks.adbench.problems import GMM
from benchmarks.case import Case
from benchmarks.cases import black_scholes, heat, logistic, lotka_volterra, mlp
from benchmarks.timing import Timing, interleaved

ARRAY_LEVEL = "loops out of array code, against `numba.njit` of array code"


@dataclass(frozen=True)
class Change:
    """What is left out (by its name), or which options are given instead of the usual ones."""

    name: str
    left_out: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What was measured of one case; ``without`` by the name of what was left out.

    A name that is missing there made no difference to the generated text.
    """

    case: str
    complete: Timing
    without: Mapping[str, Timing]

    def ratio(self, name: str) -> float | None:
        """Time without it over time with it; None where it does nothing."""
        return self.without[name].median / self.complete.median if name in self.without else None


CHANGES = (
    *(Change(name, (name,)) for name in sorted(optimisations.ALL)),
    Change("vector mathematics", (), {"vector_math": False}),
    Change("strict floating point, against `fastmath=True`", (), {"fastmath": True}),
)

STUDIED: tuple[tuple[Case, str], ...] = (
    (logistic.CASE, "numpy"),
    (black_scholes.CASE, "numpy"),
    (black_scholes.CASE, "loops"),
    (mlp.CASE, "numpy"),
    (mlp.CASE, "loops"),
    (lotka_volterra.CASE, "loops"),
    (lotka_volterra.CASE, "numpy"),
    (heat.CASE, "loops"),
    (heat.CASE, "numpy"),
    (GMM, "loops"),
)


def measure(case: Case, style: str, quick: bool = False) -> Outcome:
    """Compile a gradient again for everything that is left out, and time all in turns."""
    arguments = case.data(**case.small) if quick else case.data()
    function = case.styles[style]
    sides: dict[str, Callable[[], Any]] = {}
    with _empty_cache():
        text, sides["complete"] = _compiled(case, function, arguments, Change("complete"))
        for change in CHANGES:
            other, call = _compiled(case, function, arguments, change, unless=text)
            if _differs(other, text, change):
                sides[change.name] = call
        if style == "numpy":
            array_level = _array_level(case, function, arguments)
            sides |= {ARRAY_LEVEL: array_level} if array_level is not None else {}
    times = interleaved(sides, 5 if quick else 41, budget=0.1 if quick else 0.5)
    complete = times.pop("complete")
    return Outcome(f"{case.name}, {style}", complete, times)


def measure_all(cases: Sequence[tuple[Case, str]], quick: bool = False) -> list[Outcome]:
    """One case after the other."""
    return [measure(case, style, quick) for case, style in cases]


def _compiled(
    case: Case,
    function: Callable[..., Any],
    arguments: Sequence[Any],
    change: Change,
    unless: str | None = None,
) -> tuple[str, Callable[[], Any]]:
    """What Numba is given, and the gradient, compiled unless the text is the usual one."""
    objective = adgen.differentiate(wrt=case.wrt, **change.options)(_again(function))
    with optimisations.without(*change.left_out):
        text = objective.source(*arguments, stage="numba")
        if unless is None or _differs(text, unless, change):
            objective.value_and_grad(*arguments)
    return text, partial(objective.value_and_grad, *arguments)


def _differs(text: str, usual: str, change: Change) -> bool:
    """Whether there is something to compare: ``fastmath`` does not show in the text."""
    return text != usual or "fastmath" in change.options


def _array_level(
    case: Case, function: Callable[..., Any], arguments: Sequence[Any]
) -> Callable[[], Any] | None:
    """What Numba makes of the gradient as people read it; None where it cannot compile that."""
    source = adgen.differentiate(wrt=case.wrt)(_again(function)).source(*arguments)
    module: dict[str, Any] = {}
    exec(source, module)  # text that adgen has generated from the user's function
    call = partial(njit(module[f"{function.__name__}_value_and_grad"]), *arguments)
    try:
        call()
    except NumbaError:  # not all that NumPy does
        return None
    return call


@contextmanager
def _empty_cache() -> Iterator[None]:
    """A disk cache that holds nothing: what is kept there was made by the whole compiler."""
    with TemporaryDirectory() as folder:
        with mock.patch.dict(os.environ, {"ADGEN_CACHE_DIR": folder}):
            yield


def _again(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function as another object, for which nothing is compiled yet."""
    assert isinstance(function, FunctionType)
    return FunctionType(function.__code__, function.__globals__, function.__name__)
