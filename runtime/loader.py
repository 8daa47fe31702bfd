"""Generated modules as real files, named by their content, in a cache directory of the user.

So Numba's disk cache, tracebacks, pdb and ``inspect`` work on them, and the next
process starts warm.  Where no file can be written, ``linecache`` holds the text.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.abc
import importlib.util
import linecache
import os
import re
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

DIGITS = 24  # of the content hash that names a file
NAME = re.compile(rf"adgen_\w+_[0-9a-f]{{{DIGITS}}}")


@dataclass(frozen=True)
class Loaded:
    """A generated module; ``on_disk`` says whether Numba may cache beside it."""

    module: ModuleType
    on_disk: bool


def cache_directory() -> Path:
    """``ADGEN_CACHE_DIR``, else the platform's cache directory of the user."""
    given = os.environ.get("ADGEN_CACHE_DIR")
    if given:
        return Path(given).expanduser()
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return (Path(local) if local else Path.home() / "AppData" / "Local") / "adgen" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "adgen"
    xdg = os.environ.get("XDG_CACHE_HOME")
    return (Path(xdg) if xdg else Path.home() / ".cache") / "adgen"


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
    try:
        directory = cache_directory()
        path = directory / f"{name}.py"
        if _holds(path, text):
            return path
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_file(path, text.encode())
    except (OSError, RuntimeError):  # read-only, full or no disk; no home directory
        return None
    return path


def _holds(path: Path, text: str) -> bool:
    try:
        return path.read_bytes() == text.encode()
    except OSError:
        return False


def replace_file(path: Path, content: bytes) -> None:
    """Write a file at once, so that other processes see all of it or nothing."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        os.replace(temporary, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


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
        with contextlib.suppress(OSError, RuntimeError):
            file = cache_directory() / f"{fullname}.py"
            if file.exists():
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
