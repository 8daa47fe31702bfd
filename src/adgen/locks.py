"""One compilation at a time, and none half done in a process that is forked."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Iterator
from typing import Any

from adgen.runtime import compile as numba_compile

plain_lock = threading.RLock()  # without Numba
_taken: list[Any] = []  # while a process is being forked


@contextlib.contextmanager
def compiling(jit: bool) -> Iterator[None]:
    """Hold the lock of compilations, which is Numba's own where Numba is used."""
    with numba_compile.compiler_lock() if jit else plain_lock:
        yield


def _before_fork() -> None:
    """Wait for compilations: the child would have their locks, and not the threads that hold them.

    Numba's lock comes first, for who holds it may ask for the other one.
    """
    numba = sys.modules.get("numba.core.compiler_lock")
    locks = [numba.global_compiler_lock] if numba is not None else []
    for lock in (*locks, plain_lock):
        lock.acquire()
        _taken.append(lock)


def _after_fork() -> None:
    """Give the locks up again, in both processes."""
    while _taken:
        _taken.pop().release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_fork, after_in_child=_after_fork, after_in_parent=_after_fork
    )
