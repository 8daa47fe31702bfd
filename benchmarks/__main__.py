"""Run the benchmarks in an environment of their own and write benchmarks/README.md."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import environment

NAMES = (
    "gradients", "inside", "derivatives", "scaling", "threads", "memory", "checkpoints",
    "ablations",
    "calls", "first", "six", "surface", "warm", "programs", "nesting",
)  # fmt: skip


def main() -> int:
    """``python -m benchmarks``; 1 if a gradient was wrong or a side failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(NAMES))
    parser.add_argument("--only", metavar="TEXT", default="", help="cases that contain this text")
    parser.add_argument("--quick", action="store_true", help="small data and few rounds")
    parser.add_argument("--here", action="store_true", help="in the present environment")
    chosen = parser.parse_args()
    unknown = set(chosen.sections) - set(NAMES)
    if unknown:
        parser.error(f"no section {', '.join(sorted(unknown))}: there are {', '.join(NAMES)}")
    if not chosen.here:
        return environment.run_inside(sys.argv[1:])
    if not environment.is_pinned():
        environment.start_again_pinned()
    return run(tuple(chosen.sections) or NAMES, chosen.only, chosen.quick)


def run(names: tuple[str, ...], only: str, quick: bool) -> int:
    """Measure sections, print each as soon as it is known, write them if they are whole."""
    from benchmarks import report
    from benchmarks.sections import SECTIONS, Options

    order = tuple(report.heading_of(section.text) for section in SECTIONS)
    failed = False
    with tempfile.TemporaryDirectory() as cache:
        options = Options(Path(cache), only, quick)
        for section in SECTIONS:
            if section.name not in names:
                continue
            start = time.perf_counter()
            text = f"{section.text}\n{section.measure(options)}"
            seconds = time.perf_counter() - start
            print(f"\n{text}\n\n{section.name}: {seconds:.0f} s\n", flush=True)
            failed = failed or "**failed" in text
            if options.writes:
                report.write(text, seconds, order)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
