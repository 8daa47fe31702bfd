"""Value and derivatives of a program by adgen, by JAX in double precision, and by differences."""

from __future__ import annotations

import linecache
import os
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

import adgen
from tests.random_expressions.differences import close, gradient_verdict, verdict
from tests.random_expressions.generate import namespace
from tests.random_expressions.program import Program

TOLERANCE, ROUNDED = 1e-8, 5e-3
MODES = ("reverse", "forward", "second", "peer")


@dataclass(frozen=True)
class Outcome:
    """What became of a program, and why.

    ``same``: as JAX says, and differences if they decide; ``differences``: as differences say,
    where JAX has no words or was not asked; ``peer``: as differences say, and not as JAX says;
    ``unsettled``: at a kink or a pole, where neither decides; ``nan``: likewise, where a derivative
    is not finite, and JAX has no finite one; ``refused``; ``wrong``; ``raised``: only Python does
    not raise; ``invalid``: Python raises.
    """

    kind: str
    reason: str = ""


def outcome(program: Program, jit: bool = False, modes: tuple[str, ...] = MODES) -> Outcome:
    """What adgen makes of a program."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        f = _function(program.text(), namespace())
        try:
            plain = f(*program.arguments())
        except Exception as error:
            return Outcome("invalid", str(error))
        try:
            return _outcome(program, f, plain, jit, modes)
        except adgen.UnsupportedError as error:
            return Outcome("refused", error.message)
        except Exception as error:
            return Outcome("raised", f"{type(error).__name__}: {error}")


def _outcome(program: Program, f: Any, plain: Any, jit: bool, modes: tuple[str, ...]) -> Outcome:
    value, gradient = adgen.value_and_grad(f, wrt=program.wrt, jit=jit)(*program.arguments())
    args = program.arguments()
    single = any(args[k].dtype == np.float32 for k in program.wrt)
    if not close(value, plain, ROUNDED if single else TOLERANCE) and np.isfinite(plain):
        return Outcome("wrong", f"the value is {value} instead of {plain}")
    if np.asarray(value).dtype != np.asarray(plain).dtype:
        return Outcome("wrong", f"the value is {np.asarray(value).dtype}")
    for k, part in zip(program.wrt, gradient, strict=True):
        if (part.dtype, part.shape) != (args[k].dtype, args[k].shape):
            return Outcome("wrong", f"the gradient is {part.dtype}{part.shape}")
    peer = "peer" in modes
    if single:
        return _rounded(program, f, plain, gradient, peer)
    judged = _judged(program, f, gradient, peer)
    if judged.kind in ("wrong", "unsettled", "nan"):
        return judged
    if "forward" in modes and (found := _forward(program, f, gradient, jit)) is not None:
        return found
    if "second" in modes and (found := _second(program, f, jit)) is not None:
        return found
    return judged


def _judged(program: Program, f: Any, gradient: Any, peer: bool) -> Outcome:
    """What differences say, and JAX where it is asked, or differences do not decide."""
    if not all(np.all(np.isfinite(part)) for part in gradient):
        theirs = _by_jax(program)
        finite = theirs is not None and all(np.all(np.isfinite(part)) for part in theirs)
        return Outcome("wrong" if finite else "nan", f"{gradient}, JAX: {theirs}")
    args = program.arguments(double=True)
    said = [gradient_verdict(f, args, k, g) for k, g in zip(program.wrt, gradient, strict=True)]
    kind = "wrong" if "wrong" in said else "unsettled" if "unsettled" in said else "differences"
    if kind == "differences" and not peer:
        return Outcome(kind)
    theirs = _by_jax(program)
    why = f"{gradient}, JAX: {theirs}"
    if theirs is not None and all(map(_agree, gradient, theirs)):
        return Outcome("same") if kind != "wrong" else Outcome(kind, why)
    return Outcome("peer" if theirs is not None and kind == "differences" else kind, why)


def _agree(mine: Any, theirs: Any) -> bool:
    return bool(np.all(np.isfinite(theirs))) and close(mine, theirs, TOLERANCE)


def _rounded(program: Program, f: Any, plain: Any, gradient: Any, peer: bool) -> Outcome:
    """Single precision is held against double; what rounding tears apart decides nothing."""
    args = program.arguments(double=True)
    precise = adgen.grad(f, wrt=program.wrt, jit=False)(*args)
    judged = _judged(program, f, precise, peer)
    if judged.kind == "wrong" or all(map(_nearly, gradient, precise)):
        return judged
    shaken = [(a * (1 + 3e-7)) if k in program.wrt else a for k, a in enumerate(args)]
    moved = adgen.grad(f, wrt=program.wrt, jit=False)(*shaken)
    steady = close(f(*args), plain, ROUNDED) and all(map(_nearly, moved, precise))
    return Outcome("wrong" if steady else "unsettled", f"{gradient}, in double: {precise}")


def _nearly(mine: Any, theirs: Any) -> bool:
    return close(mine, theirs, ROUNDED)


def _tangents(program: Program) -> tuple[Any, ...]:
    draw = np.random.default_rng(3)
    found = []
    for k, array in enumerate(program.arguments()):
        tangent = draw.normal(size=array.shape) + 1j * draw.normal(size=array.shape)
        tangent = tangent if np.iscomplexobj(array) else np.asarray(tangent.real)
        found.append(tangent if k in program.wrt else None)
    return tuple(found)


def _forward(program: Program, f: Any, gradient: Any, jit: bool) -> Outcome | None:
    """Forward mode says the same as reverse mode."""
    tangents = _tangents(program)
    _, found = adgen.jvp(f, program.arguments(), tangents, jit=jit)
    varied = [t for t in tangents if t is not None]
    terms = [np.real(g * t) for g, t in zip(gradient, varied, strict=True)]
    expected = sum(float(np.sum(term)) for term in terms)
    size = max(1.0, sum(float(np.sum(np.abs(term))) for term in terms))
    if abs(found - expected) <= TOLERANCE * size or not np.isfinite(expected):
        return None
    return Outcome("wrong", f"forward mode says {found} instead of {expected}")


def _second(program: Program, f: Any, jit: bool) -> Outcome | None:
    """The Hessian times a vector is the slope of the gradient."""
    tangents = _tangents(program)
    vector = tuple(t for t in tangents if t is not None)
    found = adgen.hvp(f, wrt=program.wrt, jit=jit)(*program.arguments(), vector)
    gradient = adgen.grad(f, wrt=program.wrt, jit=jit)
    args = program.arguments(double=True)

    def along(h: float) -> Any:
        moved = [
            np.array(a) if t is None else np.array(a + h * t)
            for a, t in zip(args, tangents, strict=True)
        ]
        return _flat(gradient(*moved))

    said = verdict(along, _flat(found))
    return None if said == "same" else Outcome(said, f"the second derivative is {found}")


def _flat(parts: Any) -> Any:
    return np.concatenate([np.ravel(part) for part in parts])


def shrunk(program: Program, jit: bool = False) -> Program:
    """A program from which nothing can be left out without it being right."""
    kind = outcome(program, jit).kind
    for part in program.smaller():
        if outcome(part, jit).kind == kind:
            return shrunk(part, jit)
    return program


_count = iter(range(10**9))


def _function(text: str, names: dict[str, Any]) -> Any:
    """The function; adgen reads its source through linecache."""
    file = f"expression_{next(_count)}.py"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    exec(compile(text, file, "exec"), names)
    return names["f"]


def _by_jax(program: Program) -> tuple[Any, ...] | None:
    """The gradients by JAX; None where it lacks a function, or a program is none of its kind."""
    if not program.of_jax:
        return None
    # One program is compiled as a whole, and not optimised: it runs once.
    os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0")
    import jax
    import jax.scipy

    jax.config.update("jax_enable_x64", True)
    names: dict[str, Any] = {"np": jax.numpy, "fft": jax.numpy.fft}
    for part in ("linalg", "signal", "special", "stats"):
        names[part] = getattr(jax.scipy, part)
    exec(program.text(jax=True), names)
    try:
        found = jax.jit(jax.grad(names["f"], argnums=program.wrt))(*program.arguments(double=True))
    except Exception:
        return None
    return tuple(map(np.asarray, found))
