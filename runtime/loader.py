"""Generated modules as real files, named by their content, in a cache directory of the user.

So Numba's disk cache, tracebacks, pdb and ``inspect`` work on them, and the next
process starts warm.  Where no file can be written, ``linecache`` holds the text.
"""

from __future__ import annotations

import hashlib
import importlib.abc
import importlib.util
import linecache
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

from adgen.runtime.cache_directory import private_directory, replace_file

DIGITS = 24  # of the content hash that names a file
NAME = re.compile(rf"adgen_\w+_[0-9a-f]{{{DIGITS}}}")


@dataclass(frozen=True)
class Loaded:
    """A generated module; ``on_disk`` says whether Numba may cache beside it."""

    module: ModuleType
    on_disk: bool


def load(text: str, label: str, key: Iterable[str] = ()) -> Loaded:
    """Run the text of a generated module.

    ``label`` makes the file name readable.  ``key`` is what else decides the machine
    code: argument types, versions, options; two keys never share a file.
    """
    digest = hashlib.sha256("\0".join([text, *key]).encode()).hexdigest()[:DIGITS]
    name = f"adgen_{re.sub(r'[^A-Za-z0-9_]', '', label) or 'function'}_{digest}"
    path = _written(name, text)
    if path is None:
        file = f"<{name}>"
        # an entry without a time stamp survives linecache.checkcache
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    else:
        file = str(path)
    return Loaded(_run(name, text, file), path is not None)


def _written(name: str, text: str) -> Path | None:
    """The file that holds exactly this text, or None when there can be none."""
    directory = private_directory()
    if directory is None:
        return None
    path = directory / f"{name}.py"
    if not _holds(path, text):
        try:
            replace_file(path, text.encode())
        except OSError:  # read-only or full
            return None
    return path


def _holds(path: Path, text: str) -> bool:
    try:
        return path.read_bytes() == text.encode()
    except OSError:
        return False


def _run(name: str, text: str, file: str) -> ModuleType:
    """A fresh module made from the text itself: no stale bytecode can come between."""
    spec = importlib.util.spec_from_loader(name, loader=None, origin=file)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    module.__file__ = file
    sys.modules[name] = module  # Numba pickles references to what is defined here
    exec(compile(text, file, "exec"), module.__dict__)
    return module


class _Finder(importlib.abc.MetaPathFinder):
    """Imports generated modules by name.

    Numba does so when it reads, from its disk cache, a function of the user's that calls one
    of ours: before anything of ours has been called.
    """

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The file in the cache directory, or an empty module where there is none."""
        if not NAME.fullmatch(fullname):
            return None
        _make_symbols_known()
        directory = private_directory()
        file = directory / f"{fullname}.py" if directory else None
        if file is not None and file.exists():
            return importlib.util.spec_from_file_location(fullname, file)
        return ModuleSpec(fullname, _Empty())


class _Empty(importlib.abc.Loader):
    """Loads nothing: machine code in a cache needs a module's name, not what is in it."""

    def exec_module(self, module: ModuleType) -> None:
        """Leave the module empty."""


def _make_symbols_known() -> None:
    """Those that machine code of generated modules may name, wherever it was compiled."""
    from adgen.runtime.vector_stand_ins import stand_in

    stand_in()


sys.meta_path.append(_Finder())
