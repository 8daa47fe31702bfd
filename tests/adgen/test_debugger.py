"""Emitted source is stepped through like any other; ``debug=True`` has everything run there."""

import bdb
import inspect
import io
import pdb

import numpy as np
import pytest

import adgen
from adgen.options import Options


def power(x, n):
    y = 1.0
    for _ in range(n):
        y = y * x
    return y


def emitted(derivative):
    """The function of the generated module behind a derivative that has been called."""
    (build,) = derivative._compilations.builds._entries.values()
    return build.functions[0]


class Stops(bdb.Bdb):
    """Notes the lines of a file at which it stops, with the names that are bound there."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def user_line(self, frame):
        if self.break_here(frame):
            self.seen.append(dict(frame.f_locals))
        self.set_continue()


def test_a_breakpoint_in_the_emitted_file_is_hit():
    gradient = adgen.grad(power, debug=True)
    assert gradient(2.0, 3) == 12.0
    function = emitted(gradient)
    lines, first = inspect.getsourcelines(function)
    at = first + next(k for k, text in enumerate(lines) if text.strip().startswith("x_bar +="))
    debugger = Stops()
    assert debugger.set_break(function.__code__.co_filename, at) is None
    assert debugger.runcall(gradient, 2.0, 3) == 12.0
    assert [names["y_bar"] for names in debugger.seen] == [1.0, 2.0, 4.0]


def test_pdb_steps_through_the_emitted_source():
    gradient = adgen.grad(power, debug=True)
    gradient(2.0, 2)
    function = emitted(gradient)
    file, (_, first) = function.__code__.co_filename, inspect.getsourcelines(function)
    said = io.StringIO()
    commands = (
        f"break {file}:{first + 1}\ncontinue\nwhere\nargs\nnext\nnext\nlist\ncontinue\nquit\n"
    )
    debugger = pdb.Pdb(stdin=io.StringIO(commands), stdout=said, nosigint=True, readrc=False)
    debugger.use_rawinput = False
    debugger.runcall(gradient, 2.0, 2)
    text = said.getvalue()
    assert f"{file}({first + 1})power_value_and_grad()" in text
    assert "x = 2.0" in text and "n = 2" in text
    assert "def power_value_and_grad(x, n):" in text


def neighbours(x, i):
    return x[i - 1] * x[i]


@pytest.mark.parametrize("i", [3, -3, 7])
def test_debug_checks_indices(i):
    gradient = adgen.grad(neighbours, debug=True)
    with pytest.raises(IndexError, match="out of bounds") as caught:
        gradient(np.ones(3), i)
    (note,) = caught.value.__notes__
    assert note.endswith("    return x[i - 1] * x[i]")
    assert gradient(np.ones(3), 0).tolist() == [1.0, 0.0, 1.0]  # an index below 0, as in Python


def test_debug_wins_over_jit_and_serves_every_derivative():
    assert not Options(jit=True, debug=True).compiles
    f = adgen.differentiate(power, debug=True)
    for member, args in (("grad", (2.0, 3)), ("hvp", (2.0, 3, 1.0)), ("jacobian", (2.0, 3))):
        assert getattr(f, member)(*args) == 12.0
    assert adgen.vjp(power, 2.0, 3, debug=True)[1](1.0) == (12.0,)
    assert adgen.jvp(power, (2.0, 3), (1.0, None), debug=True) == (8.0, 12.0)
    assert all(inspect.isfunction(b.functions[0]) for b in f._compilations.builds._entries.values())
