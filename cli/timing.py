"""How long calls take: medians of processor time, the calls in turns so that noise hits all."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

ROUNDS = 7
LEAST = 0.05  # seconds of one measurement: many calls of what is quick, for clocks may be coarse
MOST = 100_000  # calls of one measurement
LONGEST = 2.0  # seconds of one call from which on it is measured once


def medians(calls: Mapping[str, Callable[[], Any]]) -> dict[str, float]:
    """Seconds per call, of each."""
    first = {name: _first(call) for name, call in calls.items()}
    repeats = {name: _repeats(seconds) for name, seconds in first.items()}
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(ROUNDS):
        for name, call in calls.items():
            if first[name] < LONGEST:
                times[name].append(_mean(call, repeats[name]))
    return {name: statistics.median(found or [first[name]]) for name, found in times.items()}


def clocked(call: Callable[[], Any]) -> float:
    """Seconds of one call by the clock, waiting included."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def _first(call: Callable[[], Any]) -> float:
    """One call; a second one, if the first was quick, for it may have had something to prepare."""
    taken = clocked(call)
    return taken if taken >= LONGEST else clocked(call)


def _repeats(seconds: float) -> int:
    return max(1, min(MOST, round(LEAST / max(seconds, 1e-9))))


def _mean(call: Callable[[], Any], repeats: int) -> float:
    start = time.process_time()
    for _ in range(repeats):
        call()
    return (time.process_time() - start) / repeats
