"""Loops cut into as many chunks as they have iterations, run in a shuffled order by CPython."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator
from unittest import mock

from adgen.runtime import threads


@contextlib.contextmanager
def in_many_chunks() -> Iterator[list[int]]:
    """Modules that are loaded meanwhile run so; the numbers of chunks of the loops they run."""
    counts: list[int] = []

    def shuffled(function: Callable[..., None], count: int, arguments: tuple[object, ...]) -> None:
        counts.append(count)
        for chunk in random.Random(0).sample(range(count), count):
            function(chunk, *arguments)

    with (
        mock.patch.object(threads, "chunk_count", lambda trips, *_: max(1, min(64, trips))),
        mock.patch.object(threads, "on_threads", shuffled),
    ):
        yield counts
