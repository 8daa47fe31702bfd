"""What single optimisations are worth: generated gradients with and without, in turns."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from tempfile import TemporaryDirectory
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
    """Compile a gradient twice, from an empty cache, and time both."""
    case = ablation.case
    arguments = case.data()
    complete = adgen.value_and_grad(_again(case.objective), case.wrt)
    reduced = adgen.value_and_grad(_again(case.objective), case.wrt)
    with _empty_cache():
        complete(*arguments)
    with _empty_cache(), ablation.without():
        reduced(*arguments)
    times = interleaved(
        {"with": lambda: complete(*arguments), "without": lambda: reduced(*arguments)}
    )
    return Outcome(ablation.name, case.name, times["with"], times["without"])


@contextmanager
def _empty_cache() -> Iterator[None]:
    """A disk cache that holds nothing: what is kept there was made by the whole compiler."""
    with TemporaryDirectory() as folder:
        with mock.patch.dict(os.environ, {"ADGEN_CACHE_DIR": folder}):
            yield


def _again(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function as another object, for which nothing is compiled yet."""
    return type(function)(function.__code__, function.__globals__, function.__name__)
