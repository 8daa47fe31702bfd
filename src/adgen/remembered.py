"""Derivatives kept on disk as text: a second process finds them instead of deriving anew.

What is kept is found by everything that is known ahead: the text of the function's file and
its code, the types of the arguments, what is wanted, the versions and the files of adgen.  What
a derivation reads of the living program beyond that (globals, functions that it inlines) is
known after it only: it is noted with what is kept, and must mean the same when that is found.

Nothing is kept where any of this is more than plain functions of modules, numbers and what
NumPy, SciPy and Python hold: closures, objects, captured arrays, containers other than
arguments.  A file that is damaged counts as none; one that many processes write is whatever one
of them has written.
"""

from __future__ import annotations

import functools
import hashlib
import linecache
import os
import pickle
import platform
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from adgen.runtime import loader
from adgen.runtime.cache_directory import private_directory, read_sealed, write_sealed
from adgen.transpiler import optimisations, surroundings
from adgen.transpiler.ir.trees import DICT, LIST, Node, parts_of
from adgen.transpiler.ir.types import Scalar, Static
from adgen.transpiler.signature import Argument
from adgen.transpiler.surroundings import Reading
from adgen.version import __version__

if TYPE_CHECKING:
    from adgen.transpiler.requests import Compiled

_LIBRARIES = ("builtins", "math", "numpy", "scipy")
ENDING = ".derived"
_NUMBERS = (bool, int, float, str, type(None))


@dataclass(frozen=True, slots=True)
class _Note:
    """A name of a module that was read, and what it meant."""

    module: str
    name: str
    meaning: str


def recall_or_derive(
    function: Any,
    arguments: Mapping[str, Argument],
    wanted: Sequence[str],
    derive: Callable[[], Compiled],
) -> Compiled:
    """What ``derive`` makes of a function, from disk if it is there.

    ``wanted``: all that decides it beside the function, the arguments and what it reads.
    """
    path = _path(function, arguments, wanted) if optimisations.all_enabled() else None
    if path is None:
        return derive()
    found = _recall(path)
    if found is None:
        with surroundings.observed_readings() as readings:
            found = derive()
        _keep(path, readings, found)
    return found


def _recall(path: Path) -> Compiled | None:
    try:
        notes, compiled = pickle.loads(read_sealed(path))
        if not all(_still_means(note) for note in notes):
            return None
    except Exception:  # unpickling a damaged file may raise anything
        return None
    found: Compiled = compiled
    return found


def _keep(path: Path, readings: Sequence[Reading], compiled: Compiled) -> None:
    if (
        compiled.captures
        or compiled.classes
        or compiled.outside
        or compiled.updates
        or not _is_plain(compiled.structure)
    ):
        return
    notes = {_note(reading) for reading in readings}
    if None in notes:
        return
    ordered = sorted(notes, key=repr)
    try:
        write_sealed(path, pickle.dumps((ordered, compiled)))
    except (OSError, pickle.PicklingError, TypeError, AttributeError):
        return  # no place to write to, or nothing to be written


def _is_plain(structure: Any) -> bool:
    return structure is None or (type(structure) is tuple and all(map(_is_plain, structure)))


# The name of the file


def _path(function: Any, arguments: Mapping[str, Argument], wanted: Sequence[str]) -> Path | None:
    plain = all(map(_is_described, arguments.values()))
    facts = _function(function) if plain and type(function) is FunctionType else None
    if facts is None:
        return None
    every = [facts, repr(list(arguments.items())), *wanted, _compiler()]
    digest = hashlib.sha256("\0".join(every).encode()).hexdigest()[: loader.DIGITS]
    directory = private_directory()
    return None if directory is None else directory / f"{digest}{ENDING}"


def _is_described(argument: Argument) -> bool:
    """Whether the text of a description says all of it."""
    if isinstance(argument, Static):
        return type(argument.value) in _NUMBERS
    parts = parts_of(argument)
    if parts is None:
        return isinstance(argument, Scalar) or getattr(argument, "layout", None) is None
    if isinstance(argument, Node):
        if argument.kind not in (LIST, DICT) or any(type(k) not in _NUMBERS for k in argument.keys):
            return False
    return all(map(_is_described, parts))


