"""Places in source text."""

from __future__ import annotations

from dataclasses import dataclass

LONGEST = 160  # characters of a line that are shown


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
        """The source line with a caret line below it; of a very long line what is around them."""
        if not self.text:
            return ""
        stop = self.end_col if self.end_line == self.line else len(self.text)
        text, col = self.text, self.col
        if len(text) > LONGEST:
            first = max(0, col - LONGEST // 4)
            text, col = text[first : first + LONGEST], col - first
            stop = min(stop - first, len(text))
            before, after = "… " if first else "", " …" if first + LONGEST < len(self.text) else ""
            text, col, stop = f"{before}{text}{after}", col + len(before), stop + len(before)
        pad = "".join(c if c == "\t" else " " for c in text[:col])
        return f"    {text}\n    {pad}{'^' * max(1, stop - col)}"

    @property
    def snippet(self) -> str:
        """The source line without its indentation."""
        return self.text.strip()
