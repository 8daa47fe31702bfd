"""What kind of source is emitted."""

from __future__ import annotations

from dataclasses import dataclass

WIDTH = 88


@dataclass(frozen=True, slots=True)
class Style:
    """``numba``: exactly what Numba is given; otherwise what people read and CPython runs."""

    numba: bool = False
