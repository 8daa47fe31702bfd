"""Run all benchmarks, print the tables, write benchmarks/README.md."""

from __future__ import annotations

import argparse

from benchmarks import ablations, compile_time, report, seeds, structure, warm_start
from benchmarks.cases import CASES
from benchmarks.gradients import measure_all, measure_overheads


def programs() -> tuple[list[seeds.Row], list[structure.Cost]]:
    """Measure and print what Autograd runs too, and what nesting costs."""
    tutorial = seeds.measure()
    print(report.programs(tutorial), flush=True)
    costs = structure.measure()
    print(report.nesting(costs), flush=True)
    return tutorial, costs


def main() -> None:
    """``python -m benchmarks``; with ``--only TEXT`` some cases, and nothing is written."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", metavar="TEXT", help="cases whose name contains this text")
    parser.add_argument(
        "--programs", action="store_true", help="only those of the tutorial, and nesting"
    )
    chosen = parser.parse_args()
    if chosen.programs:
        tutorial, costs = programs()
        report.section(report.SEEDS, report.programs(tutorial))
        report.section(report.STRUCTURE, report.nesting(costs))
        return
    only = chosen.only
    rows = measure_all([case for case in CASES if only is None or only in case.name])
    print(report.gradients(rows), flush=True)
    if only is not None:
        return
    outcomes = [ablations.measure(ablation) for ablation in ablations.ABLATIONS]
    print(report.ablations(outcomes), flush=True)
    overheads = measure_overheads()
    print(report.overheads(overheads), flush=True)
    print("first calls …", flush=True)
    compiling = compile_time.measure()
    print(report.first_calls(compiling), flush=True)
    print("cold and warm starts …", flush=True)
    starts = {name: warm_start.measure(name) for name in warm_start.FUNCTIONS}
    print(report.warm_starts(starts), flush=True)
    tutorial, costs = programs()
    report.write(rows, outcomes, overheads, compiling, starts, tutorial, costs)
    print(f"written to {report.README}")


if __name__ == "__main__":
    main()
