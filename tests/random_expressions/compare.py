"""Value and gradient of a program by adgen and by JAX in double precision."""

from __future__ import annotations

import linecache
import os
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

import adgen
from tests.random_expressions.generate import Program

TOLERANCE = 1e-8
STEP = 1e-6


@dataclass(frozen=True)
class Outcome:
    """``same``, ``refused``, ``wrong``; or ``peer``: only JAX differs from differences; and why."""

    kind: str
    reason: str = ""


def outcome(program: Program, jit: bool = False) -> Outcome:
    """What adgen makes of a program, held against JAX."""
    x, y = program.arguments()
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        f = _function(program.text())
        expected = _by_jax(program, x, y)
        try:
            value, gradient = adgen.value_and_grad(f, wrt=(0, 1), jit=jit)(x.copy(), y.copy())
        except adgen.UnsupportedError as error:
            return Outcome("refused", error.message)
        except Exception as error:
            return Outcome("wrong", f"{type(error).__name__}: {error}")
        plain = f(x.copy(), y.copy())
    if not _close(value, plain):
        return Outcome("wrong", f"the value is {value} instead of {plain}")
    for mine, theirs in zip((value, *gradient), expected, strict=True):
        if not _close(mine, theirs):
            kind = "peer" if _as_differences(f, gradient, x, y) else "wrong"
            return Outcome(kind, f"{mine} instead of {theirs}")
    return Outcome("same")


def _as_differences(f: Any, gradient: Any, x: Any, y: Any) -> bool:
    """Whether a gradient is that of central differences, element by element."""
    for number, found in enumerate(gradient):
        for place in np.ndindex(found.shape):
            values = []
            for step in (STEP, -STEP):
                moved = [x.copy(), y.copy()]
                moved[number][place] += step
                values.append(f(*moved))
            slope = (values[0] - values[1]) / (2 * STEP)
            if not abs(slope - found[place]) <= 1e-5 * max(1.0, abs(slope)):
                return False
    return True


def shrunk(program: Program, jit: bool = False) -> Program:
    """The shortest beginning that is wrong."""
    for count in range(1, len(program.lines) + 1):
        part = program.upto(count)
        if outcome(part, jit).kind == "wrong":
            return part
    return program


_count = iter(range(10**9))


def _function(text: str) -> Any:
    """The function; adgen reads its source through linecache."""
    file = f"expression_{next(_count)}.py"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    names: dict[str, Any] = {"np": np, "__name__": "expressions"}
    exec(compile(text, file, "exec"), names)
    return names["f"]


def _by_jax(program: Program, x: Any, y: Any) -> tuple[Any, ...]:
    # One program is compiled as a whole, and not optimised: it runs once.
    os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0")
    import jax

    jax.config.update("jax_enable_x64", True)
    names: dict[str, Any] = {"np": jax.numpy}
    exec(program.text(jax=True), names)
    value, gradient = jax.jit(jax.value_and_grad(names["f"], argnums=(0, 1)))(x, y)
    return (np.asarray(value), *map(np.asarray, gradient))


def _close(mine: Any, theirs: Any) -> bool:
    mine, theirs = np.asarray(mine), np.asarray(theirs)
    if mine.shape != theirs.shape:
        return False
    if not np.all(np.isfinite(theirs)):
        return True  # a kink or a pole, where conventions differ
    scale = max(1.0, float(np.max(np.abs(theirs), initial=0.0)))
    return bool(np.all(np.abs(mine - theirs) <= TOLERANCE * scale))
