"""Exit codes, which scripts rely on; docs/cli.md lists them."""

from __future__ import annotations

DONE = 0
FAILED = 1  # something was checked and is not as it should be
REFUSED = 2  # a file, a function or an option that does not fit; Typer's own for options
INTERRUPTED = 130  # Ctrl-C
