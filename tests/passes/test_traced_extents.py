"""Where extents come from is asked once for each array, however many paths lead to it."""

from __future__ import annotations

import numpy as np

import adgen
from tests.adgen.agreement import agrees


def chained(x):
    y = x.copy()
    for i in range(x.shape[0]):
        if y[0] > 0.1:
            y[0] *= 0.9
        if y[1] > 0.1:
            y[1] *= 0.8
        for _ in range(2):
            if y[i] > 0.2:
                y[i] -= 0.1 * x[0]
            while y[i] > 3.0:
                y[i] *= 0.5
            if y[0] < -3.0:
                y[0] *= x[1]
        for _ in range(2):
            if y[i] > 0.4:
                y[i] -= 0.1 * x[1]
            while y[i] > 3.5:
                y[i] *= 0.5
            if y[1] < -3.0:
                y[1] *= x[0]
    for _ in range(2):
        for _ in range(2):
            for _ in range(2):
                if y[0] < 9.0:
                    y[0] += x[0]
                if y[1] < 9.0:
                    y[1] += x[1] * x[0]
                if y[2] < 9.0:
                    y[2] += x[1] * x[2]
                if y[3] < 9.0:
                    y[3] += x[3]
    return np.sum(y * y)


def test_chains_of_ifs_in_loops_are_followed_once(monkeypatch):
    from adgen.transpiler.primitives.shapes import Shapes

    asked = 0
    traced = Shapes._traced

    def counted(self, x, axis):
        nonlocal asked
        asked += 1
        return traced(self, x, axis)

    monkeypatch.setattr(Shapes, "_traced", counted)
    agrees(chained, np.array([0.7, -0.4, 1.3, 2.2]))
    assert 0 < asked < 20_000


def test_arrays_that_lean_on_each_other() -> None:
    """Each of many carried arrays keeps its shape if the others do: not all orders are tried."""
    count = 14
    names = [f"a{k}" for k in range(count)]
    made = "".join(f"    {name} = np.zeros(e.shape)\n" for name in names)
    steps = "".join(
        f"        a{k} = a{k} + c * (np.sin(a{(k + 1) % count}) - a{(k + 1) % count})\n"
        for k in range(count)
    )
    text = (
        f"import numpy as np\ndef f(c, e):\n{made}    a0 = e * c\n"
        f"    for t in range(5):\n{steps}    return np.sum(a0 * a0)\n"
    )
    f = adgen.differentiate(adgen.from_source(text)["f"])
    loops = f.source(0.1, np.ones((4, 3)), stage="numba")
    assert loops.count("a13.shape") == 0
