"""Functions that come out of the front end and of emission as they went in."""

from __future__ import annotations

import inspect
import math
import textwrap

import numpy as np
import pytest

from adgen.transpiler.emit.module import emit_function
from adgen.transpiler.emit.style import Style
from adgen.transpiler.frontend.lower import lower
from adgen.transpiler.ir.types import F8, FLOAT, array
from adgen.transpiler.ir.types import INT as INTEGER
from adgen.transpiler.source import from_function
from tests.emit.running import compiled

V, M = array("f8", 1), array("f8", 2)
X = np.array([0.5, -1.5, 2.5, 0.25])


def search(x, k):
    s = 0.0
    n = 0
    for i in range(x.shape[0]):
        if x[i] < 0.0:
            continue
        if s > 100.0:
            break
        s += x[i] * x[i]
        n += 1
        if s > 1000.0:
            break
    return s * k + n


def early(x, k):
    if k < 0:
        return 0.0
    s = 0.0
    for i in range(x.shape[0]):
        s += x[i] * x[i]
        if s > 2.0:
            return s
        s *= 0.5
    return s * k


def clipped(x):
    """Cubic in the middle, constant outside."""
    if x > 1.0:
        return 1.0
    if x < -1.0:
        return -1.0
    y = x * x
    if y > 0.5:
        y = 0.5
    return y * 3.0


def newton(x, tol):
    y = x
    for k in range(50):
        step = (y * y - x) / (2.0 * y)
        y -= step
        if abs(step) < tol:
            break
    return y


def collatz(n, a):
    s = a
    while True:
        if n == 1:
            break
        if n % 2 == 0:
            n //= 2
        else:
            n = 3 * n + 1
            s *= 0.5
    return s


def cholesky(A, n):
    L = np.zeros_like(A)
    for i in range(n):
        for j in range(i + 1):
            s = A[i, j]
            for k in range(j):
                s -= L[i, k] * L[j, k]
            if i == j:
                L[i, j] = math.sqrt(s)
            else:
                L[i, j] = s / L[j, j]
    return np.sum(L)


def layer(A, w):
    h = np.tanh(A * w + 1.0)
    m = np.mean(h, axis=0)
    return np.sum((h - m) ** 2)


def swaps(x, s):
    u = x.copy()
    v = x * s
    for t in range(3):
        u[t] += v[t + 1]
        u, v = v, u
    return np.sum(u)


SPD = np.array([[4.0, 1.0], [1.0, 3.0]])
CASES = [
    (search, {"x": V, "k": INTEGER}, (X, 2)),
    (early, {"x": V, "k": INTEGER}, (X, 2)),
    (clipped, {"x": FLOAT}, (0.9,)),
    (newton, {"x": FLOAT, "tol": FLOAT}, (2.0, 1e-9)),
    (collatz, {"n": INTEGER, "a": F8}, (7, np.float64(1.0))),
    (cholesky, {"A": M, "n": INTEGER}, (SPD, 2)),
    (layer, {"A": M, "w": FLOAT}, (SPD, 0.5)),
    (swaps, {"x": V, "s": FLOAT}, (X, 0.5)),
]


@pytest.mark.parametrize("function, types, args", CASES, ids=lambda c: getattr(c, "__name__", ""))
def test_reads_as_it_was_written(function, types, args) -> None:
    (text,) = emit_function(lower(from_function(function), types), Style())
    module = f"import math\nimport numpy as np\n{text}"
    assert compiled(module)[function.__name__](*args) == pytest.approx(function(*args))
    assert text == textwrap.dedent(inspect.getsource(function))
