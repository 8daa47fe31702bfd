"""What the shell completes: files, functions of a file, stages.

bash takes colons for a word of their own: ``f.py::lo`` arrives as ``f.py``, ``::`` and ``lo``, and
what is offered replaces ``lo`` alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, MutableMapping
from pathlib import Path

from adgen.listing import STAGES
from adgen.transpiler.errors import AdgenError

_file = ""  # the file whose functions are asked for, where the shell has cut it off


def join_words(environment: MutableMapping[str, str] = os.environ) -> None:
    """Where bash asks for functions of a file, let the word be the function alone."""
    global _file
    if environment.get("_ADGEN_COMPLETE") != "complete_bash":
        return
    words, at = environment["COMP_WORDS"].split("\n"), int(environment["COMP_CWORD"])
    start = at if words[at:] == ["::"] else at - 1  # where the colons stand
    if start < 1 or words[start : start + 1] != ["::"]:
        return
    _file = words[start - 1]
    words[start - 1 :] = words[at:] if start < at else []
    environment["COMP_WORDS"], environment["COMP_CWORD"] = "\n".join(words), str(start - 1)


def targets(incomplete: str) -> Iterator[str]:
    """Python files, and behind ``FILE::`` the functions of that file, which is only read."""
    file, behind, _ = incomplete.partition("::")
    if _file:
        yield from _functions(_file)
    elif behind:
        yield from (f"{file}::{name}" for name in _functions(file))
    else:
        head = Path(file)
        folder, start = (head, "") if file.endswith("/") else (head.parent, head.name)
        for path in sorted(folder.iterdir()) if folder.is_dir() else []:
            if path.name.startswith(start) and (path.is_dir() or path.suffix == ".py"):
                yield f"{path.as_posix()}/" if path.is_dir() else path.as_posix()


def _functions(file: str) -> list[str]:
    from adgen.transpiler.static_module import read_module

    try:
        return list(read_module(file).functions)
    except AdgenError:
        return []


def stages(incomplete: str) -> list[str]:
    """The stages that ``show`` can print."""
    return [stage for stage in STAGES if stage.startswith(incomplete)]
