"""Loops cut into as many chunks as they have iterations, run in a shuffled order by CPython.

Fresh memory is full of what nothing may be computed from.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import numpy as np

from adgen.runtime import chunk_memory, memory, threads


@contextlib.contextmanager
def in_many_chunks() -> Iterator[list[int]]:
    """Modules that are loaded meanwhile run so; the numbers of chunks of the loops they run."""
    counts: list[int] = []

    def full_of_nan(*extents: Any) -> Any:
        dtype = extents[-1] if isinstance(extents[-1], type) else np.float64
        shape = tuple(extent for extent in extents if not isinstance(extent, type))
        return np.full(shape, np.nan if np.dtype(dtype).kind == "f" else 77, dtype)

    def shuffled(function: Callable[..., None], count: int, arguments: tuple[object, ...]) -> None:
        counts.append(count)
        for chunk in random.Random(0).sample(range(count), count):
            function(chunk, *arguments)

    with (
        mock.patch.object(threads, "chunk_count", lambda trips, *_: max(1, min(64, trips))),
        mock.patch.object(threads, "on_threads", shuffled),
        mock.patch.object(
            chunk_memory,
            "sum_parts",
            lambda array, count: full_of_nan(count - 1, *array.shape, array.dtype.type),
        ),
        mock.patch.object(
            chunk_memory, "scratch_like", lambda array: full_of_nan(*array.shape, array.dtype.type)
        ),
        mock.patch.object(memory, "empty_1d", full_of_nan),
        mock.patch.object(memory, "empty_2d", full_of_nan),
        mock.patch.object(memory, "empty_3d", full_of_nan),
    ):
        yield counts
