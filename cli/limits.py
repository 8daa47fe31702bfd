"""Bounds on what a file may cost: none can keep the command line busy for ever.

Files that are read, not run, may be anybody's: what Python and adgen make of one takes processor
time and memory that its author decides.  Files that are run may have whatever memory there is;
their functions are called with arguments drawn at random, upon which some never return.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

from adgen.transpiler.errors import AdgenError
from adgen.transpiler.nesting import ROOM

SECONDS = 60  # of processor time
PATIENCE = 5  # times that many seconds by the clock count as well: whoever sleeps takes none
MEMORY = 4 << 30  # bytes of address space beyond what is taken already


class TooLong(BaseException):
    """Raised where the program is; not an Exception, which some compiler pass might catch."""


class OutOfTime(AdgenError):
    """What was to be done takes more processor time than it is given."""


@contextlib.contextmanager
def bounded(seconds: int = SECONDS, memory: int = MEMORY) -> Iterator[None]:
    """Let what is done inside take so much processor time and memory and no more.

    Raises AdgenError where that is not enough, and for a file that is nested so deeply that
    Python gives up.  On Windows only the depth is bounded.
    """
    try:
        with _limited(seconds, memory), ROOM:
            yield
    except TooLong:
        raise OutOfTime(
            f"this takes more than {seconds} seconds",
            hint="ask for one function, FILE::FUNCTION, or for more time, --seconds",
        ) from None
    except MemoryError:
        raise AdgenError(
            f"this takes more than {memory >> 30} GB of memory",
            hint="ask for one function: FILE::FUNCTION",
        ) from None
    except RecursionError:
        raise AdgenError(
            "the file is nested too deeply", hint="write it as several statements"
        ) from None


@contextlib.contextmanager
def running(what: str, seconds: int, called: bool = False) -> Iterator[None]:
    """Let what the user's file does take so much processor time and no more; else OutOfTime.

    ``called``: it is a function that is called with arguments of ours.
    """
    try:
        with _limited(seconds):
            yield
    except TooLong:
        raise OutOfTime(
            f"{what} takes more than {seconds} seconds",
            hint=('give arguments, --inputs "...", or' if called else "give it")
            + " more time: --seconds",
        ) from None


@contextlib.contextmanager
def _limited(seconds: int, memory: int = 0) -> Iterator[None]:
    """Soft limits, which are taken back; where Python does not listen, the process ends."""
    if sys.platform == "win32":
        yield
        return
    import resource

    def too_long(*_: Any) -> None:
        raise TooLong

    wanted = {resource.RLIMIT_CPU: int(time.process_time()) + 1 + seconds}
    taken = _taken()
    if taken and memory:
        wanted[resource.RLIMIT_AS] = taken + memory
    before = {kind: resource.getrlimit(kind) for kind in wanted}
    in_main = threading.current_thread() is threading.main_thread()
    signals = (signal.SIGXCPU, signal.SIGALRM) if in_main else ()
    handlers = {one: signal.signal(one, too_long) for one in signals}
    for kind, limit in wanted.items():
        soft, hard = before[kind]
        resource.setrlimit(kind, (limit if soft == resource.RLIM_INFINITY else soft, hard))
    if in_main:
        signal.setitimer(signal.ITIMER_REAL, PATIENCE * seconds)
    faulthandler.dump_traceback_later((PATIENCE + 1) * seconds, exit=True, file=2)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
        for kind, limits in before.items():
            resource.setrlimit(kind, limits)
        if in_main:
            signal.setitimer(signal.ITIMER_REAL, 0)
        for one, handler in handlers.items():
            signal.signal(one, handler)


def _taken() -> int:
    """Bytes of address space of this process, as far as the system tells."""
    try:
        with open("/proc/self/statm") as stream:
            return int(stream.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0
