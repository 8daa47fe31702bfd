"""One compilation that was looked on at: every pass with what it returned, and how long it took."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from adgen.listing import Listed, derive_for_people
from adgen.side_by_side import SideBySide, side_by_side
from adgen.transpiler.compiler import prepare, to_loops, to_read
from adgen.transpiler.emit.module import emit_module
from adgen.transpiler.emit.style import Style
from adgen.transpiler.ir.core import Function
from adgen.transpiler.ir.printer import Names, print_function
from adgen.transpiler.watching import watched

READING, DERIVING = "the function itself", "its gradient"
FOR_PEOPLE, FOR_NUMBA = "what people read", "what Numba is given"


@dataclass(frozen=True)
class Step:
    """One pass: in which phase, what it says of itself, the IR before it and after it, seconds."""

    phase: str
    name: str
    doc: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    function: Function
    seconds: float

    @property
    def changes(self) -> bool:
        """Whether the IR is another one afterwards."""
        return self.before != self.after


@dataclass
class Observed:
    """A function on its way through the compiler.

    ``joint``: both sweeps before residuals were planned, and then; None for what has none.
    """

    item: Listed
    names: Names = field(default_factory=Names)
    steps: list[Step] = field(default_factory=list)
    emission: dict[str, float] = field(default_factory=dict)  # seconds by phase

    def run(self) -> Observed:
        """Compile, and take down what happens.  Raises UnsupportedError."""
        prepare(self.item.source, self.item.arguments)  # what is imported on the way is no pass
        with self._phase(READING):
            self.primal = prepare(self.item.source, self.item.arguments)
        with self._phase(DERIVING):
            self.derived = derive_for_people(self.item, self.primal)
        with self._phase(FOR_PEOPLE):
            self.read = tuple(to_read(function) for function in self.derived)
        with self._phase(FOR_NUMBA):
            parallel = self.item.options.parallel
            self.loops = tuple(to_loops(function, parallel) for function in self.derived)
        for phase, functions, numba in (
            (FOR_PEOPLE, self.read, False),
            (FOR_NUMBA, self.loops, True),
        ):
            start = time.perf_counter()
            emit_module(functions, Style(numba=numba))
            self.emission[phase] = time.perf_counter() - start
        self.view: SideBySide = side_by_side(self.item)
        self.numba: SideBySide = side_by_side(self.item, "numba")
        return self

    @contextmanager
    def _phase(self, phase: str) -> Iterator[None]:
        def note(improve: Callable[..., Any], made: Any, seconds: float) -> None:
            before = self.steps[-1].after if self.steps else ()
            after = tuple(print_function(made, self.names).split("\n"))
            doc = (improve.__doc__ or "").strip().partition("\n\n")[0]
            self.steps.append(
                Step(phase, improve.__name__, " ".join(doc.split()), before, after, made, seconds)
            )

        with watched(note):
            yield

    @property
    def planning(self) -> tuple[Function, Function] | None:
        """Both sweeps as one function before and after residuals were planned."""
        for earlier, step in zip(self.steps, self.steps[1:], strict=False):
            if step.name == "plan_residuals":
                return earlier.function, step.function
        return None
