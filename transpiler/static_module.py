"""Reads a Python file without running it.

Imports of NumPy and ``math``, constants and functions of the module get their
meaning; every other name is MISSING, with the reason.
"""

from __future__ import annotations

import ast
import contextlib
import io
import tokenize
import warnings
from pathlib import Path

from adgen.transpiler.errors import AdgenError, SourceNotFound
from adgen.transpiler.span import Span
from adgen.transpiler.static_bindings import StaticModule
from adgen.transpiler.static_reader import Reader

LARGEST_FILE = 10_000_000  # bytes


def read_module(path: str | Path) -> StaticModule:
    """Read a file without running it.

    Raises SourceNotFound for a file that cannot be read, AdgenError with the place for one
    that is not Python.
    """
    file = str(path)
    try:
        _refuse_pipe(file)
        with open(file, "rb") as stream:
            content = stream.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            raise SourceNotFound(f"cannot read {file}: it is larger than {LARGEST_FILE} bytes")
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        text = io.TextIOWrapper(io.BytesIO(content), encoding).read()
    except SourceNotFound:
        raise
    except (OSError, SyntaxError, UnicodeError, LookupError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise SourceNotFound(f"cannot read {file}: {reason}") from error
    return read_text(text, file)


def _refuse_pipe(file: str) -> None:
    """Raise SourceNotFound for a named pipe, which may wait for its writer for ever.

    Those that the shell makes, ``<(command)``, have their writer.
    """
    if Path(file).is_fifo() and not file.startswith(("/dev/", "/proc/")):
        raise SourceNotFound(f"cannot read {file}: it is a pipe", hint="give it a file")


def read_text(text: str, file: str) -> StaticModule:
    """Like ``read_module``, for text that is at hand; ``file`` is shown in errors."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")  # as Python reads lines
    try:
        tree = _parsed(text, file)
    except (SyntaxError, ValueError) as error:
        place = _place(error, file)
        what = "this" if place else file
        raise AdgenError(f"{what} is not Python: {error_text(error)}", place) from error
    except (RecursionError, MemoryError) as error:  # Python's own parser gives up
        raise AdgenError(
            f"{file} is nested too deeply", hint="write it as several statements"
        ) from error
    reader = Reader(file, text.split("\n"))
    for statement in tree.body:
        reader.read(statement)
    reader.forget_globals(tree)
    return StaticModule(file, reader.functions)


def _parsed(text: str, file: str) -> ast.Module:
    """The tree of a text that Python would run: two parameters of one name do parse."""
    tree = ast.parse(text)
    # Python has less room for its own compiler than the front end takes: that is no answer.
    with warnings.catch_warnings(), contextlib.suppress(RecursionError, MemoryError):
        warnings.simplefilter("ignore")  # they are for who runs the file
        compile(tree, file, "exec", dont_inherit=True)
    return tree


def error_text(error: Exception) -> str:
    """The reason that a SyntaxError gives, without its place."""
    return error.msg if isinstance(error, SyntaxError) else str(error)


def _place(error: Exception, file: str) -> Span | None:
    if not isinstance(error, SyntaxError) or error.lineno is None:
        return None
    start = max(0, (error.offset or 1) - 1)
    end = (error.end_offset or 0) - 1
    line = (error.text or "").rstrip("\n")
    return Span(file, error.lineno, start, error.lineno, max(end, start + 1), line)
