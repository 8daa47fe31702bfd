"""What a program does beside its computation: bars of progress, clocks, log records."""

from __future__ import annotations

import logging
import time
from types import FunctionType
from typing import Any, NoReturn

from adgen.transpiler.dialects import is_object_mode, plain_container
from adgen.transpiler.errors import UnsupportedSyntax
from adgen.transpiler.frontend.bindings import Binding, ManagerOf, Static
from adgen.transpiler.frontend.context import Context
from adgen.transpiler.frontend.dispatch import Call, known
from adgen.transpiler.frontend.instances import make
from adgen.transpiler.frontend.library_calls import call_definition
from adgen.transpiler.frontend.objects import called
from adgen.transpiler.frontend.printing import say
from adgen.transpiler.ir.voices import Logged
from adgen.transpiler.library import progress
from adgen.transpiler.surroundings import own_attribute


def of_bystander(
    cx: Context, node: Any, callee: Any, args: tuple[Binding, ...], kwargs: dict[str, Binding]
) -> Binding | None:
    """What a call of ``tqdm``, of ``logging`` or of Numba gives; None for all else."""
    plain = plain_container(callee)
    if plain is not None:
        return called(cx, node, Static(plain), *args, **kwargs)
    if is_object_mode(callee):
        return ManagerOf(Static(None))  # its types of results are what the block makes anyway
    module = str(getattr(callee, "__module__", "")).partition(".")[0]
    if module == "tqdm" and isinstance(callee, type) and _is_bar(callee):
        return make(cx, node, progress.tqdm, args, kwargs)
    if not isinstance(callee, FunctionType):
        return None
    if module == "tqdm" and callee.__name__ in ("trange", "tnrange"):
        return call_definition(cx, node, progress.trange, args, kwargs)
    if module == "logging":
        return _of_logging(cx, node, callee, args, kwargs)
    return None


def _is_bar(cls: type) -> bool:
    return any(base.__module__ == "tqdm.std" and base.__name__ == "tqdm" for base in cls.__mro__)


_LEVELS = {
    "debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING,
    "warn": logging.WARNING, "error": logging.ERROR, "exception": logging.ERROR,
    "critical": logging.CRITICAL, "fatal": logging.CRITICAL,
}  # fmt: skip


def _of_logging(
    cx: Context, node: Any, callee: FunctionType, args: tuple[Binding, ...],
    kwargs: dict[str, Binding],
) -> Binding:  # fmt: skip
    """Nothing where a record is below the level of its logger, else an effect as a print is."""
    if callee is logging.getLogger and all(_is_text(arg) for arg in args):
        return Static(logging.getLogger(*(arg.value for arg in args)))
    of_class = callee.__qualname__.startswith("Logger.")
    logger = getattr(args[0], "value", None) if of_class and args else logging.root
    rest = args[1:] if of_class else args
    takes_level = callee.__name__ in ("log", "isEnabledFor")
    level = rest[0] if takes_level and rest else _LEVELS.get(callee.__name__)
    if _is_known(logger) and type(level) is int:
        enabled = _enabled(logger, level)
        if callee.__name__ == "isEnabledFor":
            return enabled
        # the functions of the module set up a handler where there is none
        if not enabled and (of_class or own_attribute(logger, "handlers")):
            return Static(None)
        if callee.__name__ != "exception" and not kwargs.keys() - {"stacklevel"}:
            say(cx, node, rest, voice=Logged(callee.__name__, _name_of(logger, of_class)))
            return Static(None)
    cx.refuse(
        UnsupportedSyntax, f"`{callee.__qualname__}` of `logging` is not compiled", node,
        "log around the call of the function, or the text alone: log.info('x is %s', x)",
    )  # fmt: skip


def _is_known(logger: Any) -> bool:
    """Whether a logger is one of Python's own classes, which ``getLogger`` finds by its name."""
    if logger is logging.root:
        return True
    return type(logger) is logging.Logger and logging.getLogger(logger.name) is logger


def _name_of(logger: Any, of_class: bool) -> str | None:
    """What ``Logged`` names it by."""
    if not of_class:
        return None
    return "" if logger is logging.root else str(logger.name)


def _is_text(binding: Binding) -> bool:
    return isinstance(binding, Static) and isinstance(binding.value, str)


def _enabled(logger: Any, level: int) -> bool:
    """``logger.isEnabledFor(level)``; what it reads is watched."""
    disabled: Any = own_attribute(logging.Logger.manager, "_disable")
    if own_attribute(logger, "disabled") or disabled >= level:
        return False
    while logger is not None:
        own: Any = own_attribute(logger, "level")
        if own:
            return bool(level >= own)
        logger = own_attribute(logger, "parent")
    return True


@known(
    time.perf_counter, time.time, time.monotonic, time.process_time, time.thread_time,
    time.perf_counter_ns, time.time_ns, time.monotonic_ns, time.process_time_ns,
)  # fmt: skip
def _clock(cx: Context, call: Call) -> NoReturn:
    cx.refuse(UnsupportedSyntax, f"the clock is read: `time.{call.function}`", call.node,
              "measure around the call of the function")  # fmt: skip


@known(time.sleep)
def _sleep(cx: Context, call: Call) -> NoReturn:
    cx.refuse(UnsupportedSyntax, "`time.sleep` is not compiled", call.node,
              "wait around the call of the function")  # fmt: skip
