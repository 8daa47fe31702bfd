"""Code for arguments whose types do not say which extents are 1, as Numba's do not.

NumPy broadcasts an axis of length 1.  Where that matters two functions are generated: one that
takes no extent of an argument to be 1, and one that asks for each while it runs.  A third
chooses between them at each call.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from adgen.building import run_header
from adgen.leaves import Leaf
from adgen.transpiler.compiler import compile_source
from adgen.transpiler.errors import UnsupportedError
from adgen.transpiler.ir.types import Array
from adgen.transpiler.requests import Compiled, Request
from adgen.transpiler.signature import Argument
from adgen.transpiler.source import Source

MOST_PLACES = 4  # each costs Numba some tenths of a second


@dataclass(frozen=True)
class Generated:
    """A module text; the functions in it, what is to be called first; what is known of that."""

    text: str
    names: tuple[str, ...]
    compiled: Compiled


def for_all_extents(
    source: Source, arguments: Mapping[str, Argument], request: Request, leaves: Sequence[Leaf]
) -> Generated:
    """The function that is wanted, for arguments of all extents.

    Raises UnsupportedError for what is outside the language or has no derivative.
    """
    header = run_header(arguments)
    usual = compile_source(source, arguments, request, header)
    alone = Generated(usual.text, usual.names[:1], usual)
    if not 0 < usual.broadcasts <= MOST_PLACES:
        return alone  # where there are more its guards raise: Numba would take too long
    try:
        if usual.guesses:  # no one comes back for code without guesses
            usual = compile_source(source, arguments, replace(request, speculates=False), header)
        open_request = replace(request, speculates=False, ones_known=False)
        general = compile_source(source, arguments, open_request, header)
    except UnsupportedError:
        return alone  # its guards raise where NumPy would broadcast
    return _choosing(usual, general, leaves)


def _choosing(usual: Compiled, general: Compiled, leaves: Sequence[Leaf]) -> Generated:
    name = usual.names[0]
    other, chooser = f"{name}_of_any_extents", f"{name}_chosen"
    parameters = [f"a{k}" for k in range(len(usual.parameters))]
    tests = [
        f"{parameters[k]}.shape[{axis}] == 1"
        for k, leaf in enumerate(leaves)
        if isinstance(leaf.type, Array)
        for axis, one in enumerate(leaf.type.ones)
        if not one
    ]
    if not tests:
        return Generated(usual.text, (name,), usual)
    given = ", ".join(parameters)
    choice = (
        f"def {chooser}({given}):\n"
        f"    if {' or '.join(tests)}:\n"
        f"        return {other}({given})\n"
        f"    return {name}({given})\n"
    )
    renamed = re.sub(rf"\b{name}(?=\b|_chunk)", other, general.text)
    text = f"{usual.text}\n\n{renamed}\n\n{choice}"
    return Generated(text, (chooser, name, other), usual)
