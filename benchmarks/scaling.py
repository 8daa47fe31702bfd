"""Time of a gradient against the size of its problem, from a hundred to ten million.

``python -m benchmarks.scaling NAME`` measures one case and prints its curves as JSON.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import adgen
from benchmarks.case import Case
from benchmarks.cases import heat, logistic, lotka_volterra, rosenbrock, taylor
from benchmarks.fresh import in_fresh_process
from benchmarks.peers import PEERS, use_one_thread
from benchmarks.sides import TOLERANCE, Side, all_sides, by_hand
from benchmarks.timing import interleaved

LEAST, GREATEST, PER_DECADE = 2, 7, 2
SLOW = 0.05  # seconds: a peer that took longer is not asked for more
CALL = 2e-5  # seconds: below, the call itself is what is timed


@dataclass(frozen=True)
class Growth:
    """A case, and the sizes of its data for ``n`` elements, terms or steps."""

    case: Case
    sizes: Callable[[int], Mapping[str, int]]


@dataclass(frozen=True)
class Curves:
    """Seconds by side, and at which ``n``; a slow peer's curve ends early."""

    name: str
    sizes: tuple[int, ...]
    seconds: Mapping[str, tuple[float, ...]]

    def slope(self, side: str) -> float:
        """Of log time against log n, by least squares, where the call itself does not count."""
        points = self._points(side)
        if len(points) < 2:
            return math.nan
        n, seconds = np.log(points).T
        return float(np.polyfit(n, seconds, 1)[0])

    def worst(self, side: str) -> tuple[float, int]:
        """The greatest slope over a decade, and the n at which that decade begins."""
        points = self._points(side)
        pairs = zip(points, points[PER_DECADE:], strict=False)
        slopes = [
            (math.log(second[1] / first[1]) / math.log(second[0] / first[0]), int(first[0]))
            for first, second in pairs
        ]
        return max(slopes, default=(math.nan, 0))

    def _points(self, side: str) -> list[tuple[float, float]]:
        seconds = self.seconds[side]
        return [(n, t) for n, t in zip(self.sizes, seconds, strict=False) if t > CALL]


GROWTHS = (
    Growth(logistic.CASE, lambda n: {"n": max(1, n // 20), "m": 20}),
    Growth(rosenbrock.CASE, lambda n: {"n": n}),
    Growth(heat.CASE, lambda n: {"n": n, "steps": 5}),
    Growth(lotka_volterra.CASE, lambda n: {"steps": n}),
    Growth(taylor.CASE, lambda n: {"terms": n}),
)


def sizes(greatest: int = GREATEST) -> tuple[int, ...]:
    """Two a decade."""
    count = (greatest - LEAST) * PER_DECADE
    return tuple(round(10 ** (LEAST + k / PER_DECADE)) for k in range(count + 1))


def measure(growth: Growth, quick: bool = False) -> Curves:
    """Time adgen's styles, the adjoint by hand and the peers at all sizes."""
    use_one_thread()
    case, chosen = growth.case, sizes(LEAST + 1 if quick else GREATEST)
    _check(case, case.data(**growth.sizes(chosen[PER_DECADE])))
    seconds: dict[str, list[float]] = {}
    slow: set[str] = set()
    for n in chosen:
        arguments = case.data(**growth.sizes(n))
        calls = _calls(case, arguments, slow)
        times = interleaved(calls, rounds=5, sample=0.002, budget=0.2)
        for side, timing in times.items():
            seconds.setdefault(side, []).append(timing.median)
            if side in PEERS and timing.median > SLOW:
                slow.add(side)
    return Curves(case.name, chosen, {side: tuple(times) for side, times in seconds.items()})


def _check(case: Case, arguments: tuple[Any, ...]) -> None:
    for name, side in all_sides(case, arguments, scales=False).items():
        if isinstance(side, Side):
            assert side.difference < TOLERANCE, f"{name} differs by {side.difference:.1e}"


def _calls(case: Case, arguments: tuple[Any, ...], slow: set[str]) -> dict[str, Callable[[], Any]]:
    calls: dict[str, Callable[[], Any]] = {"by hand": by_hand(case, arguments)}
    for style, function in case.styles.items():
        calls[style] = partial(adgen.value_and_grad(function, case.wrt), *arguments)
    for name, peer in case.peers.items():
        if name not in slow and not peer.scaled and PEERS[name].missing() is None:
            calls[name] = PEERS[name].gradient(peer.objective(), arguments, case.positions())
    return calls


def measure_in_fresh_process(growth: Growth, cache: Path, quick: bool = False) -> Curves:
    """The curves of a case, from a process of its own."""
    given = [growth.case.name, *(["--quick"] if quick else [])]
    found = in_fresh_process(__spec__.name, *given, cache=cache)
    seconds = {side: tuple(times) for side, times in found["seconds"].items()}
    return Curves(found["name"], tuple(found["sizes"]), seconds)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure one case and print its curves."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("name", choices=[growth.case.name for growth in GROWTHS])
    parser.add_argument("--quick", action="store_true", help="one decade")
    chosen = parser.parse_args(arguments)
    growth = next(growth for growth in GROWTHS if growth.case.name == chosen.name)
    print(json.dumps(asdict(measure(growth, chosen.quick))))


if __name__ == "__main__":
    main()
