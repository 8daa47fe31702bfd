"""The most memory that a gradient holds at once, each case in a process of its own.

``python -m benchmarks.memory NAME`` prints the bytes that one call of each side holds at its peak
beyond what was there before it, its result included.  The kernel's high-water mark of resident
memory is reset before the call; what was freed is given back to the system first.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
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


def measure(case: Case, quick: bool = False) -> list[Use]:
    """All styles of a case, in this process; no peaks where the system has no such mark."""
    arguments = case.data(**case.small) if quick else case.data()
    held = sum(a.nbytes for a in arguments if isinstance(a, np.ndarray))
    primal = primals(case, arguments)
    gradients = {style: _peak(generated(case, style, arguments)) for style in case.styles}
    hand = _peak(lambda: by_hand(case, arguments)())  # its workspace counts
    jax = _peak(of_peer(case, "jax", arguments))
    return [
        Use(
            case.name,
            style,
            held,
            _peak(primal[style]),
            gradients[style],
            hand,
            jax,
            _foretold(case, style, arguments),
        )
        for style in case.styles
    ]


def _peak(side: Side | str | Callable[[], Any]) -> int | None:
    if isinstance(side, str) or not RESET.exists():
        return None
    return peak_of(side.gradient if isinstance(side, Side) else side)


def measure_in_fresh_process(case: Case, cache: Path, quick: bool = False) -> list[Use]:
    """The same in a process of its own; nothing where that fails."""
    given = [case.name, *(["--quick"] if quick else [])]
    try:
        found = in_fresh_process(__spec__.name, *given, cache=cache, more=ENVIRONMENT)
    except RuntimeError:
        return []
    return [Use(**use) for use in found]


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


def main() -> None:
    """Print what one case uses."""
    from benchmarks.catalogue import CASES

    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("name", choices=[case.name for case in CASES])
    parser.add_argument("--quick", action="store_true", help="small data")
    chosen = parser.parse_args()
    case = next(case for case in CASES if case.name == chosen.name)
    print(json.dumps([asdict(use) for use in measure(case, chosen.quick)]))


if __name__ == "__main__":
    main()
