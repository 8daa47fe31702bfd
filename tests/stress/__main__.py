"""One command for all: ``python -m tests.stress NAME [options]``."""

from __future__ import annotations

import argparse
import sys

from tests.stress import front_end, processes, threads

KINDS = {"threads": threads, "processes": processes, "front_end": front_end}


def main() -> int:
    """Run one kind; 0 if all held."""
    parser = argparse.ArgumentParser(prog="python -m tests.stress")
    kinds = parser.add_subparsers(dest="kind", required=True)
    for name, module in KINDS.items():
        module.add_options(kinds.add_parser(name, help=str(module.__doc__).splitlines()[0]))
    given = parser.parse_args()
    failures: list[str] = KINDS[given.kind].run(given)
    for failure in failures[:20]:
        print(failure)
    print(f"{len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
