"""The directory on disk where generated code and machine code are kept, and who may write to it.

What lies there is executed.  So it has to belong to the user who runs the program, and nobody
else may write to it: any other directory is left alone, with one warning, and nothing is kept.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import stat
import sys
import tempfile
import warnings
from pathlib import Path

_SEAL = 32  # bytes of a SHA-256 digest


class CacheWarning(UserWarning):
    """The cache directory is not used, and why."""


class Damaged(OSError):
    """A file of the cache does not hold what was written to it."""


def cache_directory() -> Path:
    """``ADGEN_CACHE_DIR``, else the platform's cache directory of the user.

    Raises RuntimeError where there is no home directory.
    """
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


def private_directory() -> Path | None:
    """The cache directory, made if it is not there; None if there can be none that is private."""
    try:
        directory = cache_directory()
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        reason = _reason_against(directory)
    except (OSError, RuntimeError):  # read-only, full or no disk; no home directory
        return None
    if reason is None:
        return directory
    _warn(str(directory), reason)
    return None


def _reason_against(directory: Path) -> str | None:
    """Why nothing in a directory may be executed, or None if it may."""
    if not hasattr(os, "getuid"):  # Windows: the user's own folders are private
        return None
    facts = directory.stat()
    if facts.st_uid != os.geteuid():
        return "it belongs to another user"
    if facts.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return "others may write to it; `chmod go-w` makes it private"
    return None


@functools.cache
def _warn(directory: str, reason: str) -> None:
    warnings.warn(
        f"the cache directory {directory} is not used: {reason}.  Compiled code is kept for "
        "this process only; ADGEN_CACHE_DIR names another directory",
        CacheWarning,
        stacklevel=2,
    )


def replace_file(path: Path, content: bytes) -> None:
    """Write a file at once, so that other processes see all of it or nothing.

    Raises OSError; then nothing is left behind.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        os.replace(temporary, path)
    except BaseException:  # Ctrl-C too
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def sealed(content: bytes) -> bytes:
    """Content with a seal before it, by which ``read_sealed`` knows that it is whole."""
    return hashlib.sha256(content).digest() + content


def write_sealed(path: Path, content: bytes) -> None:
    """Write a file for ``read_sealed``, at once."""
    replace_file(path, sealed(content))


def read_sealed(path: Path) -> bytes:
    """What ``write_sealed`` has written.  Raises Damaged, or OSError if there is no such file."""
    whole = path.read_bytes()
    content = whole[_SEAL:]
    if hashlib.sha256(content).digest() != whole[:_SEAL]:
        raise Damaged(f"{path} is damaged")
    return content
