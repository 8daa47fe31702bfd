"""Text of files that may be anybody's, as it may be printed on a terminal."""

from __future__ import annotations

import unicodedata

KEPT = "\n\t"
# control characters, which move the cursor or change colours, and those that turn around the
# direction of what follows: both can make a reader see another text than there is
HIDING = ("Cc", "Cf", "Cs")


def visible(text: str) -> str:
    r"""The text, with characters that a terminal obeys rather than shows as escapes: ``\x1b``."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        c.encode("unicode_escape").decode()
        if unicodedata.category(c) in HIDING and c not in KEPT
        else c
        for c in text
    )
