"""What is asked of adgen for each program, one function per mode."""

from __future__ import annotations

import ast
import copy
import linecache
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

import adgen
from adgen.transpiler.compiler import Request, compile_source, derive, prepare, to_loops
from adgen.transpiler.errors import UnsupportedError
from adgen.transpiler.frontend.lower import lower
from adgen.transpiler.ir.core import MISMATCH
from adgen.transpiler.ir.interpreter import interpret
from adgen.transpiler.ir.types import Array, Type, type_of_constant
from adgen.transpiler.ir.verifier import verify
from adgen.transpiler.primitives.builder import result_type
from adgen.transpiler.source import from_function
from tests.emit.chunks import in_many_chunks
from tests.random_programs.generate import Program
from tests.random_programs.oracle import Answer, answer

TOLERANCE = 1e-9


@dataclass(frozen=True)
class Failure:
    """``kind``: refusal, crash, wrong value, wrong gradient, or argument written."""

    mode: str
    kind: str
    message: str


_DRAWN_AGAIN = "random numbers are drawn in a loop or a branch"  # of a derivative's derivative


class Skipped(Exception):
    """The program is no test: it fails in CPython, or is too close to a kink."""


def loaded(program: Program) -> Callable[..., Any]:
    """The program's function; inspect and tracebacks find its text through linecache."""
    name = f"<program {program.seed}>"
    linecache.cache[name] = (len(program.text), None, program.text.splitlines(True), name)
    namespace: dict[str, Any] = {"__name__": "random_program"}
    try:
        exec(compile(program.text, name, "exec"), namespace)
        return namespace["f"]
    except Exception as error:  # a program made too small has no f, or no globals
        raise Skipped(f"{type(error).__name__}: {error}") from error


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


@dataclass(frozen=True)
class Run:
    """A program, loaded, with the answer that is expected."""

    program: Program
    function: Callable[..., Any]
    args: tuple[Any, ...]
    want: Answer
    jit: bool


def check(program: Program, mode: str, jit: bool = False) -> Failure | None:
    """Run one mode on one program; None when adgen agrees with the oracle.

    Raises Skipped for a program that is no test.
    """
    function = loaded(program)
    run = Run(program, function, copy.deepcopy(program.args), expected(program, function), jit)
    try:
        with np.errstate(all="ignore"):
            problem = MODES[mode](run)
    except UnsupportedError as error:
        if mode == "inside" and _DRAWN_AGAIN in str(error):
            raise Skipped(_DRAWN_AGAIN) from error
        return Failure(mode, "refusal", str(error))
    except Exception as error:  # any escape from adgen is what this looks for
        return Failure(mode, "crash", f"{type(error).__name__}: {error}")
    if problem is None and not all(map(np.array_equal, run.args, program.args)):
        problem = ("argument written", "a derivative call changed the caller's arrays")
    return None if problem is None else Failure(mode, *problem)


Problem = tuple[str, str] | None


def _same_value(run: Run, value: Any) -> Problem:
    if _close(value, run.want.value):
        return None
    return "wrong value", f"{value!r} instead of {run.want.value!r}"


def _same_gradients(run: Run, gradients: Any) -> Problem:
    for position, gradient in zip(run.program.wrt, gradients, strict=True):
        want = run.want.gradients[position]
        if not _close(gradient, want):
            return "wrong gradient", f"argument {position}: {gradient!r} instead of {want!r}"
    return None


def _lower(run: Run) -> Problem:
    """The front end alone: the interpreted IR gives the program's value."""

    def value(speculates: bool) -> Any:
        function = lower(from_function(run.function), _arguments(run), speculates)
        verify(function, infer=result_type)
        return interpret(function, *run.args, *function.captures)[0]

    return _same_value(run, _without_guess(value))


def _joint(run: Run) -> Problem:
    """Front end and reverse mode, interpreted."""
    value, *gradients = _without_guess(lambda speculates: _interpreted(run, speculates))
    return _same_value(run, value) or _same_gradients(run, gradients)


def _unguessed(run: Run) -> Problem:
    """The same of code that guesses nothing of computed extents."""
    value, *gradients = _interpreted(run, False)
    return _same_value(run, value) or _same_gradients(run, gradients)


def _interpreted(run: Run, speculates: bool) -> tuple[Any, ...]:
    primal = prepare(from_function(run.function), _arguments(run), speculates)
    (joint,) = derive(primal, Request("value_and_grad", run.program.wrt))
    verify(joint, infer=result_type)
    return interpret(joint, *run.args, *primal.captures)


def _loops(run: Run) -> Problem:
    """The loop level of the joint function, interpreted: what Numba is given."""

    def lowered(speculates: bool) -> tuple[Any, ...]:
        primal = prepare(from_function(run.function), _arguments(run), speculates)
        (joint,) = derive(primal, Request("value_and_grad", run.program.wrt))
        loops = to_loops(joint, guessing=speculates)
        verify(loops)
        return interpret(loops, *run.args, *primal.captures)

    value, *gradients = _without_guess(lowered)
    return _same_value(run, value) or _same_gradients(run, gradients)


