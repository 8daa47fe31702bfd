"""From the text of a generated module to functions that Numba has compiled."""

from __future__ import annotations

import contextlib
import functools
import gc
import importlib
import platform
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np

from adgen.runtime import vector_functions
from adgen.runtime.loader import Loaded, load
from adgen.runtime.streams import Stream

# The part of fast maths that keeps NaN and infinity what they are.
SAFE_FASTMATH = frozenset({"reassoc", "contract", "arcp", "nsz", "afn"})


# Later versions of Numba compile by their own passes, which takes longer and gives the same.
NEWEST_KNOWN = (0, 68)

# Numba makes no way to a function from outside, which costs more than some functions.
_NEVER_CALLED: dict[str, Any] = {"no_cpython_wrapper": True}


class CompilationFailed(RuntimeError):
    """Numba does not compile a generated module; the message is Numba's."""


@dataclass(frozen=True)
class Options:
    """What the user may choose about compilation."""

    fastmath: bool = False
    boundscheck: bool = False
    vector_math: bool = True

    def flags(self) -> list[str]:
        """What LLVM may assume of all floating-point instructions."""
        return sorted(SAFE_FASTMATH) if self.fastmath else []

    def key(self) -> str:
        """The part of the content hash that the options decide."""
        chosen = f"fastmath={self.flags()} boundscheck={self.boundscheck}"
        return f"{chosen} {vector_functions.description()}" if self.vector_math else chosen


def versions(adgen: str) -> str:
    """All versions that decide machine code."""
    import numba

    python = platform.python_version()
    listed = f"adgen {adgen} numba {numba.__version__} numpy {np.__version__} python {python}"
    return f"{listed}\n{_own_files()}"


@functools.cache
def _own_files() -> str:
    """Sizes and times of the files that lower generated code, which may be edited in place."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    return " ".join(f"{f.name} {f.stat().st_size} {f.stat().st_mtime_ns}" for f in files)


def _pipeline() -> dict[str, Any]:
    """The short way through Numba, for the versions whose insides are known."""
    import numba

    major, minor = map(int, numba.__version__.split(".")[:2])
    if (major, minor) > NEWEST_KNOWN:
        return {}
    from adgen.runtime.pipeline import Pipeline

    return {"pipeline_class": Pipeline}


@contextlib.contextmanager
def compiler_lock() -> Iterator[None]:
    """Numba's own lock: one for both, for a lock of ours could wait for it in a circle."""
    from numba.core.compiler_lock import global_compiler_lock

    with global_compiler_lock:
        try:
            yield
        except Exception:
            raise
        except BaseException:
            _give_up_llvm()
            raise


def _give_up_llvm() -> None:
    """Release LLVM's lock where Ctrl-C has kept llvmlite from it: other threads wait for it."""
    from llvmlite.binding import ffi

    lock = getattr(getattr(ffi.lib, "_lock", None), "_lock", None)
    while lock is not None and lock._is_owned():
        lock.release()


def plain_functions(text: str, label: str, names: Sequence[str]) -> list[Callable[..., Any]]:
    """The functions of a generated module, run by CPython."""
    module = load(text, label).module
    return [getattr(module, name) for name in names]


@dataclass(frozen=True)
class Jitted:
    """The functions of a generated module, behind Numba dispatchers."""

    loaded: Loaded
    names: tuple[str, ...]
    options: Options

    def dispatchers(self, cache: bool) -> list[Any]:
        """Fresh dispatchers; they replace the plain functions in the module."""
        import numba

        module = self.loaded.module
        settings: dict[str, Any] = {
            **_pipeline(),
            "error_model": "numpy",
            "nogil": True,
            "boundscheck": self.options.boundscheck,
            "fastmath": set(self.options.flags()) or False,
            "no_cfunc_wrapper": True,  # no generated function is passed on as a C function
        }
        made = {}
        for name, plain in self._functions().items():
            if name not in self.names:  # only called by the others, which hold its machine code
                made[name] = numba.njit(**settings, **_NEVER_CALLED)(plain)
                continue
            made[name] = numba.njit(**settings)(plain)
            if cache:
                _keep_machine_code(made[name])
        vars(module).update(made)
        return [made[name] for name in self.names]

    def _functions(self) -> dict[str, FunctionType]:
        """The plain functions that the module defines."""
        module = self.loaded.module
        plain = {name: getattr(x, "py_func", x) for name, x in vars(module).items()}
        return {
            name: function
            for name, function in plain.items()
            if isinstance(function, FunctionType) and function.__module__ == module.__name__
        }


def _keep_machine_code(dispatcher: Any) -> None:
    """Have a dispatcher look on disk, and leave there what it compiles."""
    from adgen.runtime.machine_code_cache import MachineCodeCache

    with contextlib.suppress(RuntimeError, AttributeError):  # no directory; NUMBA_DISABLE_JIT
        dispatcher._cache = MachineCodeCache(dispatcher.py_func)


def load_for_numba(
    text: str, label: str, names: Sequence[str], key: Iterable[str], options: Options
) -> Jitted:
    """Load a generated module for compilation; ``key`` must hold types and versions."""
    return Jitted(load(text, label, [*key, options.key()]), tuple(names), options)


def compile_functions(
    text: str,
    label: str,
    names: Sequence[str],
    arguments: Sequence[Any],
    version: str,
    options: Options,
) -> list[Any]:
    """Dispatchers of a generated module, the first one compiled for these arguments.

    ``version`` is the one of adgen.  A damaged disk cache is thrown away and compiled anew.
    Raises CompilationFailed.
    """
    import numba
    from numba.core.errors import NumbaError

    if any(isinstance(argument, Stream) for argument in arguments):
        importlib.import_module("adgen.runtime.draws")  # it tells Numba what they are
    types = tuple(numba.typeof(argument) for argument in arguments)
    wanted = text, tuple(names), types, version, options
    if wanted in _kept:
        return _kept[wanted]
    jitted = load_for_numba(text, label, names, [repr(types), versions(version)], options)
    attempts = (True, True, False) if jitted.loaded.on_disk else (False,)
    for cache in attempts:
        dispatchers = jitted.dispatchers(cache)
        if not hasattr(dispatchers[0], "compile"):  # NUMBA_DISABLE_JIT
            break
        try:
            dispatchers[0].compile(types)
            break
        except NumbaError as error:
            raise CompilationFailed(str(error)) from error
        except Exception:  # unpickling a damaged file may raise anything
            if not cache:
                raise
            _forget(jitted)
    _kept[wanted] = dispatchers
    return dispatchers


@contextlib.contextmanager
def collector_paused() -> Iterator[None]:
    """Compilers make objects by the million: looking for cycles among them costs a tenth."""
    enabled = gc.isenabled()
    try:  # from here on: Ctrl-C may come at any moment
        gc.disable()
        yield
    finally:
        if enabled:
            gc.enable()


# What has been compiled in this process: closures that are made again and again, as in
# `grad(lambda w: loss(w, batch))(w)`, share one machine code.  Guarded by `compiler_lock`.
_kept: dict[tuple[Any, ...], list[Any]] = {}


def _forget(jitted: Jitted) -> None:
    """Delete the machine code that is kept of a module."""
    from adgen.runtime.machine_code_cache import ENDING

    path = Path(str(jitted.loaded.module.__file__))
    for file in (path.parent / "__pycache__").glob(f"{path.stem}.*{ENDING}"):
        with contextlib.suppress(OSError):
            file.unlink()