@functools.cache
def _compiler() -> str:
    """Versions, and sizes and times of adgen's own files, which may be edited in place."""
    root = Path(__file__).parent
    files = []
    for folder, _, names in os.walk(root, followlinks=True):
        for name in names:
            if name.endswith(".py"):
                stat = os.stat(os.path.join(folder, name))
                files.append(f"{folder[len(str(root)) :]}/{name} {stat.st_size} {stat.st_mtime_ns}")
    versions = [__version__, platform.python_version(), np.__version__]
    return "\n".join([*versions, *sorted(files)])


# What things mean


def _note(reading: Reading) -> _Note | None:
    module = _module_of(reading.table)
    meaning = None if module is None else _meaning(reading.value)
    return None if module is None or meaning is None else _Note(module, reading.name, meaning)


def _module_of(table: Any) -> str | None:
    """The name of the module whose globals a table is."""
    name = table.get("__name__") if type(table) is dict else None
    module = sys.modules.get(name) if isinstance(name, str) else None
    return name if module is not None and vars(module) is table else None


def _still_means(note: _Note) -> bool:
    module = sys.modules.get(note.module)
    if module is None or note.name not in vars(module):
        return False
    return _meaning(surroundings.read(vars(module), note.name)) == note.meaning


def _meaning(value: Any) -> str | None:
    """A text that says all of a value that a derivation may depend on, or None."""
    if type(value) in _NUMBERS:
        return f"{type(value).__name__} {value!r}"
    if isinstance(value, ModuleType):
        return _meaning_of_module(value)
    library = _name_in_library(value)
    if library is not None:
        return f"library {library}"
    return _function(value) if type(value) is FunctionType else None


def _meaning_of_module(module: ModuleType) -> str | None:
    if sys.modules.get(module.__name__) is not module:
        return None
    computes = type(module) is not ModuleType or "__getattr__" in vars(module)
    if computes and _root(module.__name__) not in _LIBRARIES:
        return None  # what it holds is not all in its globals
    return f"module {module.__name__} {_version(module.__name__)}"


def _name_in_library(value: Any) -> str | None:
    """Where NumPy, SciPy or Python itself hold a function or a type, and which version."""
    name = getattr(value, "__name__", None)
    if not isinstance(name, str) or not callable(value):
        return None
    modules = [getattr(value, "__module__", None), "numpy", "scipy.special"]
    for module in modules:
        if isinstance(module, str) and _root(module) in _LIBRARIES:
            loaded = sys.modules.get(module)
            if loaded is not None and vars(loaded).get(name) is value:
                return f"{module}.{name} {_version(module)}"
    return None


def _root(module: str) -> str:
    return module.partition(".")[0]


def _version(module: str) -> str:
    return str(getattr(sys.modules.get(_root(module)), "__version__", ""))


def _function(function: FunctionType) -> str | None:
    """All of a plain function of a module: the text of its file, its code, its defaults.

    None for closures, wrappers, functions of another module's globals, and where there is no
    text.  Names that are no globals mean Python's own: which are globals is part of it.
    """
    if function.__closure__ or function.__dict__.keys() & {"__wrapped__", "py_func"}:
        return None
    module = _module_of(function.__globals__)
    if module is None or _has_entry(function):
        return None
    defaults = [*(function.__defaults__ or ()), *sorted((function.__kwdefaults__ or {}).items())]
    flat = [part for one in defaults for part in (one if type(one) is tuple else (one,))]
    if not all(type(part) in _NUMBERS for part in flat):
        return None
    code = function.__code__
    linecache.checkcache(code.co_filename)
    text = "".join(linecache.getlines(code.co_filename, function.__globals__))
    if not text:
        return None
    names = sorted({n for c in _codes(code) for n in c.co_names if n in function.__globals__})
    facts = [module, code.co_filename, text, repr(defaults), repr(names), *map(_code, _codes(code))]
    return f"function {hashlib.sha256(chr(0).join(facts).encode()).hexdigest()}"


def _has_entry(function: FunctionType) -> bool:
    """Whether the table of primitives, if it is there, says what the function means."""
    table = sys.modules.get("adgen.transpiler.primitives.table")
    return table is not None and table.is_entered(function)


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _code(code: CodeType) -> str:
    constants = [c for c in code.co_consts if not isinstance(c, (CodeType, frozenset))]
    facts = (
        code.co_qualname, code.co_firstlineno, code.co_code, code.co_names, code.co_varnames,
        code.co_flags, list(map(repr, constants)),
    )  # fmt: skip
    return repr(facts)