def _without_guess(call: Callable[[bool], Any]) -> Any:
    """What ``call(speculates)`` gives, without speculation where a guess fails."""
    try:
        return call(True)
    except ValueError as error:
        if error.args != (MISMATCH,):
            raise
        return call(False)


def _arguments(run: Run) -> dict[str, Type]:
    names = run.function.__code__.co_varnames
    return {name: _type(arg) for name, arg in zip(names, run.args, strict=False)}


def _type(arg: Any) -> Type:
    if isinstance(arg, np.ndarray):
        return Array(arg.dtype, tuple(extent == 1 for extent in arg.shape))
    return type_of_constant(arg)


def _primal(run: Run) -> Problem:
    """A plain call: the value, and arguments written exactly where the program writes them."""
    theirs, ours = copy.deepcopy(run.args), copy.deepcopy(run.args)
    run.function(*theirs)
    value = adgen.differentiate(run.function, jit=run.jit)(*ours)
    for position, (have, expect) in enumerate(zip(ours, theirs, strict=True)):
        if not _close(have, expect):
            return "wrong value", f"argument {position} is {have!r} instead of {expect!r}"
    return _same_value(run, value)


def _reverse(run: Run) -> Problem:
    derivative = adgen.value_and_grad(run.function, wrt=run.program.wrt, jit=run.jit)
    value, gradients = derivative(*run.args)
    return _same_value(run, value) or _same_gradients(run, gradients)


def _pair(run: Run) -> Problem:
    """The forward/backward pair."""
    value, pullback = adgen.vjp(run.function, *run.args, wrt=run.program.wrt, jit=run.jit)
    return _same_value(run, value) or _same_gradients(run, pullback(1.0))


def _forward(run: Run) -> Problem:
    """The derivative in two directions that touch everything."""
    for seed in (1, 2):
        draw = np.random.default_rng(seed)
        tangents = [
            (draw.normal(size=np.shape(arg))[()] if k in run.program.wrt else 0)
            for k, arg in enumerate(run.args)
        ]
        value, tangent = adgen.jvp(run.function, run.args, tuple(tangents), jit=run.jit)
        slope = sum(float(np.sum(run.want.gradients[k] * tangents[k])) for k in run.program.wrt)
        problem = _same_value(run, value)
        if problem or not _close(tangent, slope):
            return problem or ("wrong gradient", f"tangent {tangent!r} instead of {slope!r}")
    return None


def _transposed(run: Run) -> Problem:
    """Both modes are transposes of each other: <J v, w> is <v, J' w> to twelve digits."""
    moved, seeds = run.program.wrt, _drawn(run, 4)
    tangents = tuple(seeds[k] if k in moved else None for k in range(len(run.args)))
    _, tangent = adgen.jvp(run.function, run.args, tangents, jit=run.jit)
    _, pullback = adgen.vjp(run.function, *run.args, wrt=moved, jit=run.jit)
    terms = [np.ravel(seeds[k] * g) for k, g in zip(moved, pullback(1.7), strict=True)]
    return _equal_sums("<J v, w> and <v, J' w>", [1.7 * tangent], np.concatenate(terms))


def _symmetric(run: Run) -> Problem:
    """The Hessian is symmetric to twelve digits: <u, H v> is <v, H u>."""
    moved = run.program.wrt
    product = adgen.hvp(run.function, wrt=moved, jit=run.jit)
    u, v = (tuple(_drawn(run, seed)[k] for k in moved) for seed in (5, 6))
    sides = [
        np.concatenate([np.ravel(a * b) for a, b in zip(one, product(*run.args, two), strict=True)])
        for one, two in ((u, v), (v, u))
    ]
    return _equal_sums("<u, H v> and <v, H u>", *sides)


def _drawn(run: Run, seed: int) -> list[Any]:
    """Directions of all arguments."""
    draw = np.random.default_rng(seed)
    return [draw.normal(size=np.shape(arg))[()] for arg in run.args]


def _equal_sums(what: str, one: Any, two: Any) -> Problem:
    scale = max(1.0, float(np.sum(np.abs(one))), float(np.sum(np.abs(two))))
    apart = abs(float(np.sum(one)) - float(np.sum(two)))
    if apart <= 1e-12 * scale:
        return None
    return "wrong gradient", f"{what} are {apart / scale:.1e} apart"


def _threads(run: Run) -> Problem:
    """What Numba is given for threads: every loop in many chunks, in any order, in CPython."""
    value, gradients = _without_guess(lambda speculates: _in_chunks(run, speculates))
    return _same_value(run, value) or _same_gradients(run, gradients)


