"""A long run: ``python -m tests.random_programs --count 2000 --mode reverse,forward``."""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections import Counter
from pathlib import Path

from tests.random_programs.checks import MODES, Failure, Skipped, check
from tests.random_programs.generate import Program, generate
from tests.random_programs.shrink import shrink


def main() -> int:
    """Run the programs, print failures made small, a tally last; 1 when something failed."""
    options = _options()
    warnings.simplefilter("ignore")
    tally: Counter[str] = Counter()
    done, number, started = 0, options.first, time.monotonic()
    while done < options.count:
        program = generate(f"{options.seed}:{number}")
        number += 1
        try:
            failures = [check(program, mode, options.jit) for mode in options.modes]
        except Skipped:
            tally["drawn again"] += 1
            continue
        done += 1
        for mode, failure in zip(options.modes, failures, strict=True):
            tally[f"{mode}: {failure.kind if failure else 'right'}"] += 1
            if failure:
                _report(program, failure, options)
    print(f"{done} programs, {time.monotonic() - started:.0f} s")
    for outcome, count in sorted(tally.items()):
        print(f"  {outcome:<28} {count}")
    good = {f"{mode}: right" for mode in options.modes} | {"drawn again"}
    return int(bool(set(tally) - good))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.random_programs", description=__doc__)
    parser.add_argument("--count", type=int, default=2000, help="programs that count")
    parser.add_argument("--seed", default="0")
    parser.add_argument("--first", type=int, default=0, help="number of the first program")
    parser.add_argument("--mode", default="reverse,forward", help=", ".join(MODES))
    parser.add_argument("--jit", action="store_true", help="compile with Numba")
    parser.add_argument("--shrink", type=float, default=10.0, help="seconds per failure")
    parser.add_argument("--keep", type=Path, help="folder that receives the failing programs")
    options = parser.parse_args()
    options.modes = options.mode.split(",")
    return options


def _report(program: Program, failure: Failure, options: argparse.Namespace) -> None:
    """Print a failing program, made small, and keep it where that was asked for."""

    def fails(candidate: Program) -> bool:
        try:
            found = check(candidate, failure.mode, options.jit)
        except (Skipped, AssertionError):
            return False
        return found is not None and _alike(found, failure)

    if options.shrink:
        program = shrink(program, fails, options.shrink)
        failure = check(program, failure.mode, options.jit) or failure
    title = f"{failure.mode} {failure.kind}, seed {program.seed}"
    lines = "\n".join(f"# {line}" for line in failure.message.splitlines()[:12])
    listing = f"# {title}\n{lines}\n{program.text}"
    print(f"{'-' * 88}\n{listing}", flush=True)
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
        name = f"{failure.mode}_{program.seed.replace(':', '_')}.py"
        call = "\nimport numpy  # the arguments\n\nARGS = " + repr(program.args).replace(
            "array(", "numpy.array("
        )
        (options.keep / name).write_text(f"{listing}{call}\n", encoding="utf-8")


def _alike(found: Failure, wanted: Failure) -> bool:
    """The same kind of failure; the same exception, the same first words of a refusal."""
    return found.kind == wanted.kind and _gist(found) == _gist(wanted)


def _gist(failure: Failure) -> list[str]:
    line = failure.message.partition("\n")[0]
    if failure.kind == "crash":
        return line.split(":")[:1]
    return line.split(": ")[-1].split()[:3] if failure.kind == "refusal" else []


if __name__ == "__main__":
    sys.exit(main())
