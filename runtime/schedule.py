"""The binomial schedule of snapshots, as generated code asks for it."""

from __future__ import annotations


def next_snapshot(place: int, end: int, kept: int, snapshots: int) -> int:
    """Which step's state is to be stored after that of ``place``, on the way to ``end``.

    ``kept``: how many are stored by now, of as many as ``snapshots``.  See Griewank & Walther,
    Algorithm 799: Revolve.
    """
    steps, free = end - place, snapshots - kept
    if free <= 0 or steps <= 2:
        return place + max(steps - 1, 1)
    stored = free + 1
    repetitions, reach = 1, stored + 1
    while reach < steps:
        repetitions += 1
        reach = reach * (stored + repetitions) // repetitions
    before = reach * repetitions // (stored + repetitions)
    return place + min(before, steps - before * stored // (stored + repetitions - 1))
