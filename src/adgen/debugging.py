"""``debug_nans=True``: a result that is not finite is traced back to the user's line.

What is compiled runs as always.  Only where a result is not finite, the same derivative is run
again, op by op in CPython, to see where it arises.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from adgen.generator_states import States, generators_in
from adgen.runtime.streams import Stream
from adgen.transpiler.errors import AdgenError, NotFinite
from adgen.transpiler.ir import core
from adgen.transpiler.ir.not_finite import Arisen, first_not_finite, not_finite

if TYPE_CHECKING:
    from adgen.transpiler.ir.core import Function
    from adgen.transpiler.requests import Compiled

_CALLED = {core.ADJOINT: "adjoint", core.TANGENT: "tangent"}


@dataclass(frozen=True)
class Watch:
    """Looks at the results of what was compiled.

    ``mode``: what was asked for.  ``derive``: makes the function to look into, of a mode.
    """

    compiled: Compiled
    mode: str
    derive: Callable[[str], Function]

    def watching(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The first function, which raises NotFinite where its result is not finite."""
        writes, pair = self.compiled.writes, self.mode == "pair"

        def watched(*flat: Any) -> Any:
            given = [x.copy() if k in writes else x for k, x in enumerate(flat)]
            before = States(generators_in(flat)) if self.compiled.draws else None
            result = function(*flat)
            value = result[0] if self.compiled.residuals else result
            self._check(value, given, "primal" if pair else self.mode, before)
            return result

        return watched

    def check_pullback(self, cotangents: Any, flat: Sequence[Any], seeds: Sequence[Any]) -> None:
        """Raise NotFinite if what a pullback returns is not finite."""
        self._check(cotangents, [*flat, *seeds], self.mode)

    def _check(
        self, results: Any, given: Sequence[Any], mode: str, before: States | None = None
    ) -> None:
        number = next((n for n in map(not_finite, _leaves(results)) if n), "")
        if not number:
            return
        value, derivative = None, None
        given = [x.generator if isinstance(x, Stream) else x for x in given]
        after = States(generators_in(tuple(given)))
        if before is not None:
            before.restore()
        with contextlib.suppress(Exception):  # the number is not finite, whatever this run says
            value, derivative = first_not_finite(self.derive(mode), given)
        after.restore()
        raise self._error(number, value, derivative, given)

    def _error(
        self, number: str, value: Arisen | None, derivative: Arisen | None, given: Sequence[Any]
    ) -> AdgenError:
        named = zip(self.compiled.parameters, given, strict=False)
        names = [f"`{name}`" for name, x in named if not_finite(x)]
        hint = f"the argument {' and '.join(names)} is not finite to begin with" if names else ""
        if derivative is not None:
            kind = _CALLED.get(derivative.role, "derivative")
            message = (
                f"the first {kind} that is not finite ({derivative.number}) arises in the "
                f"derivative of this{derivative.where}"
            )
            notes = []
            if value is not None:
                text = f"the first value that is not finite ({value.number}) arises here"
                notes = [(text + value.where, value.span)]
            return NotFinite(message, derivative.span, hint, tuple(notes))
        if value is not None:
            message = f"the first value that is not finite ({value.number}) arises here"
            return NotFinite(message + value.where, value.span, hint)
        name = self.compiled.names[0]
        return NotFinite(f"the result of `{name}` is not finite ({number})", hint=hint)


def _leaves(nested: Any) -> Iterator[Any]:
    """Numbers and arrays of what generated code returns."""
    if isinstance(nested, (tuple, list)):
        for part in nested:
            yield from _leaves(part)
    elif isinstance(nested, (float, np.ndarray, np.generic)):
        yield nested
