"""The table of gradients: each case measured in a process of its own.

``python -m benchmarks.gradients NAME`` measures one case and prints it as JSON.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.case import Case
from benchmarks.fresh import in_fresh_process
from benchmarks.peers import use_one_thread
from benchmarks.sides import TOLERANCE, Side, all_sides, by_hand, primals
from benchmarks.timing import Timing, interleaved

BY_HAND = "by hand"
VECTOR = "vector"


@dataclass(frozen=True)
class Row:
    """What was measured of a case.

    ``primals`` by style; ``times`` by side (the styles of adgen, the peers, by hand) where it
    ran; ``absent`` says why others did not; ``differences`` are relative, between gradients;
    ``scaled`` names the sides that ran on a smaller problem.
    """

    name: str
    scalar: bool
    styles: tuple[str, ...]
    primals: Mapping[str, Timing]
    times: Mapping[str, Timing]
    absent: Mapping[str, str]
    differences: Mapping[str, float]
    scaled: tuple[str, ...]

    def hand(self) -> Timing:
        """The faster of the hand-written adjoints."""
        return min(
            (self.times[side] for side in (BY_HAND, VECTOR) if side in self.times),
            key=lambda time: time.median,
        )

    def ratio(self, style: str, side: str) -> float:
        """Time of adgen's gradient over that of another side."""
        other = self.hand() if side == BY_HAND else self.times[side]
        return self.times[style].median / other.median

    def to_primal(self, style: str) -> float:
        """Time of adgen's gradient over that of the user's function in the same style."""
        return self.times[style].median / self.primals[style].median


def measure(case: Case, quick: bool = False) -> Row:
    """Check all sides of a case, then time them in turns.

    Raises AssertionError if a gradient differs from the hand-written one.
    """
    use_one_thread()
    arguments = case.data(**case.small) if quick else case.data()
    sides = all_sides(case, arguments, scales=not quick)
    ran = {name: side for name, side in sides.items() if isinstance(side, Side)}
    for name, side in ran.items():
        assert side.difference < TOLERANCE, f"{case.name}: {name} differs by {side.difference:.1e}"
    calls = {f"primal {style}": call for style, call in primals(case, arguments).items()}
    calls |= {name: side.gradient for name, side in ran.items()}
    calls[BY_HAND] = by_hand(case, arguments)
    times = interleaved(calls, 5 if quick else 41, budget=0.1 if quick else 2.0)
    factors = {name: side.factor for name, side in ran.items()} | {BY_HAND: 1.0}
    return Row(
        case.name,
        case.scalar,
        tuple(case.styles),
        {style: times[f"primal {style}"] for style in case.styles},
        {name: times[name].times(factor) for name, factor in factors.items()},
        {name: side for name, side in sides.items() if isinstance(side, str)},
        {name: side.difference for name, side in ran.items()},
        tuple(name for name, factor in factors.items() if factor != 1.0),
    )


def measure_in_fresh_process(case: Case, cache: Path, quick: bool = False) -> Row | str:
    """The row of a case from a process of its own, or what went wrong there."""
    try:
        found = in_fresh_process(
            __spec__.name, case.name, *(["--quick"] if quick else []), cache=cache
        )
    except RuntimeError as failure:
        return str(failure).splitlines()[-1]
    return row_of(found)


def row_of(found: Mapping[str, Any]) -> Row:
    """A row out of its JSON."""
    times = {key: {name: Timing(**time) for name, time in found[key].items()} for key in
             ("primals", "times")}  # fmt: skip
    lists = {key: tuple(found[key]) for key in ("styles", "scaled")}
    return Row(**{**found, **times, **lists})


def main() -> None:
    """Measure one case and print its row."""
    from benchmarks.catalogue import CASES

    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("name", choices=[case.name for case in CASES])
    parser.add_argument("--quick", action="store_true", help="small data, few rounds")
    chosen = parser.parse_args()
    case = next(case for case in CASES if case.name == chosen.name)
    print(json.dumps(asdict(measure(case, chosen.quick))))


if __name__ == "__main__":
    main()
