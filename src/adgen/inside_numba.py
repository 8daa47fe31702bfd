"""Modules for calls from functions that the user has compiled with Numba."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adgen.leaves import leaves_of
from adgen.runtime.compile import Jitted, load_for_numba, versions
from adgen.transpiler.compiler import Request, compile_source
from adgen.transpiler.errors import UnsupportedError
from adgen.version import __version__

if TYPE_CHECKING:
    from adgen.transforms import Transform


def module_for(transform: Transform, samples: tuple[Any, ...], key: str) -> Jitted:
    """The generated module and, first in it, a function with the user's own parameters."""
    engine = transform.engine
    arguments = engine.arguments(samples)
    leaves = leaves_of(arguments)
    request = Request(transform.mode, engine.flat_wrt(leaves, transform.wrt), 1, "numba")
    compiled = compile_source(engine.source, arguments, request)
    if compiled.captures:
        raise UnsupportedError(
            f"`{engine.source.name}` uses an array of its surroundings inside compiled code",
            engine.source.header,
            hint="pass the array as an argument",
        )
    inner = compiled.names[0]
    name = f"call_{inner}"
    names = engine.parameters.names
    given = [f"{names[leaf.position]}{leaf.path[leaf.path.index(']') + 1 :]}" for leaf in leaves]
    call = f"result = {inner}({', '.join(given)})"
    text = (
        f"{compiled.text}\n\ndef {name}({', '.join(names)}):\n    {call}\n"
        f"    return {transform.returned('result')}\n"
    )
    version = versions(__version__)
    return load_for_numba(
        text, engine.source.name, (name, *compiled.names), [key, version], engine.options
    )  # fmt: skip
