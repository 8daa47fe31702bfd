"""What kind of source is emitted."""

from __future__ import annotations

from dataclasses import dataclass

WIDTH = 88


@dataclass(frozen=True, slots=True)
class Style:
    """``numba``: exactly what Numba is given; otherwise what people read and CPython runs.

    ``vector_math``: Numba is given elementary functions that it may vectorise.
    ``forgiving``: in derivatives, numbers are divided by zero as NumPy does; nothing is printed,
    for it is run after a run that has printed.
    """

    numba: bool = False
    vector_math: bool = True
    forgiving: bool = False
