"""Machine code of generated functions on disk, each specialisation in one sealed file.

Numba's own cache keeps an index beside its data, two files that processes writing at the same
time can bring out of step, and unpickles both as they are.  Here a file is named by everything
that Numba would look up in the index, and is read only if it is what was written.
"""

from __future__ import annotations

import contextlib
import hashlib
import pickle
from pathlib import Path
from types import FunctionType
from typing import Any

import numba
from numba.core.caching import FunctionCache
from numba.core.serialize import dumps

from adgen.runtime.cache_directory import read_sealed, write_sealed

_DIGITS = 16  # of the hash of a signature and the processor it was compiled for
ENDING = ".code"


class MachineCodeCache(FunctionCache):  # type: ignore[misc]
    """What a dispatcher of Numba asks for machine code: beside the file of the function.

    Raises RuntimeError where Numba can write nothing.
    """

    def __init__(self, function: FunctionType) -> None:
        super().__init__(function)
        directory = Path(function.__code__.co_filename).parent / "__pycache__"
        self._cache_path = str(directory)
        self._cache_file = _Files(directory, self._impl.filename_base)


class _Files:
    """The files of one function, in the place of Numba's index and data files."""

    def __init__(self, directory: Path, base: str) -> None:
        self._directory = directory
        self._base = base

    def _path(self, key: Any) -> tuple[Path, str]:
        described = repr((numba.__version__, key))
        digest = hashlib.sha256(described.encode()).hexdigest()[:_DIGITS]
        return self._directory / f"{self._base}.{digest}{ENDING}", described

    def load(self, key: Any) -> Any:
        """What was saved for a key, or None."""
        path, described = self._path(key)
        try:
            found, data = pickle.loads(read_sealed(path))
        except OSError:  # none, damaged, or deleted by another process
            return None
        return data if found == described else None

    def save(self, key: Any, data: Any) -> None:
        """Keep the data of a key, if there is a place for it."""
        path, described = self._path(key)
        with contextlib.suppress(OSError):  # full, or deleted while in use
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_sealed(path, dumps((described, data)))

    def flush(self) -> None:
        """Delete what is kept of the function."""
        for path in self._directory.glob(f"{self._base}.*{ENDING}"):
            with contextlib.suppress(OSError):
                path.unlink()
