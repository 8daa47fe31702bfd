"""``python -m tests.random_expressions --count N --seed S``: random array expressions.

Gradients are held against differences, element by element, and of each fifth program against JAX.

Ends with 1 if a value or a derivative is wrong, and prints such programs made small; refusals are
counted by their messages.
"""

from __future__ import annotations

import argparse
import contextlib
import signal
import sys
import time
from collections import Counter

import numpy as np

from tests.random_expressions.compare import MODES, outcome, shrunk
from tests.random_expressions.generate import program

BAD = ("wrong", "raised", "peer")


def main() -> int:
    """Run the programs, print what happened."""
    parser = argparse.ArgumentParser(prog="python -m tests.random_expressions", description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", type=int, help="this one of them, whatever becomes of it")
    parser.add_argument("--jit", action="store_true", help="compile them")
    parser.add_argument("--mode", default=",".join(MODES), help="of reverse,forward,second,peer")
    given = parser.parse_args()
    modes = tuple(given.mode.split(","))
    kinds: Counter[str] = Counter()
    refusals: dict[str, list[int]] = {}
    start = time.perf_counter()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt):  # the summary is of what was run
        for number in range(given.count) if given.only is None else [given.only]:
            one = program(np.random.default_rng([given.seed, number]))
            found = outcome(one, given.jit, _due(modes, number))
            kinds[found.kind] += 1
            if found.kind == "refused":
                refusals.setdefault(found.reason, []).append(number)
            elif found.kind in BAD or given.only is not None:
                small = shrunk(one, given.jit) if found.kind in BAD else one
                why = outcome(small, given.jit).reason if found.kind in BAD else found.reason
                print(f"{found.kind}, seed {given.seed}, program {number}: {why}")
                print(f"# x: {small.x}, y: {small.y}\n{small.text()}", flush=True)
    minutes = (time.perf_counter() - start) / 60
    print(", ".join(f"{count} {kind}" for kind, count in kinds.items()), end="; ")
    print(f"{kinds.total() / minutes:.0f} programs a minute")
    for reason, where in sorted(refusals.items(), key=lambda item: -len(item[1])):
        print(f"  refused {len(where)} times: {reason} (programs {where[:4]})")
    return 1 if kinds["wrong"] + kinds["raised"] else 0


def _due(modes: tuple[str, ...], number: int) -> tuple[str, ...]:
    """JAX and forward mode are asked of some programs, second derivatives of fewer."""
    every = {"reverse": 1, "forward": 4, "peer": 5, "second": 8}
    return tuple(mode for mode in modes if number % every[mode] == 0)


if __name__ == "__main__":
    sys.exit(main())
