"""The import direction of the house, enforced by parsing every import."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

_T = "adgen.transpiler"
_BASE = {
    f"{_T}.{name}" for name in ("span", "visible", "errors", "optimisations", "nesting", "watching")
}
_IR = _BASE | {f"{_T}.ir"}
_TABLE = _IR | {f"{_T}.primitives"}
# Finding and describing what is to be compiled.
_READING = {
    f"{_T}.{name}"
    for name in (
        "surroundings",
        "dialects",
        "user_primitives",
        "transforms",
        "definitions",
        "source",
    )
} | {
    f"{_T}.{name}"
    for name in ("constants", "static_bindings", "static_module", "static_reader", "static_rules")
}
_DESCRIBING = {
    f"{_T}.{name}"
    for name in ("guess", "guess_dicts", "guess_evidence", "guess_streams", "signature")
}
_ROOMS = {f"{_T}.{name}" for name in ("frontend", "passes", "autodiff", "emit")}

# room -> rooms that it may import besides itself; a module belongs to the longest prefix listed.
ALLOWED: dict[str, set[str]] = {
    _T: set(),
    f"{_T}.span": set(),
    f"{_T}.optimisations": set(),
    f"{_T}.watching": set(),
    f"{_T}.visible": set(),
    f"{_T}.errors": {f"{_T}.span", f"{_T}.visible"},
    f"{_T}.nesting": {f"{_T}.errors"},
    f"{_T}.ir": _BASE,
    # what rules name and generated code calls: plain functions of numbers
    f"{_T}.primitives": _IR | {"adgen.runtime.shape_derivatives"},
    **{room: _BASE | _READING for room in _READING},
    **{room: _IR | _READING | _DESCRIBING for room in _DESCRIBING},
    f"{_T}.library": set(),  # plain NumPy programs
    f"{_T}.frontend": _TABLE | _READING | {f"{_T}.library"},
    f"{_T}.passes": _TABLE,
    f"{_T}.autodiff": _TABLE,
    f"{_T}.emit": _TABLE,
    f"{_T}.requests": _IR,
    f"{_T}.compiler": _TABLE | _READING | _ROOMS | {f"{_T}.requests"},
    "adgen.runtime": {"adgen.runtime.shape_derivatives"},
    "adgen.runtime.shape_derivatives": set(),
}
ALLOWED["adgen"] = set(ALLOWED)
ALLOWED["adgen.cli"] = set(ALLOWED)
ALLOWED["adgen.__main__"] = {"adgen.cli"}  # `python -m adgen` is the command line

# third-party package -> the only places that may import it
OWNED_BY: dict[str, tuple[str, ...]] = {
    "gast": ("adgen.transpiler.frontend", "adgen.transpiler.emit"),
    "astor": ("adgen.transpiler.emit",),
    "numba": ("adgen.runtime",),
    "llvmlite": ("adgen.runtime",),
    "scipy": ("adgen.runtime", "adgen.transpiler.primitives", "adgen.transpiler.library"),
    "typer": ("adgen.cli",),
    "rich": ("adgen.cli",),
}


@cache
def modules() -> dict[str, Path]:
    """Every module of the package by its dotted name."""
    found = {}
    roots = [("adgen", ROOT / "src" / "adgen")]
    roots += [(f"adgen.{name}", ROOT / name) for name in ("transpiler", "runtime", "cli")]
    for prefix, folder in roots:
        files = folder.glob("*.py") if prefix == "adgen" else folder.rglob("*.py")
        for file in files:
            parts = file.relative_to(folder).with_suffix("").parts
            name = ".".join((prefix, *parts)).removesuffix(".__init__")
            found[name] = file
    return found


def room_of(module: str) -> str:
    """The room a module belongs to."""
    parts = module.split(".")
    while ".".join(parts) not in ALLOWED:
        parts.pop()
    return ".".join(parts)


def imports(file: Path, package: str) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything that a file imports, also inside functions."""
    known = modules()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                anchor = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*anchor, *filter(None, [base])])
            for alias in node.names:
                name = f"{base}.{alias.name}"
                yield node.lineno, name if name in known else base


def _package(module: str, file: Path) -> str:
    return module if file.name == "__init__.py" else module.rpartition(".")[0]


@pytest.mark.parametrize("module", sorted(modules()))
def test_imports_point_down(module: str) -> None:
    file = modules()[module]
    room = room_of(module)
    wrong = []
    for line, target in imports(file, _package(module, file)):
        where = f"{file.relative_to(ROOT)}:{line}"
        top = target.split(".")[0]
        if top in ("transpiler", "runtime", "cli"):
            wrong.append(f"{where}: import adgen.{target}, not {target}")
        elif top == "adgen":
            other = room_of(target)
            if other != room and other not in ALLOWED[room]:
                wrong.append(f"{where}: {room} may not import {other}")
        elif top in OWNED_BY and not any(module.startswith(o) for o in OWNED_BY[top]):
            wrong.append(f"{where}: only {', '.join(OWNED_BY[top])} may import {top}")
    assert not wrong, "\n".join(wrong)


def test_one_file_owns_astor() -> None:
    owners = [
        module
        for module, file in modules().items()
        if any(target.split(".")[0] == "astor" for _, target in imports(file, module))
    ]
    assert len(owners) <= 1, owners


def test_front_door_does_not_load_numba() -> None:
    """Numba costs half a second: it is imported when the first compilation needs it."""
    import subprocess
    import sys

    code = "import sys, adgen; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
