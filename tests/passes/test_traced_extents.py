"""Where extents come from is asked once for each array, however many paths lead to it."""

from __future__ import annotations

import numpy as np

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
