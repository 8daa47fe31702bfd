"""A long run: ``python -m tests.random_references --count 5000 --seed 1``."""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections import Counter

from tests.random_programs.checks import Failure, Skipped
from tests.random_programs.generate import Program
from tests.random_programs.shrink import shrink
from tests.random_references.checks import check
from tests.random_references.generate import generate


def main() -> int:
    """Run the programs, print what is wrong made small, a tally last; 1 when something is."""
    parser = argparse.ArgumentParser(prog="python -m tests.random_references", description=__doc__)
    parser.add_argument("--count", type=int, default=2000, help="programs that count")
    parser.add_argument("--seed", default="0")
    parser.add_argument("--first", type=int, default=0, help="number of the first program")
    parser.add_argument("--jit", action="store_true", help="compile with Numba")
    parser.add_argument("--refused", default="", help="show refusals whose text has this")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    tally: Counter[str] = Counter()
    done, number, started = 0, options.first, time.monotonic()
    while done < options.count:
        program = generate(f"{options.seed}:{number}")
        number += 1
        try:
            failure = check(program, options.jit)
        except Skipped:
            tally["drawn again"] += 1
            continue
        done += 1
        tally[_outcome(failure)] += 1
        if failure and _is_shown(failure, options.refused):
            _report(program, failure, options.jit)
    print(f"{done} programs, {time.monotonic() - started:.0f} s")
    for outcome, count in tally.most_common():
        print(f"  {count:6}  {outcome}")
    return int(any(kind in tally for kind in ("crash", "wrong value", "wrong gradient")))


def _outcome(failure: Failure | None) -> str:
    if failure is None:
        return "right"
    return f"refused: {failure.message}"[:90] if failure.kind == "refusal" else failure.kind


def _is_shown(failure: Failure, words: str) -> bool:
    return failure.kind != "refusal" or bool(words and words in failure.message)


def _report(program: Program, failure: Failure, jit: bool) -> None:
    """Print a failing program, made small."""

    def fails(candidate: Program) -> bool:
        try:
            found = check(candidate, jit)
        except (Skipped, AssertionError):
            return False
        return found is not None and _outcome(found)[:30] == _outcome(failure)[:30]

    small = shrink(program, fails, 10.0)
    try:
        failure = check(small, jit) or failure
    except Skipped:
        small = program
    text = small.text.strip()
    print(f"{'-' * 80}\n# {failure.kind}, seed {program.seed}: {failure.message[:200]}")
    print(f"# x, n = {program.args}\n{text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
