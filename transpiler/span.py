"""Places in source text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one source line (1-based line, 0-based columns) and the text around it."""

    file: str
    line: int
    col: int
    end_line: int
    end_col: int
    text: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.col + 1}"

    def excerpt(self) -> str:
        """The source line with a caret line below it."""
        if not self.text:
            return ""
        stop = self.end_col if self.end_line == self.line else len(self.text)
        carets = "^" * max(1, stop - self.col)
        pad = "".join(c if c == "\t" else " " for c in self.text[: self.col])
        return f"    {self.text}\n    {pad}{carets}"

    @property
    def snippet(self) -> str:
        """The source line without its indentation."""
        return self.text.strip()
