"""Texts that once took twice as long with each more level, and those that once crashed.

``attempt`` gives up after five seconds: without what is tested here, each takes minutes or years.
"""

from __future__ import annotations

import numpy as np
import pytest

import adgen
from tests.stress import front_end


def _nested(head: str, count: int, body: str) -> str:
    lines = ["    " * (k + 1) + head.format(k) for k in range(count)]
    return "\n".join([*lines, "    " * (count + 1) + body])


SOON = {
    "terms of a test": "def f(x):\n    if " + "x + " * 60 + "1.0 > 0.0:\n"
    "        return x * x\n    return x\n",
    "comparisons in comparisons": "def f(x):\n    if " + "1 < (" * 40 + "x" + ")" * 40 + ":\n"
    "        return x * x\n    return x\n",
    "ifs in ifs": "def f(x):\n    t = 0.0\n" + _nested("if x > {}:", 19, "t += x * x\n")
    + "    return t\n",
    "parts of a test": "def f(x):\n    return x if "
    + " and ".join(f"x > {k}" for k in range(700)) + " else 0.0\n",
    "terms of a sum": "def f(x):\n    return " + " + ".join(["x * x"] * 1000) + "\n",
    "ifs behind else": "def f(x):\n    return "
    + "".join(f"x * {k} if x > {k} else " for k in range(250)) + "x\n",
    "elifs": "def f(x):\n    if x > 400:\n        y = x\n"
    + "".join(f"    elif x > {k}:\n        y = x * {k}\n" for k in range(400, 0, -1))
    + "    else:\n        y = x * x\n    return y\n",
    "elifs that write": "def f(x):\n    y = x.copy()\n    if len(x) > 200:\n        y[0] = 1.0\n"
    + "".join(f"    elif len(x) > {k}:\n        y[{k}] = x[0]\n" for k in range(200, 0, -1))
    + "    return y[0]\n",
    "letters": f"def f(x):\n    return x * len('{'a' * 5_000_000}')\n",
}  # fmt: skip


SOON["a function as default"] = (
    "def g(x):\n    return x * x\n\ndef f(x, h=g, k=None):\n    return h(x)\n"
)


@pytest.mark.parametrize("name", SOON)
def test_shown_soon(name):
    assert front_end.attempt(SOON[name]) == "shown"


@pytest.mark.slow
def test_as_deep_as_elifs_go():
    """1,500 took 35 seconds, and ended in Python's limit of what calls what, as 1,000 did."""
    arms = "".join(f"    elif x > {k}:\n        y = x * {k}\n" for k in range(1100, 0, -1))
    text = f"def f(x):\n    if x > 9999:\n        y = x\n{arms}    else:\n        y = x\n"
    made = adgen.from_source(f"{text}    return y\n")
    assert "elif x > 1099:" in adgen.differentiate(made["f"]).source(1.0)
    assert adgen.grad(made["f"], jit=False)(3.5) == 3.0


REFUSED = {
    "calls of calls": "".join(
        f"def f{k}(x):\n" + f"    f{k + 1}(x)\n" * 40 + "    return x\n" for k in range(6)
    ),
    "loops in loops": "def f(x, n: int):\n    t = 0.0\n"
    + _nested("for i{} in range(n):", 20, "t += x * x\n") + "    return t\n",
    "no index of a shape": "def f(x):\n    return x.shape[()]\n",
    "an axis that no array has": "def f(x):\n    return x[0] + x.shape[999999999]\n",
    "a module for a dtype": "import numpy as np\ndef f(x):\n    return np.array([x], np)\n",
    "classes in order": "def f(x):\n    return x if int >= float else 0.0\n",
    "a number in a text": "def f(x):\n    return x if 1.0 in 'text' else 0.0\n",
    "half a place": "def f(x):\n    print('a } {'.format(x))\n    return x\n",
    "more digits than Python writes": f"def f(x):\n    return x * 0x{'f' * 10_000}\n",
    "a global of as many": f"N = 0x{'f' * 10_000}\ndef f(x):\n    return x * N\n",
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused_soon(name):
    assert front_end.attempt(REFUSED[name]) == "refused"


def test_line_ends_of_other_systems():
    for end in ("\r", "\r\n"):
        front_end.show(f"import math{end}def f(x):{end}    return math.sin(x){end}", "f")


def _staircase(x, y):
    if x > 0.0:
        if x > 1.0:
            if x > 2.0:
                y[0] += x * x
            else:
                y[1] = x
        else:
            y[0] = 2.0 * x
    return y[0] * y[1]


def test_arrays_that_only_some_arms_write():
    """Their adjoints are zeros in the other arms: the arms are reversed once more for them."""
    gradient = adgen.grad(_staircase, wrt=(0, 1), jit=False)
    for x, expected in ((-1.0, 0.0), (0.5, 10.0), (1.5, 3.0), (3.0, 30.0)):
        x_bar, y_bar = gradient(x, np.array([3.0, 5.0]))
        assert x_bar == expected
        for k in range(2):
            step = np.where(np.arange(2) == k, 1e-6, 0.0)
            high, low = (_staircase(x, np.array([3.0, 5.0]) + s) for s in (step, -step))
            assert np.isclose(y_bar[k], (high - low) / 2e-6)
