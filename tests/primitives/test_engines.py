"""Emitted code gives the same in the interpreter, in CPython and under Numba, for every entry."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adgen.runtime.compile import Options, compile_functions
from adgen.transpiler.autodiff.forward import forward
from adgen.transpiler.emit.module import emit_module
from adgen.transpiler.emit.style import Style
from adgen.transpiler.ir.core import LEAF, Block, Function, Value
from adgen.transpiler.ir.interpreter import interpret
from adgen.transpiler.primitives.builder import Builder
from tests.primitives.cases import ENTRIES, Case, cases
from tests.primitives.test_derivatives import active

NUMBERS = [
    case for entry in ENTRIES if entry.elementwise for case in cases(entry) if not any(case.shapes)
]
GROUP = 20


def together(group: list[Case]) -> tuple[Function, list[Any]]:
    """One function that applies many primitives to numbers: results and tangents; arguments."""
    b, params, results, operands, wrt = Builder(), [], [], [], []
    for case in group:
        mine = [Value(kind, f"x{len(params) + k}") for k, kind in enumerate(case.types())]
        wrt += [len(params) + k for k in active(case)]
        params += mine
        operands += case.operands()
        results.append(b.emit(case.entry.callee, *mine))
    primal = Function("f", b.block(params, results), (LEAF,) * len(results))
    function, tangents = forward(primal, wrt)
    yields = (*results, *(t for t in tangents if isinstance(t, Value)))
    body = Block(function.body.args, function.body.ops, yields)
    seeds = np.random.default_rng(0).normal(size=len(wrt)).tolist()
    return Function("f", body, (LEAF,) * len(yields)), [*operands, *seeds]


def groups() -> list[list[Case]]:
    return [NUMBERS[k : k + GROUP] for k in range(0, len(NUMBERS), GROUP)]


@pytest.mark.parametrize("group", groups(), ids=lambda group: str(group[0]))
def test_cpython_runs_what_the_interpreter_runs(group: list[Case]) -> None:
    function, args = together(group)
    names: dict[str, Any] = {}
    exec(emit_module([function], Style()), names)
    np.testing.assert_allclose(names["f"](*args), interpret(function, *args), rtol=1e-13)


@pytest.mark.jit
@pytest.mark.parametrize("group", groups(), ids=lambda group: str(group[0]))
def test_numba_runs_what_cpython_runs(group: list[Case]) -> None:
    function, args = together(group)
    text = emit_module([function], Style(numba=True))
    (compiled,) = compile_functions(text, "f", ["f"], args, "tests", Options())
    expected = np.asarray(interpret(function, *args), dtype=complex)
    np.testing.assert_allclose(np.asarray(compiled(*args), dtype=complex), expected, rtol=1e-12)
