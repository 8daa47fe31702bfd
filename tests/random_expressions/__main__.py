"""``python -m tests.random_expressions --count N --seed S``: random array expressions against JAX.

Ends with 1 if a value or a gradient is wrong, and prints such programs made small; refusals are
counted by their messages.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter

import numpy as np

from tests.random_expressions.compare import outcome, shrunk
from tests.random_expressions.generate import program


def main() -> int:
    """Run the programs, print what happened."""
    parser = argparse.ArgumentParser(prog="python -m tests.random_expressions", description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jit", action="store_true", help="compile them")
    given = parser.parse_args()
    kinds: Counter[str] = Counter()
    refusals: Counter[str] = Counter()
    start = time.perf_counter()
    for number in range(given.count):
        one = program(np.random.default_rng([given.seed, number]))
        found = outcome(one, given.jit)
        kinds[found.kind] += 1
        if found.kind == "refused":
            refusals[found.reason] += 1
        elif found.kind == "peer":
            print(f"JAX differs from differences, seed {given.seed}, program {number}", flush=True)
        elif found.kind == "wrong":
            small = shrunk(one, given.jit)
            print(f"wrong, seed {given.seed}, program {number}: {outcome(small, given.jit).reason}")
            print(f"# x: {small.x}, y: {small.y}\n{small.text()}", flush=True)
    minutes = (time.perf_counter() - start) / 60
    print(", ".join(f"{count} {kind}" for kind, count in kinds.items()), end="; ")
    print(f"{given.count / minutes:.0f} programs a minute")
    for reason, count in refusals.most_common():
        print(f"  refused {count} times: {reason}")
    return 1 if kinds["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