def _in_chunks(run: Run, speculates: bool) -> Any:
    request = Request(
        "value_and_grad", run.program.wrt, stage="numba", speculates=speculates, parallel=True
    )
    compiled = compile_source(from_function(run.function), _arguments(run), request)
    namespace: dict[str, Any] = {"__name__": "in_chunks"}
    with in_many_chunks():
        exec(compile(compiled.text, "<in chunks>", "exec"), namespace)
        return namespace[compiled.names[0]](*copy.deepcopy(run.args), *compiled.captures)


def _second(run: Run) -> Problem:
    """A Hessian times a vector, against differences of the oracle's gradient where it is smooth."""
    vector = np.random.default_rng(3).normal(size=run.args[0].shape)
    wide, narrow = _slope_of_gradient(run, vector, 4e-5), _slope_of_gradient(run, vector, 2e-5)
    if not _close(narrow, wide, 1e-6):
        return None
    product = adgen.hvp(run.function, wrt=0, jit=run.jit)(*run.args, vector)
    if _close(product, narrow, 1e-5):
        return None
    return "wrong gradient", f"product {product!r} instead of {narrow!r}"


def _slope_of_gradient(run: Run, vector: np.ndarray, step: float) -> np.ndarray:
    """How the gradient changes with argument 0, along the vector."""
    ends = []
    for sign in (1.0, -1.0):
        moved = (run.args[0] + sign * step * vector, *run.args[1:])
        ends.append(answer(run.program.text, "f", moved).gradients[0])
    return (ends[0] - ends[1]) / (2 * step)


_INSIDE = """
def inside({names}):
    value, gradients = value_and_grad(f, {wrt})({names})
    total = 0.0
    for g in gradients:
        total = total + np.sum(g * g)
    return value, total
"""


def _inside(run: Run) -> Problem:
    """Its gradient taken inside of a function; the gradient of that, against Hessian products."""
    code, wrt = run.function.__code__, run.program.wrt
    names = ", ".join(code.co_varnames[: code.co_argcount])
    text = _INSIDE.format(names=names, wrt=wrt)
    file = f"<inside of program {run.program.seed}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    known = {"np": np, "f": run.function, "value_and_grad": adgen.value_and_grad}
    exec(compile(text, file, "exec"), known)
    outer = adgen.differentiate(known["inside"], wrt=wrt, jit=run.jit)
    (value, total), pullback = outer.vjp(*run.args)
    want = [run.want.gradients[k] for k in wrt]
    if not _close(total, sum(float(np.sum(g * g)) for g in want)):
        return "wrong gradient", f"squares add up to {total!r} inside"
    directions = tuple(2.0 * np.asarray(g, dtype=float)[()] for g in want)
    products = adgen.hvp(run.function, wrt=wrt, jit=run.jit)(*run.args, directions)
    for position, found, product in zip(wrt, pullback((0.0, 1.0)), products, strict=True):
        if not _close(found, product):
            return "wrong gradient", f"argument {position}: {found!r} instead of {product!r} inside"
    return _same_value(run, value)


class _Marked(ast.NodeTransformer):
    """Every loop over a range checkpointed, with few snapshots or with segments by turns."""

    count = 0

    def visit_For(self, node: ast.For) -> ast.For:  # noqa: N802 (so the visitor wants it)
        """One loop, and those inside of it."""
        self.generic_visit(node)
        match node.iter:
            case ast.Call(func=ast.Name(id="range")):
                limit = ("", ", snapshots=1", ", snapshots=2", ", memory=64")[self.count % 4]
                text = f"checkpointed({ast.unparse(node.iter)}{limit})"
                node.iter = ast.parse(text, mode="eval").body
                self.count += 1
        return node


def _checkpointed(run: Run) -> Problem:
    """The gradient with all loops over ranges checkpointed; arrays that grow say so."""
    tree = _Marked().visit(ast.parse(run.program.text))
    text = f"from adgen import checkpointed\n{ast.unparse(tree)}\n"
    function = loaded(replace(run.program, text=text, seed=f"{run.program.seed} checkpointed"))
    derivative = adgen.value_and_grad(function, wrt=run.program.wrt, jit=run.jit)
    try:
        value, gradients = derivative(*run.args)
    except ValueError as error:
        if "changes its shape" in str(error):
            return None
        raise
    return _same_value(run, value) or _same_gradients(run, gradients)


MODES: dict[str, Callable[[Run], Problem]] = {
    "lower": _lower,
    "joint": _joint,
    "unguessed": _unguessed,
    "loops": _loops,
    "primal": _primal,
    "reverse": _reverse,
    "pair": _pair,
    "forward": _forward,
    "second": _second,
    "transposed": _transposed,
    "symmetric": _symmetric,
    "inside": _inside,
    "checkpointed": _checkpointed,
    "threads": _threads,
}
