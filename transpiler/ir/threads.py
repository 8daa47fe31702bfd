"""The mark of a loop that is to run on threads.

A loop with this attribute means what it means without it; emission makes of its body a function
of a chunk of iterations, which several threads call.  The mark says for each value that the loop
carries what chunks share, and what each has for itself:

- of ``sums``, each chunk adds up its own, which are added in the order of the chunks;
- of ``added``, arrays that are only added to, likewise;
- of ``shared`` arrays, each iteration touches elements of its own; ``rows`` says of which it is
  one row, by what is to be added to the index of the iteration;
- each chunk has ``scratch`` of its own: buffers that no iteration reads before it has written
  them, and storage of ``slots``.

A ``nested`` loop is run by another one again and again: where it turns out to be short, it must
cost no more than without the mark.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from adgen.transpiler.ir.core import Slot, Value

ATTRIBUTE = "threads"
PRODUCT = "product_on_threads"  # marks a product of matrices that is cut into blocks, likewise


@dataclass(frozen=True, eq=False)
class Threads:
    """The mark of a loop, see above: arguments of its body, and slots."""

    sums: frozenset[Value]
    added: frozenset[Value]
    shared: frozenset[Value]
    scratch: frozenset[Value] = frozenset()
    slots: frozenset[Slot] = frozenset()
    nested: bool = False
    rows: Mapping[Value, int] = field(default_factory=dict)
