"""Random generators on their way into machine code.

Numba takes a generator apart at each call, for 30 µs, and a second of compilation.  Here it is
handed over as it is, in a box of a class of ours, for machine code only passes it on to CPython.
"""

from __future__ import annotations

from typing import Any


class Stream:
    """A box with a generator, or with what one is made from."""

    __slots__ = ("generator",)

    def __init__(self, generator: Any) -> None:
        self.generator = generator

    def __getattr__(self, name: str) -> Any:
        """The methods of the generator, for generated code that Numba was told not to compile."""
        return getattr(object.__getattribute__(self, "generator"), name)
