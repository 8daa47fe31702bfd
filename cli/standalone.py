"""The text of a module that holds functions and their derivatives, and needs NumPy alone.

Each generated function is there twice where Numba could compile it: as people read it, which
CPython runs, and as loops over scalars, which is what Numba is given if it is there.
"""

from __future__ import annotations

import ast
import hashlib
import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

from adgen.cli import standalone_parts
from adgen.cli.callers import Caller, Derived, captured_arrays, signature_text
from adgen.leaves import leaves_of
from adgen.listing import Listed
from adgen.runtime import schedule
from adgen.transpiler import optimisations
from adgen.transpiler.compiler import derive, prepare, to_loops, to_read
from adgen.transpiler.emit.module import emit_module
from adgen.transpiler.emit.reserved import PLAIN_MODULES, local_name
from adgen.transpiler.emit.style import Style
from adgen.transpiler.errors import AdgenError, NotDifferentiable, UnsupportedError
from adgen.transpiler.ir import core
from adgen.transpiler.ir.core import Function
from adgen.transpiler.ir.types import is_float
from adgen.transpiler.passes.guards import broadcasts
from adgen.transpiler.requests import Request
from adgen.version import __version__
from adgen.wrt import counters, flat_wrt

PREFIX = "_adgen_"  # of every name in such a module that is not the user's
MODULES = (*PLAIN_MODULES, "numpy", "scipy")  # what the generated code may import


def _text_of(function: Callable[..., Any]) -> str:
    """A function without its annotations, which would need imports."""
    (node,) = ast.parse(inspect.getsource(function)).body
    assert isinstance(node, ast.FunctionDef)
    node.returns = None
    for arg in node.args.args:
        arg.annotation = None
    return ast.unparse(node) + "\n"


# What the loop level would need of adgen while it runs is left out; the rest is defined here.
LEFT_OUT = (
    optimisations.DISTINCT_ARRAYS, optimisations.ROLLED_LOOPS, optimisations.CLAIMED_INDICES,
)  # fmt: skip
# What generated code takes of adgen, written into the module: for CPython ...
OWN = {"next_snapshot": schedule.next_snapshot}
# ... and for Numba.
KERNELS = {
    "radd": '@njit(fastmath={"reassoc", "nsz", "contract"})\ndef radd(x, y):\n    return x + y\n',
    "copied": "@njit\ndef copied(x):\n    return x.copy()\n",
    "matmul": "@njit\ndef matmul(x, y):\n    return x @ y\n",
    **{name: f"@njit\n{_text_of(function)}" for name, function in OWN.items()},
}


@dataclass(frozen=True)
class Wanted:
    """Which derivatives a module is to hold beside value and gradient; whether for Numba too.

    ``any_extents``: it takes arrays with extents of 1 where NumPy broadcasts them.
    """

    pair: bool = False
    jvp: bool = False
    hvp: bool = False
    numba: bool = True
    any_extents: bool = False


@dataclass(frozen=True)
class Piece:
    """One generated function: as people read it, and for Numba if it may be had without adgen."""

    caller: Caller
    read: tuple[Function, ...]
    loops: tuple[Function, ...]


def module_text(items: Sequence[Listed], wanted: Wanted, made_from: str, digest: str) -> str:
    """The text of a module for some functions; ``made_from``: the file, without its folders.

    Raises UnsupportedError for what has no derivative, or cannot stand alone.
    """
    pieces = [piece for item in items for piece in _pieces(item, wanted)]
    _check_names(pieces)
    read = [function for piece in pieces for function in piece.read]
    code, own = _without_own(emit_module(read, Style(numba=False)))
    _check_imports(code, items)
    parts = [
        _header(items, pieces, made_from, digest),
        _with_numpy(code),
        *[_text_of(OWN[name]) for name in own],
        *[caller.constants() for caller in _one_of_each([piece.caller for piece in pieces])],
        *[piece.caller.text() for piece in pieces],
        *([_compiled(pieces)] if wanted.numba and any(piece.loops for piece in pieces) else []),
        *_own_parts(),
        _exports(pieces),
    ]
    text = "\n\n".join(part.strip("\n") + "\n" for part in parts if part)
    compile(text, made_from, "exec")
    return text


