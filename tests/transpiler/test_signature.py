"""Descriptions of arguments: from values, annotations, text, and use."""

from __future__ import annotations

from collections import OrderedDict, namedtuple

import numpy as np
import numpy.typing as npt
import pytest

import adgen
from adgen.transpiler.errors import AdgenError, UnsupportedError
from adgen.transpiler.signature import (
    argument_of,
    parse_arguments,
    show,
    signature_of,
)
from adgen.transpiler.source import from_function
from tests.golden.programs import logistic_loss as loss

Point = namedtuple("Point", "x y")


def mse(w, X, y, lam):
    return np.mean((X @ w - y) ** 2) + lam * np.sum(w * w)


def heat(u, steps, k: float = 0.1):
    for _ in range(steps):
        for row in u:
            row[1:-1] = row[1:-1] + k * (row[:-2] - 2 * row[1:-1] + row[2:])
    return u.sum()


def annotated(
    a: float, n: int, v: "f8[:, ::1]", m: npt.NDArray[np.float64], q: np.ndarray,  # noqa: F821, UP037
    t: tuple[float, "f4[:]"], s: float | None, e=None, k=3,  # noqa: F821, UP037
):  # fmt: skip
    return a + m[0, 0] + q


def net(W1, b1, W2, b2, X, y):
    hidden = np.tanh(X @ W1 + b1)
    return np.mean((hidden @ W2 + b2 - y) ** 2)


def calls(x, M, k):
    return heat(M, k) + mse(x, M, x, 1)


def logistic(w, X, y):
    return np.mean(np.log1p(np.exp(-y * (X @ w))))


def constructed(n, m, x):
    out = np.zeros((n, m))
    for row, value in zip(out, x):
        row[0] = value
    return out.T


def shapes(A, B, v):
    n, m = A.shape
    return B.T, np.sum(v, axis=1), n + m


def unpacked(theta, params, data):
    mu, log_sigma = theta
    W, b = params
    return np.sum(0.5 * ((data - mu) / np.exp(log_sigma)) ** 2) + np.sum(data @ W + b)


def labelled(W, X, labels, order):
    logits = X.dot(W)
    total = 0.0
    for i in order:
        total += logits[i, labels[i]]
    return total


def pairwise(points):
    n = points.shape[0]
    energy = 0.0
    for i in range(n):
        for j in range(i + 1, n):
            d = points[i] - points[j]
            energy += 1.0 / np.sqrt(np.sum(d * d))
    return energy


@pytest.mark.parametrize(
    ("function", "text", "guessed"),
    [
        (loss, "w: f8[:], b: float, X: f8[:, :], y: f8[:]", "w b X y"),
        (mse, "w: f8[:], X: f8[:, :], y: f8[:], lam: float", "w X y lam"),
        (heat, "u: f8[:, :], steps: int, k: float", "u steps"),
        (
            annotated,
            "a: float, n: int, v: f8[:, :], m: f8[:, :], q: f8[:], t: (float, f4[:]), "
            "s: float, e: static None, k: int",
            "m q",
        ),
        (logistic, "w: f8[:], X: f8[:, :], y: f8[:]", "w X y"),
        (constructed, "n: int, m: int, x: f8[:]", "n m x"),
        (shapes, "A: f8[:, :], B: f8[:, :], v: f8[:, :]", "A B v"),
        (unpacked, "theta: f8[:], params: (f8[:, :], float), data: f8[:]", "theta params data"),
        (
            labelled,
            "W: f8[:, :], X: f8[:, :], labels: i8[:], order: i8[:]",
            "W X labels order",
        ),
        (pairwise, "points: f8[:, :]", "points"),
        (lambda x: x * x, "x: float", "x"),
    ],
)
def test_signatures(function, text, guessed):
    signature = signature_of(from_function(function), {})
    assert str(signature) == text
    assert signature.guessed == tuple(guessed.split())


def test_evidence_comes_from_called_functions():
    signature = signature_of(from_function(calls), {})
    assert str(signature) == "x: f8[:], M: f8[:, :], k: int"


def test_what_is_given_wins():
    given = parse_arguments("y: f4[:, 1]")
    signature = signature_of(from_function(mse), given)
    assert show(signature.arguments["y"]) == "f4[:, 1]"
    assert "y" not in signature.guessed


