"""How long calls take: medians of processor time, the calls in turns so that noise hits all."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

ROUNDS = 7
LEAST = 2e-3  # seconds of one measurement: many calls of what is quick
LONGEST = 2.0  # seconds of one call from which on it is measured less often


def medians(calls: Mapping[str, Callable[[], Any]]) -> dict[str, float]:
    """Seconds per call, of each."""
    repeats = {name: _repeats(call) for name, call in calls.items()}
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(ROUNDS):
        for name, call in calls.items():
            if times[name] and times[name][-1] > LONGEST:
                continue
            times[name].append(_once(call, repeats[name]))
    return {name: statistics.median(found) for name, found in times.items()}


def clocked(call: Callable[[], Any]) -> float:
    """Seconds of one call by the clock, waiting included."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def _repeats(call: Callable[[], Any]) -> int:
    call()
    taken = _once(call, 1)
    return max(1, min(10_000, int(LEAST / max(taken, 1e-7))))


def _once(call: Callable[[], Any], repeats: int) -> float:
    start = time.process_time()
    for _ in range(repeats):
        call()
    return (time.process_time() - start) / repeats
