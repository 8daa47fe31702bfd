"""The short way to single assignment makes what Numba's own makes."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.runtime.single_assignment import reconstructed

pytestmark = pytest.mark.jit


def branches(x, n):
    if n > 2:
        y = x
        z = 1.0
    else:
        y = -x
    while y > n:
        y = y - 1.0
        z = y
        if z < 3:
            break
        n += 1
    return y + z


def loops(x, n):
    total = 0.0
    for i in range(n):
        last = total
        for j in range(i):
            if j == 3:
                continue
            total += x * j
            last = total if total > last else last
        total = total - last
    return total, last


def unbound(x, n):
    for k in range(n):
        if x > k:
            found = k
    return found


def _dump(blocks: Any) -> str:
    text = io.StringIO()
    with redirect_stdout(text):
        for label, block in blocks.items():
            print(label)
            block.dump(text)
    return text.getvalue()


@pytest.mark.parametrize("function", [branches, loops, unbound], ids=lambda f: f.__name__)
def test_blocks_are_those_of_numba(function: Any) -> None:
    from numba.core import compiler, ssa

    theirs, ours = (compiler.run_frontend(function) for _ in range(2))
    before = _dump(ours.blocks)
    expected = _dump(ssa.reconstruct_ssa(theirs).blocks)
    assert before != expected
    assert _dump(reconstructed(ours.blocks)) == expected


def test_emitted_functions() -> None:
    from numba.core import compiler, ssa

    def program(x, a):
        y = x.copy()
        for i in range(1, len(x)):
            if y[i] > a:
                y[i] = y[i - 1] * a
            else:
                y[i] += np.sin(y[i])
        return np.sum(y) * a

    text = adgen.differentiate(program).source(np.ones(3), 2.0, stage="numba")
    names: dict[str, Any] = {}
    exec(text, names)
    function = names["program_value_and_grad"]
    theirs, ours = (compiler.run_frontend(function) for _ in range(2))
    assert _dump(reconstructed(ours.blocks)) == _dump(ssa.reconstruct_ssa(theirs).blocks)