def digest_of(text: str) -> str:
    """A short hash of the source that a module was made from."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


# What is derived


def _pieces(item: Listed, wanted: Wanted) -> Iterator[Piece]:
    for name in (item.source.name, *item.arguments):
        if name.startswith(PREFIX):
            raise UnsupportedError(
                f"`{name}`: names that begin with `{PREFIX}` are taken", item.source.header
            )
    primal = prepare(item.source, item.arguments, speculates=False)
    known = broadcasts(primal) == 0  # else it matters which extents are 1
    if not known and wanted.any_extents:
        primal = prepare(item.source, item.arguments, False, False)
    if primal.updates:
        raise UnsupportedError(
            f"`{item.source.name}` changes a container of its caller", item.source.header,
            hint="return the new one: only arrays may be written to in a module of its own",
        )  # fmt: skip
    captured_arrays(item, primal)  # refuses what is too large to be written down
    modes = ["primal", *(["value_and_grad"] if _is_number(primal) else [])]
    modes += ["pair"] * (wanted.pair or not _is_number(primal))
    modes += ["jvp"] * wanted.jvp
    if wanted.hvp:
        if not _is_number(primal):
            raise NotDifferentiable(
                f"`{item.source.name}` does not return one number: it has no Hessian",
                item.source.header, hint="leave out --hvp",
            )  # fmt: skip
        modes.append("hvp")
    for mode in modes:
        yield _piece(item, primal, mode, known or wanted.any_extents, wanted.numba)


def _piece(item: Listed, primal: Function, mode: str, any_extents: bool, numba: bool) -> Piece:
    leaves = tuple(leaves_of(item.arguments))
    wrt = () if mode == "primal" else flat_wrt(item.source, item.arguments, leaves, item.positions)
    counted = () if mode in ("primal", "jvp") else counters(leaves, item.positions, wrt)
    request = Request(mode, wrt, speculates=False, counters=counted, vector_math=False)
    named = tuple(
        replace(function, name=f"{PREFIX}{function.name}") for function in derive(primal, request)
    )
    read = tuple(to_read(function) for function in named)
    names, residuals = tuple(f.name for f in read), bool(read[0].residuals_out)
    caller = Caller(item, primal, Derived(mode, wrt, names, residuals), any_extents)
    return Piece(caller, read, _for_numba(named) if numba else ())


def _is_number(primal: Function) -> bool:
    result = primal.body.yields[0] if primal.structure is core.LEAF else None
    return result is not None and core.is_scalar(result) and is_float(core.type_of(result))


# For Numba


def _for_numba(functions: Sequence[Function]) -> tuple[Function, ...]:
    """The same as loops, if that needs nothing of adgen while it runs but what is defined here."""
    with optimisations.without(*LEFT_OUT):
        loops = tuple(to_loops(replace(f, name=f"{f.name}_loops")) for f in functions)
        text = emit_module(loops, Style(numba=True, vector_math=False))
    needed = {name for module, name in _imports(text) if module.startswith("adgen")}
    foreign = {module for module, _ in _imports(text) if module.split(".")[0] == "scipy"}
    return () if foreign or not needed.issubset(KERNELS) else loops


def _compiled(pieces: Sequence[Piece]) -> str:
    """The part that Numba compiles, if it is there."""
    loops = [function for piece in pieces for function in piece.loops]
    with optimisations.without(*LEFT_OUT):
        text = emit_module(loops, Style(numba=True, vector_math=False))
    needed = sorted({name for module, name in _imports(text) if module.startswith("adgen")})
    lines = [line for line in text.splitlines() if not re.match(r"(import|from) ", line)]
    kernels = "\n\n".join(KERNELS[name] for name in needed)
    body = "\n".join([kernels, *lines]).strip("\n")
    body = re.sub(r"^(?=def _adgen_)", '@njit(error_model="numpy")\n', body, flags=re.MULTILINE)
    takes = [
        f"{function.name.removesuffix('_loops')} = {function.name}"
        for piece in pieces
        for function in piece.loops
    ]
    imports = "from numba import njit"
    if "matmul" in needed:
        imports += "\nimport scipy.linalg  # by which Numba finds BLAS"
    whole = "\n".join([imports, "", body, "", *takes])
    inner = re.sub(r"\n{3,}", "\n\n", whole)
    guarded = "\n".join(f"    {line}" if line else "" for line in inner.splitlines())
    return (
        "# With Numba the same runs as loops over scalars, compiled when it is first called.\n"
        f"try:\n{guarded}\nexcept ImportError:\n    pass\n"
    )


# Text


def _header(items: Sequence[Listed], pieces: Sequence[Piece], made_from: str, digest: str) -> str:
    file = "".join(c if c.isprintable() else "?" for c in PurePath(made_from).name)
    plain = [f for piece in pieces for f in piece.read if not piece.loops]
    lines = [
        f"Generated by adgen {__version__} from {file} (sha256 {digest}): do not edit.",
        "It needs NumPy alone; if Numba is there, it compiles what is called.",
    ]
    if plain:
        names = ", ".join(f.name.removeprefix(PREFIX) for f in plain)
        lines.append(f"Not compiled by Numba, for it takes more than loops: {names}.")
    for item in items:
        lines += ["", f"{item.source.name}({signature_text(item)})"]
    return "".join(f"# {line}".rstrip() + "\n" for line in lines)


def _with_numpy(code: str) -> str:
    return code if "import numpy as np\n" in code else f"import numpy as np\n\n\n{code}"


def _own_parts() -> list[str]:
    """The functions of ``standalone_parts``."""
    parts = vars(standalone_parts).values()
    here = [part for part in parts if getattr(part, "__module__", "") == standalone_parts.__name__]
    return [
        "# Arguments are checked: the code above is right for these types and no others.",
        *(_text_of(part) for part in here if inspect.isfunction(part)),
    ]


def _without_own(code: str) -> tuple[str, list[str]]:
    """The code without imports of what the module holds itself, and the names of that."""
    own = [name for _, name in _imports(code) if name in OWN]
    for name in own:
        code = code.replace(f"from {OWN[name].__module__} import {name}\n", "")
    return code, own


def _exports(pieces: Sequence[Piece]) -> str:
    names = [name for piece in pieces for name in piece.caller.names]
    return f"__all__ = [\n{''.join(f'    {name!r},{chr(10)}' for name in names)}]\n"


def _one_of_each(callers: Sequence[Caller]) -> list[Caller]:
    return list({id(caller.item): caller for caller in callers}.values())


# What may not be


def _check_names(pieces: Sequence[Piece]) -> None:
    seen: set[str] = set()
    for piece in pieces:
        for name in piece.caller.names:
            if name in seen or local_name(name) != name:
                raise AdgenError(
                    f"two functions of the module would be called `{name}`",
                    hint="build one at a time: FILE::FUNCTION",
                )
            seen.add(name)


def _imports(text: str) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name) for alias in node.names)


def _check_imports(code: str, items: Sequence[Listed]) -> None:
    """Refuse what would import the user's file, and so run it, or a package beside NumPy."""
    for module, name in _imports(code):
        if module.split(".")[0] not in MODULES:
            what = f"`{name}` of `{module}`" if name else f"`{module}`"
            raise UnsupportedError(
                f"the module would have to import {what}",
                items[0].source.header,
                hint="use exceptions and functions of Python and NumPy, or keep adgen",
            )
