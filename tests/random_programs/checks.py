"""What is asked of adgen for each program, one function per mode."""

from __future__ import annotations

import copy
import linecache
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.random_programs.generate import WRT, Program
from tests.random_programs.oracle import Answer, answer

TOLERANCE = 1e-9


@dataclass(frozen=True)
class Failure:
    """``kind``: refusal, crash, wrong value, wrong gradient, or argument written."""

    mode: str
    kind: str
    message: str


class Skipped(Exception):
    """The program is no test: it fails in CPython, or is too close to a kink."""


def loaded(program: Program) -> Callable[..., Any]:
    """The program's function; inspect and tracebacks find its text through linecache."""
    name = f"<program {program.seed}>"
    linecache.cache[name] = (len(program.text), None, program.text.splitlines(True), name)
    namespace: dict[str, Any] = {"__name__": "random_program"}
    exec(compile(program.text, name, "exec"), namespace)
    return namespace["f"]


def expected(program: Program, function: Callable[..., Any]) -> Answer:
    """The oracle's answer, whose value is checked against a plain run.

    Raises Skipped for a program that is no test.
    """
    try:
        with np.errstate(all="ignore"):
            plain = function(*copy.deepcopy(program.args))
            found = answer(program.text, "f", program.args)
    except Exception as error:  # the program is the generator's: whatever it raises, it is no test
        raise Skipped(f"{type(error).__name__}: {error}") from error
    if not found.tame():
        raise Skipped("too close to a kink, or too large")
    if not _close(plain, found.value, 1e-12):
        raise AssertionError(f"the oracle's value {found.value!r} is not the program's {plain!r}")
    return found


def _close(have: Any, want: Any, tolerance: float = TOLERANCE) -> bool:
    have, want = np.asarray(have, dtype=float), np.asarray(want, dtype=float)
    if have.shape != want.shape:
        return False
    scale = max(1.0, float(np.max(np.abs(want), initial=0.0)))
    return bool(np.all(np.abs(have - want) <= tolerance * scale))


def check(program: Program, mode: str, jit: bool = False) -> Failure | None:
    """Run one mode on one program; None when adgen agrees with the oracle.

    Raises Skipped for a program that is no test.
    """
    from adgen.transpiler.errors import UnsupportedError

    function = loaded(program)
    want = expected(program, function)
    args = copy.deepcopy(program.args)
    try:
        with np.errstate(all="ignore"):
            problem = MODES[mode](function, args, want, jit)
    except UnsupportedError as error:
        return Failure(mode, "refusal", str(error))
    except Exception as error:  # any escape from adgen is what this looks for
        return Failure(mode, "crash", f"{type(error).__name__}: {error}")
    if problem is None and not all(map(np.array_equal, args, program.args)):
        problem = ("argument written", "a derivative call changed the caller's arrays")
    return None if problem is None else Failure(mode, *problem)


Problem = tuple[str, str] | None


def _lower(function: Callable[..., Any], args: Any, want: Answer, jit: bool) -> Problem:
    """The front end alone: the interpreted IR gives the program's value."""
    from adgen.transpiler.frontend.lower import lower
    from adgen.transpiler.ir.interpreter import interpret
    from adgen.transpiler.ir.types import FLOAT, INT, Array
    from adgen.transpiler.ir.verifier import verify
    from adgen.transpiler.source import from_function

    names = ("x", "y", "M", "s", "n")
    types = [
        Array(arg.dtype, tuple(extent == 1 for extent in arg.shape))
        if isinstance(arg, np.ndarray)
        else FLOAT
        if isinstance(arg, float)
        else INT
        for arg in args
    ]
    lowered = lower(from_function(function), dict(zip(names, types, strict=True)))
    verify(lowered, planned=False)
    return _same_value(interpret(lowered, *args)[0], want)


def _same_value(value: Any, want: Answer) -> Problem:
    if _close(value, want.value):
        return None
    return "wrong value", f"{value!r} instead of {want.value!r}"


def _same_gradients(gradients: Any, want: Answer) -> Problem:
    for position, gradient in zip(WRT, gradients, strict=True):
        if not _close(gradient, want.gradients[position]):
            return (
                "wrong gradient",
                f"argument {position}: {gradient!r} instead of {want.gradients[position]!r}",
            )
    return None


def _primal(function: Callable[..., Any], args: Any, want: Answer, jit: bool) -> Problem:
    """A plain call: the value, and arguments written exactly where the program writes them."""
    import adgen

    theirs, ours = copy.deepcopy(args), copy.deepcopy(args)
    function(*theirs)
    value = adgen.differentiate(function, jit=jit)(*ours)
    for position, (have, expect) in enumerate(zip(ours, theirs, strict=True)):
        if not _close(have, expect):
            return "wrong value", f"argument {position} is {have!r} instead of {expect!r}"
    return _same_value(value, want)


def _reverse(function: Callable[..., Any], args: Any, want: Answer, jit: bool) -> Problem:
    import adgen

    value, gradients = adgen.value_and_grad(function, wrt=WRT, jit=jit)(*args)
    return _same_value(value, want) or _same_gradients(gradients, want)


def _pair(function: Callable[..., Any], args: Any, want: Answer, jit: bool) -> Problem:
    """The forward/backward pair."""
    import adgen

    value, pullback = adgen.vjp(function, *args, wrt=WRT, jit=jit)
    return _same_value(value, want) or _same_gradients(pullback(1.0), want)


def _forward(function: Callable[..., Any], args: Any, want: Answer, jit: bool) -> Problem:
    """The derivative in two directions that touch everything."""
    import adgen

    for seed in (1, 2):
        draw = np.random.default_rng(seed)
        tangents = [draw.normal(size=np.shape(arg)) for arg in args[:3]]
        tangents = [*tangents, float(draw.normal())]
        value, tangent = adgen.jvp(
            lambda x, y, M, s, n=args[4]: function(x, y, M, s, n), tuple(args[:4]), tuple(tangents),
            jit=jit,
        )  # fmt: skip
        slope = sum(
            float(np.sum(want.gradients[k] * tangents[k])) for k in range(len(tangents))
        )  # fmt: skip
        problem = _same_value(value, want)
        if problem or not _close(tangent, slope):
            return problem or ("wrong gradient", f"tangent {tangent!r} instead of {slope!r}")
    return None


MODES: dict[str, Callable[..., Problem]] = {
    "lower": _lower,
    "primal": _primal,
    "reverse": _reverse,
    "pair": _pair,
    "forward": _forward,
}