def test_given_name_that_is_no_parameter():
    with pytest.raises(AdgenError) as error:
        signature_of(from_function(mse), parse_arguments("z: f8"))
    assert "`mse` has no parameter `z`" in str(error.value)
    assert "its parameters are `w`, `X`, `y`, `lam`" in str(error.value)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("f8[:]", "f8[:]"),
        ("float64[:, ::1]", "f8[:, :]"),
        ("nb.float32[:]", "f4[:]"),
        ("'f8[:]'", "f8[:]"),
        ("i8", "int"),
        ("bool", "bool"),
        ("f4", "f4"),
        ("(f8, (i8, f8[1, :]))", "(float, (int, f8[1, :]))"),
        ("tuple[float, int]", "(float, int)"),
        ("{'w': f8[:], 'b': f8}", "{'w': f8[:], 'b': float}"),
        ("[(f8[:, :], f8[:]), {1: i8}]", "[(f8[:, :], f8[:]), {1: int}]"),
        ("{}", "{}"),
        ("None", "static None"),
    ],
)
def test_texts(text, shown):
    assert show(parse_arguments(f"p: {text}")["p"]) == shown


@pytest.mark.parametrize(
    "text", ["w: f8[:", "w", "w: foo", "w: f8[2]", "w: {f8: 1}", "1", "w: f8): pass\n#"]
)
def test_texts_that_say_nothing(text):
    with pytest.raises(AdgenError, match="does not describe arguments"):
        parse_arguments(text)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1, "int"),
        (True, "bool"),
        (2.0, "float"),
        (np.float32(1), "f4"),
        (np.float64(1), "f8"),
        (np.array(1.0), "f8"),
        (np.ones((1, 2)), "f8[1, :]"),
        (np.ones(0), "f8[:]"),
        (np.ones(2, bool), "bool[:]"),
        ((1, (2.0, np.ones(3))), "(int, (float, f8[:]))"),
        (None, "static None"),
        ("mean", "static 'mean'"),
        (np.sin, "static sin"),
        ([1.0, {"w": np.ones(2), 3: None}], "[float, {'w': f8[:], 3: static None}]"),
        (Point(1.0, np.ones(2)), "Point(x=float, y=f8[:])"),
        (OrderedDict(a=1.0), "{'a': float}"),
        (mse, "static mse"),
    ],
)
def test_values(value, shown):
    assert show(argument_of(value)) == shown


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({1.0}, "an argument of type `set` is not supported"),
        ([1.0] * 257, "a list of 257 parts is more than adgen unrolls (256)"),
        (((1.0,) * 300,), "a tuple of 300 parts is more than adgen unrolls (256)"),
        (np.random.PCG64(0), "register_container(PCG64, ...)"),
        (np.ones(2, np.clongdouble), "arrays of dtype complex256 are not supported"),
        (np.ones(2, np.float16), "arrays of dtype float16 are not supported"),
        (np.ones(2, object), "arrays of dtype object are not supported"),
        (np.ones(3, ">f8"), "has the byte order of another machine"),
        (np.ma.ones(3), "`MaskedArray` has operators of its own"),
        (2**70, "does not fit into 64 bits"),
    ],
)
def test_values_that_are_refused(value, message):
    with pytest.raises(UnsupportedError) as error:
        argument_of(value)
    assert message in str(error.value)


def test_any_number_of_arguments_is_refused():
    with pytest.raises(UnsupportedError, match="takes any number of arguments"):
        signature_of(from_function(lambda *args: args), {})


def inner_net(params, x):
    return np.tanh(x @ params["W"] + params["b"])


def nested_net(params, x, n):
    h = inner_net(params["first"], x)
    for i in range(n):
        h = h * params["scale"] + x[i]
    return h


def test_items_of_dicts_are_guessed_like_parameters():
    signature = signature_of(from_function(nested_net), {})
    assert str(signature) == (
        "params: {'first': {'W': f8[:, :], 'b': float}, 'scale': float}, x: f8[:], n: int"
    )


def test_dicts_that_are_passed_on_to_a_derivative():
    def loss(params, x):
        return adgen.grad(inner_net)(params, x)

    assert str(signature_of(from_function(loss), {}).arguments["params"].keys) == "('W', 'b')"
