"""One differentiable object called from many threads while it compiles.

Every thread calls with arguments of every kind in an order of its own, so that some compile
while others run; all results must be those of one thread.  The throughput of two threads beside
that of one shows that compiled code holds no lock.
"""

from __future__ import annotations

import argparse
import random
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import adgen


def energy(x, stiffness):  # noqa: ANN001, ANN201
    """What is differentiated: a loop that runs long enough to be worth a thread."""
    total = 0.0
    for k in range(len(x) - 1):
        total += 0.5 * stiffness * (x[k + 1] - x[k]) ** 2 + np.cos(x[k])
    return total


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--threads", type=int, default=16)
    parser.add_argument("--calls", type=int, default=10_000, help="of each thread")
    parser.add_argument("--no-jit", action="store_true")


def run(given: argparse.Namespace) -> list[str]:
    """What went wrong."""
    failures = calls(given.threads, given.calls, jit=not given.no_jit)
    if not given.no_jit:
        print(f"throughput of 2 threads: {throughput():.2f} of one")
    return failures


def calls(count: int, each: int, jit: bool = True) -> list[str]:
    """Call from ``count`` threads, ``each`` times; what differs from one thread's results."""
    kinds = _kinds()
    expected = [adgen.grad(_copy(), jit=False)(*args) for args in kinds]
    shared = adgen.differentiate(_copy(), jit=jit)
    failures: list[str] = []
    start = threading.Barrier(count)

    def work(seed: int) -> None:
        order = random.Random(seed)
        start.wait()
        for k in range(each):
            kind = order.randrange(len(kinds))
            member = shared.grad if k % 2 else lambda *a: shared.value_and_grad(*a)[1]
            try:
                found = member(*kinds[kind])
            except Exception as error:  # anything is a failure
                failures.append(f"thread {seed}, call {k}: {error!r}")
                return
            if not np.allclose(found, expected[kind], rtol=1e-12 if kind else 1e-5):
                failures.append(f"thread {seed}, call {k}: {found} is not {expected[kind]}")
                return

    _together(count, work)
    return failures


def throughput(repeats: int = 7) -> float:
    """Calls per second of two threads over those of one: the median of interleaved runs."""
    gradient = adgen.grad(_copy())
    x = np.linspace(0.0, 1.0, 20_000)
    gradient(x, 2.0)

    def work(seed: int) -> None:
        for _ in range(4000):  # a fifth of a second: starting threads is no part of it
            gradient(x, 2.0)

    ratios = []
    for _ in range(repeats):
        one = _seconds(lambda: _together(1, work))
        two = _seconds(lambda: _together(2, work))
        ratios.append(2 * one / two)
    return float(np.median(ratios))


def _copy() -> Callable[..., Any]:
    """A function that has never been compiled."""
    made = type(energy)(energy.__code__, energy.__globals__, energy.__name__)
    made.__module__ = energy.__module__
    return made


def _kinds() -> list[tuple[Any, ...]]:
    """Arguments of several types: each takes a compilation."""
    x = np.linspace(0.0, 2.0, 9)
    return [
        (x.astype(np.float32), np.float32(2.0)),
        (x, 2.0),
        (np.repeat(x, 2)[::2], 2.0),
        (x, 3),
    ]


def _together(count: int, work: Callable[[int], None]) -> None:
    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _seconds(work: Callable[[], None]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin
