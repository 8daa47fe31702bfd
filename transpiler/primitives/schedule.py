"""The binomial schedule: which states of a loop are stored while it is gone through backwards.

With ``s`` states stored at once, each step run forward at most ``r`` times ahead of being turned,
a loop of ``b(s, r) = (s + r)! / (s! r!)`` steps can be gone through backwards, and no schedule
does better.  A segment whose first state is stored is split so that the part behind the next
stored state does with one snapshot less, the part ahead of it with one repetition less.
See Griewank & Walther, Algorithm 799: Revolve, ACM TOMS 26 (2000).
"""

from __future__ import annotations

from adgen.transpiler.ir.types import INT
from adgen.transpiler.primitives.kinds import NoDerivative, Primitive


def next_snapshot(place: int, end: int, kept: int, snapshots: int) -> int:
    """Which step's state is to be stored after that of ``place``, on the way to ``end``.

    ``kept``: how many are stored by now, of as many as ``snapshots``; with none left, the state
    ahead of the last step.
    """
    steps, free = end - place, snapshots - kept
    if free <= 0 or steps <= 2:
        return place + max(steps - 1, 1)
    stored = free + 1
    repetitions, reach = 1, stored + 1  # reach = b(stored, repetitions)
    while reach < steps:
        repetitions += 1
        reach = reach * (stored + repetitions) // repetitions
    before = reach * repetitions // (stored + repetitions)  # b(stored, repetitions - 1)
    behind = before * stored // (stored + repetitions - 1)  # b(stored - 1, repetitions - 1)
    return place + min(before, steps - behind)


NEXT = next_snapshot
NEXT_ENTRY = Primitive(
    NEXT,
    NoDerivative("it counts steps"),
    lambda types, attrs: INT,
    ("place", "end", "kept", "snapshots"),
)
