"""Names that emitted code may not give to a variable."""

from __future__ import annotations

import builtins
import keyword
import re

from adgen.transpiler.emit import kernels, vector_forms

PLAIN_MODULES = ("logging", "math", "sys", "warnings")  # imported by their own names
MODULES = (
    frozenset({"np", *PLAIN_MODULES, "special", "linalg", "lapack", vector_forms.MODULE})
    | kernels.NAMES
)
_BUILTINS = frozenset(dir(builtins))
_CALLED = frozenset(
    {"abs", "bool", "float", "int", "len", "max", "min", "print", "range", "round", "sum"}
) | {name for name in _BUILTINS if name.endswith("Error")}


def local_name(name: str) -> str:
    """The name itself, or with an underscore if it would shadow a builtin, keyword or module."""
    name = _identifier(name)
    taken = name in _BUILTINS or name in MODULES or keyword.iskeyword(name)
    return f"{name}_" if taken else name


def parameter_name(name: str) -> str:
    """A parameter keeps its name unless emitted code could call a builtin of that name."""
    name = _identifier(name)
    taken = name in _CALLED or name in MODULES or keyword.iskeyword(name)
    return f"{name}_" if taken else name


def _identifier(name: str) -> str:
    name = re.sub(r"\W", "_", name)
    return f"_{name}" if name[:1].isdigit() else name
