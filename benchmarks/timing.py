"""Timing that a loaded machine does not bend: sides take turns, process time, medians."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Call = Callable[[], Any]


@dataclass(frozen=True)
class Timing:
    """Seconds of process time per call: the median and the least of all rounds."""

    median: float
    least: float

    def times(self, factor: float) -> Timing:
        """The timing of a problem so many times as large."""
        return Timing(self.median * factor, self.least * factor)


def interleaved(
    sides: Mapping[str, Call], rounds: int = 41, sample: float = 0.004, budget: float = 2.0
) -> dict[str, Timing]:
    """Time the calls in turns, each round in another order, after two calls of each.

    A sample repeats a call until about ``sample`` seconds have passed, so that the clock's
    own cost does not count.  A side of which ``rounds`` samples would take longer than
    ``budget`` seconds takes part in fewer rounds, spread evenly, but at least in one.
    """
    repeats: dict[str, int] = {}
    takes_part: dict[str, int] = {}
    for name, call in sides.items():
        repeats[name], seconds = _repeats(call, sample)
        takes_part[name] = max(1, min(rounds, int(budget / seconds)))
    samples: dict[str, list[float]] = {name: [] for name in sides}
    order = list(sides)
    for k in range(rounds):
        order = order[1:] + order[:1]
        for name in order:
            part = takes_part[name]
            if (k + 1) * part // rounds > k * part // rounds:
                samples[name].append(_time(sides[name], repeats[name]))
    return {name: Timing(statistics.median(times), min(times)) for name, times in samples.items()}


def _repeats(call: Call, sample: float) -> tuple[int, float]:
    """How often a sample repeats a call, and about how many seconds it takes."""
    call()
    count = 1
    while (elapsed := _time(call, count) * count) < sample / 2:
        count *= 2 if elapsed <= 0.0 else max(2, min(10, int(sample / elapsed)))
    return count, elapsed


def _time(call: Call, count: int) -> float:
    start = time.process_time()
    for _ in range(count):
        call()
    return (time.process_time() - start) / count


def readable(seconds: float) -> str:
    """A duration with three digits and its unit.

    >>> readable(0.0012345)
    '1.23 ms'
    """
    for unit, scale in (("s", 1.0), ("ms", 1e3), ("µs", 1e6)):
        if seconds * scale >= 1.0:
            return f"{seconds * scale:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"
