"""The generated source as text for people, with a header that says what it holds for."""

from __future__ import annotations

from collections.abc import Sequence

from adgen.engine import Engine
from adgen.leaves import leaves_of
from adgen.transpiler.compiler import Request, compile_source, stages
from adgen.transpiler.errors import AdgenError
from adgen.transpiler.signature import Signature
from adgen.transpiler.source import Source

STAGES = ("array", "numba", "source", "lowered", "optimised", "derivative", "loops", "all")


def listing(engine: Engine, wrt: Sequence[int], stage: str) -> str:
    """The gradient of a live function at a stage of the compilation."""
    signature = engine.signature()
    flat = engine.flat_wrt(leaves_of(signature.arguments), wrt)
    return text_of(engine.source, signature, flat, stage)


def text_of(source: Source, signature: Signature, wrt: tuple[int, ...], stage: str) -> str:
    """The gradient of a source at a stage.  Raises AdgenError for an unknown stage."""
    if stage not in STAGES:
        raise AdgenError(f"there is no stage {stage!r}", hint=f"stages: {', '.join(STAGES)}")
    if stage in ("array", "numba"):
        request = Request("value_and_grad", wrt, 1, stage)
        return compile_source(source, signature.arguments, request, header(source, signature)).text
    request = Request("value_and_grad", wrt, 1, "array")
    parts = []
    for name, origin, text in stages(source, signature.arguments, request):
        if stage in ("all", name):
            parts.append(f"# ---- {name} ({origin})\n{text}")
    return "\n\n".join(parts)


def header(source: Source, signature: Signature) -> str:
    """The comment on top: for which argument types the code holds, and how they are known."""
    lines = [f"Gradient of {source.name}, made by adgen.", f"Argument types: {signature}."]
    if signature.guessed:
        names = ", ".join(signature.guessed)
        lines.append(f"Guessed from use: {names} (annotate them, or say --args).")
    return "\n".join(lines)
