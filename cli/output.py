"""Source text on standard output: coloured on a terminal, as it is in a pipe."""

from __future__ import annotations

import sys


def emit(text: str) -> None:
    """Write Python source to standard output."""
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.syntax import Syntax

        code = Syntax(text, "python", background_color="default", word_wrap=True)
        Console().print(code)
    else:
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
        sys.stdout.flush()
