"""What kind of source is emitted."""

from __future__ import annotations

from dataclasses import dataclass

WIDTH = 88


@dataclass(frozen=True, slots=True)
class Style:
    """``numba``: exactly what Numba is given; otherwise what people read and CPython runs.

    ``vector_math``: Numba is given elementary functions that it may vectorise.
    """

    numba: bool = False
    vector_math: bool = True
