"""``python -m tests.coverage``: what Autograd differentiates, held against adgen.

Prints a row for each function, what does not hold, and the percentage of fields that do.  Ends
with 1 where that is below the figure that has been reached before.
"""

from __future__ import annotations

import argparse
import sys

from tests.coverage.autograd_names import recorded
from tests.coverage.cases import CASES, named
from tests.coverage.checks import CHECKS, failure
from tests.coverage.inputs import KINDS
from tests.coverage.outcomes import AGREES, REFUSES, known, verdict

REACHED = 100.0


def main() -> int:
    """Run the checks, print the table, and say whether the figure is still reached."""
    parser = argparse.ArgumentParser(prog="python -m tests.coverage", description=__doc__)
    parser.add_argument("--only", default="", help="functions whose name holds this")
    parser.add_argument("--beyond", action="store_true", help="what Autograd does not have, too")
    parser.add_argument("--without-numba", action="store_true", help="leave out what compiles")
    parser.add_argument("--inputs", action="store_true", help="inputs of every kind instead")
    given = parser.parse_args()
    if given.inputs:
        return _inputs(given.only)
    names = [*recorded(), *sorted(CASES)] if given.beyond else recorded()
    columns = [c for c in CHECKS if not (given.without_numba and c == "Numba")]
    good = total = 0
    print(f"{'function':32} cases  " + "  ".join(f"{column:>5}" for column in columns))
    for name in dict.fromkeys(name for name in names if given.only in name):
        fields = [_field(name, column) for column in columns]
        good, total = good + fields.count("yes"), total + len(fields)
        print(
            f"{name:32} {len(named(name)):5}  " + "  ".join(f"{f:>5}" for f in fields), flush=True
        )
    percentage = 100.0 * good / max(total, 1)
    print(f"{good} of {total} fields: {percentage:.1f} %")
    return 0 if percentage >= REACHED else 1


def _inputs(only: str) -> int:
    """Every program on inputs of every kind: a row of counts for each, and what is wrong."""
    counts = {kind: [0, 0, 0] for kind in KINDS}
    for name in (name for name in CASES if only in name):
        for case in CASES[name]:
            for kind in KINDS:
                found = verdict(case, kind)
                if found is None:
                    continue
                refused, why = found.startswith(REFUSES), known(name, kind)
                if found != AGREES and not refused and why:
                    refused, found = True, f"{found} ({why})"
                counts[kind][0 if found == AGREES else 1 if refused else 2] += 1
                if found != AGREES:
                    print(f"  {name}: {case}: {kind}: {found}", flush=True)
    print(f"{'inputs':16} {'as Python':>10} {'refused, known':>15} {'wrong':>6}")
    for kind, (agree, refused, wrong) in counts.items():
        print(f"{kind:16} {agree:10} {refused:15} {wrong:6}")
    return 1 if any(wrong for _, _, wrong in counts.values()) else 0


def _field(name: str, column: str) -> str:
    """Whether a claim holds for all programs of a function; says on stderr where not."""
    cases = named(name)
    reasons = [(case, failure(case, CHECKS[column])) for case in cases]
    for case, reason in reasons:
        if reason:
            print(f"  {name}: {case}: {column}: {reason.splitlines()[0]}", file=sys.stderr)
    return "yes" if len(cases) >= 3 and not any(reason for _, reason in reasons) else "NO"


if __name__ == "__main__":
    sys.exit(main())
