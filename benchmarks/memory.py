"""The most memory that a gradient has at once: each measured in a process of its own.

``python -m benchmarks.memory NAME SIDE`` prints the bytes that one call holds at its peak beyond
what was there before it, its result included.  The kernel's high-water mark of resident memory
is reset before the call; what an earlier call has freed is given back to the system first.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import adgen
from benchmarks.case import Case
from benchmarks.fresh import in_fresh_process
from benchmarks.sides import Side, by_hand, generated, of_peer, primals

# Every array of 64 KiB or more is mapped by itself, so that it is gone when it is freed.
ENVIRONMENT = {"MALLOC_MMAP_THRESHOLD_": "65536", "NUMPY_MADVISE_HUGEPAGE": "0"}
STATUS, RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


@dataclass(frozen=True)
class Use:
    """Bytes of a case in one style; None where they are not known.

    ``arguments``: what the caller holds.  ``primal``, ``gradient``, ``by_hand``: at the peak.
    ``foretold``: what ``residual_bytes`` says beforehand.
    """

    name: str
    style: str
    arguments: int
    primal: int | None
    gradient: int | None
    by_hand: int | None
    jax: int | None
    foretold: int | None


def measure(case: Case, cache: Path, quick: bool = False) -> list[Use]:
    """All styles of a case; nothing but sizes where the system has no high-water mark."""
    arguments = case.data(**case.small) if quick else case.data()

    def peak(side: str) -> int | None:
        if not RESET.exists():
            return None
        given = [case.name, side, *(["--quick"] if quick else [])]
        try:
            found: int = in_fresh_process(__spec__.name, *given, cache=cache, more=ENVIRONMENT)
        except RuntimeError:
            return None
        return found

    hand, jax = peak("by hand"), peak("jax")
    return [
        Use(
            case.name,
            style,
            sum(a.nbytes for a in arguments if isinstance(a, np.ndarray)),
            peak(f"primal {style}"),
            peak(style),
            hand,
            jax,
            _foretold(case, style, arguments),
        )
        for style in case.styles
    ]


def _foretold(case: Case, style: str, arguments: tuple[Any, ...]) -> int | None:
    objective = adgen.differentiate(wrt=case.wrt)(case.styles[style])
    residual_bytes = getattr(objective, "residual_bytes", None)
    return None if residual_bytes is None else int(residual_bytes(*arguments))


def peak_of(call: Callable[[], Any]) -> int:
    """Bytes that a second call of it adds to the resident memory at its peak."""
    call()
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    RESET.write_text("5")
    before = _resident("VmRSS")
    result = call()
    peak = _resident("VmHWM")
    del result
    return max(0, peak - before)


def _resident(name: str) -> int:
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) * 1024


def _call(case: Case, side: str, quick: bool) -> Callable[[], Any]:
    arguments = case.data(**case.small) if quick else case.data()
    if side == "by hand":  # its workspace counts
        return lambda: by_hand(case, arguments)()
    if side.startswith("primal "):
        return primals(case, arguments)[side.removeprefix("primal ")]
    way = generated(case, side, arguments) if side in case.styles else None
    way = of_peer(case, side, arguments) if way is None else way
    if not isinstance(way, Side) or way.factor != 1.0:
        raise SystemExit(f"{side} does not run {case.name}")
    return way.gradient


def main() -> None:
    """Print the peak of one side of a case."""
    from benchmarks.catalogue import CASES

    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("name", choices=[case.name for case in CASES])
    parser.add_argument("side")
    parser.add_argument("--quick", action="store_true", help="small data")
    chosen = parser.parse_args()
    case = next(case for case in CASES if case.name == chosen.name)
    print(json.dumps(peak_of(_call(case, chosen.side, chosen.quick))))


if __name__ == "__main__":
    main()
