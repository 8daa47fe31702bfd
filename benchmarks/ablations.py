"""What single optimisations are worth: generated gradients with and without, in turns."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any
from unittest import mock

import adgen
from adgen.transpiler import compiler
from adgen.transpiler.emit.folding import Folding
from benchmarks.case import Case
from benchmarks.cases import heat
from benchmarks.timing import Timing, interleaved


@dataclass(frozen=True)
class Ablation:
    """An optimisation, the case that shows it, and how to do without it."""

    name: str
    case: Case
    without: Callable[[], AbstractContextManager[Any]]


@dataclass(frozen=True)
class Outcome:
    """What was measured of an ablation."""

    name: str
    case: str
    with_it: Timing
    without: Timing

    @property
    def ratio(self) -> float:
        """Time without it over time with it."""
        return self.without.median / self.with_it.median


def _pass(name: str) -> Callable[[], AbstractContextManager[Any]]:
    return lambda: mock.patch.object(compiler, name, lambda function: function)


ABLATIONS = (
    Ablation("neighbouring loops merged", heat.SLICES, _pass("merge_neighbours")),
    Ablation("shared elements in scalars", heat.SLICES, _pass("share_elements")),
    Ablation(
        "values for the next trip ahead of stores",
        heat.SLICES,
        lambda: mock.patch.object(Folding, "_is_recurrence", lambda *given: False),
    ),
)


def measure(ablation: Ablation) -> Outcome:
    """Compile a gradient twice and time both."""
    case = ablation.case
    arguments = case.data()
    complete = adgen.value_and_grad(_again(case.objective), case.wrt)
    reduced = adgen.value_and_grad(_again(case.objective), case.wrt)
    complete(*arguments)
    with ablation.without():
        reduced(*arguments)
    times = interleaved(
        {"with": lambda: complete(*arguments), "without": lambda: reduced(*arguments)}
    )
    return Outcome(ablation.name, case.name, times["with"], times["without"])


def _again(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function as another object, for which nothing is compiled yet."""
    return type(function)(function.__code__, function.__globals__, function.__name__)
