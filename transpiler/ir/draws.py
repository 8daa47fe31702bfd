"""Draws of random numbers: which method of which generator is called, and with what.

A draw changes the state of its generator, so it is an effect: done once, in its place among the
others, whether anybody uses what it gives or not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from adgen.transpiler.ir.templates import filled, places
from adgen.transpiler.ir.types import Type


@dataclass(frozen=True, slots=True)
class Draw:
    """``rng.name(*template, **keywords)``; the last entries belong to the ``keywords``.

    ``bound``: the first operand is the generator; else ``np.random.name`` is called, which draws
    from the generator of the process, or makes one.  ``result``: its type, None if there is none.
    """

    name: str
    bound: bool
    template: tuple[Any, ...] = ()  # as of prints; constants may stand for themselves
    keywords: tuple[str, ...] = ()
    result: Type | None = None

    def __str__(self) -> str:
        return f"{'.' if self.bound else 'np.random.'}{self.name}"

    @property
    def places(self) -> int:
        """How many operands it takes."""
        return self.bound + places(self.template)

    def __call__(self, *operands: Any) -> Any:
        """What NumPy gives."""
        given = list(operands)
        owner = given.pop(0) if self.bound else np.random
        args = filled(self.template, iter(given))
        count = len(args) - len(self.keywords)
        named = dict(zip(self.keywords, args[count:], strict=True))
        return getattr(owner, self.name)(*args[:count], **named)
