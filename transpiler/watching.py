"""Whoever wants to look on while passes run: a report shows what each of them changes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

Made = TypeVar("Made")
Watcher = Callable[[Callable[..., Any], Any, float], None]  # a pass, what it returns, seconds

_watcher: ContextVar[Watcher | None] = ContextVar("watcher", default=None)


def applied(improve: Callable[..., Made], *given: Any, **options: Any) -> Made:
    """``improve(*given, **options)``, of which the watcher is told."""
    watcher = _watcher.get()
    if watcher is None:
        return improve(*given, **options)
    start = time.perf_counter()
    made = improve(*given, **options)
    watcher(improve, made, time.perf_counter() - start)
    return made


@contextmanager
def watched(watcher: Watcher) -> Iterator[None]:
    """Tell ``watcher`` of every pass that runs meanwhile, in this thread."""
    token = _watcher.set(watcher)
    try:
        yield
    finally:
        _watcher.reset(token)
