"""The mark of a loop whose reverse sweep computes its states again, instead of storing all.

A loop with this attribute means what it means without it; reverse mode stores some of its states
(``autodiff/snapshots.py``).
"""

from __future__ import annotations

from dataclasses import dataclass

ATTRIBUTE = "snapshots"


@dataclass(frozen=True, slots=True)
class Snapshots:
    """How many states may be stored at once: a number, what fits into bytes, or each (``every``).

    With none of the three, the loop is cut into about the root of its iterations.
    """

    number: int | None = None
    memory: int | None = None
    every: bool = False

    @property
    def is_open(self) -> bool:
        """Whether nothing is said."""
        return self.number is None and self.memory is None and not self.every
