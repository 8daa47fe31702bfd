"""Calls of NumPy, math and built-in functions mean what they mean in Python."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from adgen.transpiler.errors import UnsupportedError
from tests.frontend.running import agrees, lowered

V = np.array([1.5, -2.0, 0.25, 3.0, -0.5, 2.25])
M = np.arange(12.0).reshape(3, 4) / 3.0 - 1.5
W = np.array([[1.0, -2.0], [0.5, 3.0], [2.5, 0.0], [1.25, -1.5]])
I = np.array([3, -1, 4, 1, -5])  # noqa: E741
B = np.array([True, False, True])
C = np.array([[2.0], [3.0], [-1.0]])


REDUCTIONS = [
    lambda m: np.sum(m),
    lambda m: np.sum(m, 0),
    lambda m: np.sum(m, axis=-1),
    lambda m: np.sum(m, axis=(0, 1)),
    lambda m: np.mean(m, axis=(1,), keepdims=True),
    lambda m: np.max(m, axis=None, keepdims=True),
    lambda m: m.min(axis=0),
    lambda m: m.sum(1),
    lambda m: m.mean(keepdims=True, axis=0),
    lambda m: m.prod(axis=1),
    lambda m: np.any(m > 1.0, axis=0),
    lambda m: (m > -9.0).all(),
    lambda m: np.sum(m > 0),
    lambda m: np.sum(3.0) + np.max(m[0, 1]),
    lambda m: np.sum([m[0, 0], 2.0, 3]),
    lambda m: np.sum(m, dtype=None, out=None),
    lambda m: np.mean(m.T[1:], axis=0),
]


@pytest.mark.parametrize("number", range(len(REDUCTIONS)))
def test_reductions(number: int) -> None:
    agrees(REDUCTIONS[number], M)


PRODUCTS = [
    lambda m, w, v: np.dot(m, w),
    lambda m, w, v: m @ v[:4],
    lambda m, w, v: np.matmul(v[1:4], m),
    lambda m, w, v: np.dot(v, v),
    lambda m, w, v: v.dot(v[::-1]),
    lambda m, w, v: np.dot(2.0, m),
    lambda m, w, v: np.dot(m, v[0]),
    lambda m, w, v: np.dot([1.0, 2.0, 3.0], m),
    lambda m, w, v: np.outer(v, w[0]),
    lambda m, w, v: np.inner(v, v) + np.vdot(v, v),
    lambda m, w, v: w.T.dot(m.T),
]


@pytest.mark.parametrize("number", range(len(PRODUCTS)))
def test_products(number: int) -> None:
    agrees(PRODUCTS[number], M, W, V)


def test_products_check_inner_extents() -> None:
    function = lowered(lambda a, b: a @ b, M, W)
    with pytest.raises(ValueError):
        function(M, W[:3])


ELEMENTWISE = [
    lambda v, i: np.where(v > 0, v, 0.0),
    lambda v, i: np.where(v > 0, 1, i[0]),
    lambda v, i: np.clip(v, -1.0, 2.0),
    lambda v, i: np.clip(v, None, 2.0),
    lambda v, i: np.clip(v, a_min=-0.75, a_max=None),
    lambda v, i: np.clip(i, None, 2),
    lambda v, i: np.clip(i, 0, None),
    lambda v, i: np.clip(v, min=-1.0, max=1.0),
    lambda v, i: v.clip(-1.0, 1.0),
    lambda v, i: np.maximum(v, [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]),
    lambda v, i: np.add(v, 1) * np.exp(v) - np.tanh(v / 2),
    lambda v, i: np.logical_and(v > 0, v < 2),
    lambda v, i: np.arctan2(v, 2.0),
    lambda v, i: np.round(v),
    lambda v, i: np.round(i),
    lambda v, i: np.abs(i) + abs(i),
    lambda v, i: np.sign(v) + np.floor(v),
]


@pytest.mark.parametrize("number", range(len(ELEMENTWISE)))
def test_elementwise(number: int) -> None:
    agrees(ELEMENTWISE[number], V, I)


SCALARS = [
    lambda x, n: math.log(x, 2),
    lambda x, n: math.log(x) + math.sqrt(n) + math.pow(x, n),
    lambda x, n: (math.floor(x), math.ceil(x), math.trunc(-x), math.floor(n)),
    lambda x, n: math.floor(2.5) + math.hypot(x, n) + math.atan2(x, 1.0),
    lambda x, n: max(x, 1.0, n * 0.5),
    lambda x, n: min((x, 2.5)),
    lambda x, n: max(2, 3) + min([x, 1.0]),
    lambda x, n: abs(-x) + abs(-n),
    lambda x, n: sum((x, 1.0, n)) + sum([x]) + sum((x, x), 2.0) + sum(()),
    lambda x, n: (float(n), float(True), int(x), int(-x), bool(n), bool(x)),
    lambda x, n: (round(x), round(n), round(2.5), round(x, 0)),
    lambda x, n: (divmod(n, 3), divmod(x, 0.75), pow(x, n)),
    lambda x, n: (np.float64(x), np.float32(x) * np.float32(2.0), np.int64(n)),
    lambda x, n: float("inf") + float("-1.5") * x,
    lambda x, n: (any((x > 1, n > 9)), all([x > 1, n > 9]), any([])),
    lambda x, n: (isinstance(x, float), isinstance(n, (int, str)), isinstance(x, np.ndarray)),
    lambda x, n: len((x, n)) + len(range(0, n, 2)) + len("abc") + len(range(7)),
    lambda x, n: sum(range(5)) * 1.0 if isinstance(n, str) else x,
    lambda x, n: (tuple([x, n]), tuple(range(3)), list((x,))[0]),
    lambda x, n: (np.where(x > 1, x, 0.0), np.shape(x), np.ndim(x), np.size(x)),
]


@pytest.mark.parametrize("number", range(len(SCALARS)))
def test_scalars(number: int) -> None:
    agrees(SCALARS[number], 1.75, 4)
    agrees(SCALARS[number], 2.5, 7)


VECTORS = [
    lambda v, i, b: max(v) + min(v),
    lambda v, i, b: sum(v) + sum(v, 1.0),
    lambda v, i, b: (sum(i), max(i), sum(b)),
    lambda v, i, b: (any(b), all(b), len(v), len(i)),
    lambda v, i, b: sum([v, v[::-1]]),
    lambda v, i, b: float(v[0]) + int(i[1]),
    lambda v, i, b: (isinstance(v, np.ndarray), np.float32(v), np.float64(i)),
    lambda v, i, b: isinstance(v[0], (float, int)),
]


@pytest.mark.parametrize("number", range(len(VECTORS)))
def test_builtins_of_arrays(number: int) -> None:
    agrees(VECTORS[number], V, I, B)


CONSTRUCTORS = [
    lambda n, x, m: np.zeros(n),
    lambda n, x, m: np.zeros((n, 3), dtype=int),
    lambda n, x, m: np.ones(shape=(2, n), dtype=np.float32),
    lambda n, x, m: np.empty(n).shape,
    lambda n, x, m: np.full(n, x),
    lambda n, x, m: np.full((2, n), 7),
    lambda n, x, m: np.full((2, 3), np.array([1.0, x, 3.0])),
    lambda n, x, m: np.full(3, x, dtype=int),
    lambda n, x, m: np.full(3, n, dtype="float64"),
    lambda n, x, m: (np.zeros_like(m), np.ones_like(m[0]), np.full_like(m, x)),
    lambda n, x, m: (np.zeros_like(x), np.ones_like(n), np.empty_like(m).shape),
    lambda n, x, m: np.zeros_like(m, dtype=bool),
    lambda n, x, m: np.arange(n),
    lambda n, x, m: np.arange(1, n),
    lambda n, x, m: np.arange(n, 0, -2),
    lambda n, x, m: np.arange(5) * 1.0,
    lambda n, x, m: np.arange(n, dtype=float),
    lambda n, x, m: np.arange(0.0, x, 0.1),
    lambda n, x, m: np.arange(0, 1, 0.125),
    lambda n, x, m: np.arange(x, -1.0, -0.3),
    lambda n, x, m: np.arange(x, 0.0),
    lambda n, x, m: np.linspace(0.0, x, n),
    lambda n, x, m: np.linspace(0, 1, 5),
    lambda n, x, m: np.linspace(x, 3.0, num=7, endpoint=False),
    lambda n, x, m: np.linspace(x, 3.0, n - 4, endpoint=False),
    lambda n, x, m: np.linspace(x, 3.0, 1),
    lambda n, x, m: np.linspace(x, 3.0).sum(),
    lambda n, x, m: np.eye(n),
    lambda n, x, m: np.eye(n, 3),
    lambda n, x, m: np.identity(3, dtype=int),
    lambda n, x, m: np.array([1, 2, n]),
    lambda n, x, m: np.array([1, 2.0, x, True]),
    lambda n, x, m: np.array([[1.0, x], [x, 4.0]]),
    lambda n, x, m: np.array([m[0], m[1] * 2]),
    lambda n, x, m: np.array((m[0, 1], x)),
    lambda n, x, m: np.array([]).shape,
    lambda n, x, m: np.array([1, 2], dtype=float),
    lambda n, x, m: np.asarray(m) + np.copy(m) + np.array(m),
    lambda n, x, m: np.array(x) + np.asarray(n),
    lambda n, x, m: np.array(m, dtype=np.float32),
]


@pytest.mark.parametrize("number", range(len(CONSTRUCTORS)))
def test_constructors(number: int) -> None:
    agrees(CONSTRUCTORS[number], 5, 1.75, M)
    agrees(CONSTRUCTORS[number], 6, 0.5, M)


@pytest.mark.parametrize("n", range(4))
def test_small_counts(n: int) -> None:
    agrees(lambda n, x: (np.linspace(x, 2.0, n), np.arange(n), np.eye(n), np.arange(1, n)), n, 0.3)


def test_negative_extents() -> None:
    with pytest.raises(ValueError, match="negative dimensions"):
        lowered(lambda n: np.zeros(n), 3)(-1)
    with pytest.raises(ValueError, match="samples"):
        lowered(lambda n: np.linspace(0.0, 1.0, n), 3)(-1)


VIEWS = [
    lambda m, v, c: m.shape,
    lambda m, v, c: (m.size, m.ndim, v.size, m.T.shape, m[1:].shape),
    lambda m, v, c: (np.size(m), np.size(m, 1), np.shape(m[0]), np.ndim(m)),
    lambda m, v, c: m.T[1],
    lambda m, v, c: m.T[1:, ::-1],
    lambda m, v, c: np.transpose(m),
    lambda m, v, c: m.transpose(1, 0)[0],
    lambda m, v, c: m.transpose((1, 0)) + np.swapaxes(m, 0, -1),
    lambda m, v, c: np.moveaxis(m.reshape(3, 2, 2), 0, -1),
    lambda m, v, c: m.reshape(3, 2, 2).transpose(2, 0, 1)[1],
    lambda m, v, c: m.reshape(-1),
    lambda m, v, c: m.reshape((2, -1)),
    lambda m, v, c: m.reshape([4, 3]) + np.reshape(m, (4, -1)),
    lambda m, v, c: m.T.reshape(3, 4),
    lambda m, v, c: m[:, 1:3].reshape(-1),
    lambda m, v, c: m[1].reshape(2, 2),
    lambda m, v, c: v.reshape(-1, 1) + v.reshape(1, -1),
    lambda m, v, c: v.reshape(v.size // 2, 2),
    lambda m, v, c: v.reshape(2, len(v) // 2)[:, 0],
    lambda m, v, c: m.reshape(m.shape[0], -1) + m.reshape(m.shape),
    lambda m, v, c: m.ravel() + m.flatten() + np.ravel(m),
    lambda m, v, c: m.T.ravel(),
    lambda m, v, c: m.T.flatten(),
    lambda m, v, c: v[::2].ravel(),
    lambda m, v, c: np.expand_dims(v, 0),
    lambda m, v, c: np.expand_dims(v, (0, 2)).shape,
    lambda m, v, c: c.squeeze(1) + np.squeeze(c, axis=-1),
    lambda m, v, c: np.squeeze(np.sum(m, axis=0, keepdims=True), 0),
    lambda m, v, c: c[:1].squeeze(axis=(0, 1)),
    lambda m, v, c: c.reshape(-1),
    lambda m, v, c: c.reshape(1, -1),
    lambda m, v, c: (m > 0).astype(float),
    lambda m, v, c: m.astype(int),
    lambda m, v, c: m[0, 0].astype(np.float32),
    lambda m, v, c: np.zeros(3, dtype=m.dtype),
    lambda m, v, c: m.copy() + m[:, 1:2].copy().reshape(3, 1),
    lambda m, v, c: np.sum(v[:1].item()) + v[2].item() + np.array([[3.0]]).item(),
    lambda m, v, c: np.reshape(v[0], (1, 1)),
    lambda m, v, c: np.ravel([[1.0, 2.0], [v[0], 3.0]]),
    lambda m, v, c: v.T + v.transpose(),
]


@pytest.mark.parametrize("number", range(len(VIEWS)))
def test_views(number: int) -> None:
    agrees(VIEWS[number], M, V, C)


def test_size_checks_of_reshape() -> None:
    function = lowered(lambda v, n: v.reshape(n, 2), V, 3)
    assert function(V, 3)[0].shape == (3, 2)
    for n in (2, -3):
        with pytest.raises(ValueError, match="cannot reshape"):
            function(V, n)
    with pytest.raises(ValueError, match="cannot reshape"):
        lowered(lambda v, n: v.reshape(-1, n), V, 3)(V, 4)


def writes_through_reshape(m: Any) -> Any:
    flat = m.reshape(-1)
    flat[1] = 7.0
    rows = m[1:].reshape(2, 2, 2)
    rows[0, 1] = -1.0
    m.T[0] = 5.0
    column = m[:, 2].reshape(-1, 1)
    column[1] = 9.0
    np.transpose(m)[3, 0] = 8.0
    return np.sum(flat) + rows[1, 1, 1]


def writes_to_copies(m: Any) -> Any:
    flat = m.flatten()
    flat[0] = 100.0
    other = m.copy()
    other.fill(2.0)
    third = np.array(m)
    third[0] = other[0]
    same = np.asarray(m)
    same[0, 0] = 4.0
    part = m[2]
    part.fill(6.0)
    m.ravel()[5] = 3.5
    return flat, third, np.sum(other)


@pytest.mark.parametrize("program", [writes_through_reshape, writes_to_copies])
def test_writes(program: Any) -> None:
    agrees(program, M)


def prints(x: float, m: Any) -> float:
    print("x is", x, None, 3, True)
    print(m[0], sep="-", end="!\n")
    print()
    return x


def test_print(capsys: pytest.CaptureFixture[str]) -> None:
    agrees(prints, 1.5, M)
    mine, theirs = np.array_split(np.array(capsys.readouterr().out.split("\n")[:-1]), 2)
    assert list(mine) == list(theirs)


def loops(v: Any, n: int) -> float:
    total = 0.0
    for k, x in enumerate(v, 1):
        total += k * x
    for a, b in zip(v, reversed(v)):
        total += a * b
    for k in reversed(range(1, n)):
        total = total * 0.5 + k
    for k in range(n, 0, -2):
        total += k
    return total


def test_sequences() -> None:
    agrees(loops, V, 5)


REFUSED = [
    (lambda m: math.sin(m), "np.sin"),
    (lambda m: math.acos(m), "np.arccos"),
    (lambda m: np.max(m, where=m > 0), "nothing"),
    (lambda m: np.sum(m, axis=2), "0 to 1"),
    (lambda m: np.sum(m, axis=(0, 0)), "once"),
    (lambda m: np.sin(), "takes"),
    (lambda m: np.sin(m, m, m), "takes"),
    (lambda m: np.sin(x=m), "leave"),
    (lambda m: np.matmul(2.0, m), ""),
    (lambda m: m.reshape(7, -1) if m.shape[0] > 9 else np.zeros(6).reshape(4, -1), "multiply"),
    (lambda m: m.reshape(-1, -1), "open"),
    (lambda m: m.reshape(4.0, 3), "int"),
    (lambda m: m.flat, "arrays"),
    (lambda m: m.tolist(), "rows"),
    (lambda m: np.zeros(2.0), "int"),
    (lambda m: np.zeros(2, dtype=np.float16), "float64"),
    (lambda m: np.zeros(()), "number"),
    (lambda m: np.array([[1.0, 2.0], [3.0]]), "rows"),
    (lambda m: np.array([1.0, "a"]), "numbers"),
    (lambda m: np.arange(m[0, 0], 3, np.float32(0.5)), "ints"),
    (lambda m: max(m), "np.max"),
    (lambda m: max(m, 1.0), "element"),
    (lambda m: float(m), "astype"),
    (lambda m: round(m[0, 0], 2), "rint"),
    (lambda m: pow(2, 3, 5), "mod"),
    (lambda m: len(3.0), "array"),
    (lambda m: print(m, colour=1), "leave"),
    (lambda m: print(m, file="log.txt"), "sys.stdout"),
    (lambda m: np.zeros(3).fill(m), "[:]"),
    (lambda m: np.linspace(0.0, 1.0, m), "int"),
    (lambda m: range(m[0, 0]), "int"),
]


@pytest.mark.parametrize("number", range(len(REFUSED)))
def test_refusals(number: int) -> None:
    program, hint = REFUSED[number]
    with pytest.raises(UnsupportedError) as caught:
        lowered(program, M)
    assert caught.value.span is not None
    assert caught.value.hint and hint in caught.value.hint
