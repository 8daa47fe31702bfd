"""Containers as arguments, results, gradients, tangents and cotangents."""

from __future__ import annotations

import copy
from collections import OrderedDict, defaultdict, namedtuple
from dataclasses import dataclass

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

import adgen
from adgen.keys import type_key
from adgen.structures import maker, taker
from adgen.transpiler.signature import argument_of

both = pytest.mark.parametrize("jit", [False, pytest.param(True, marks=pytest.mark.jit)])

Dense = namedtuple("Dense", "W b")


@dataclass
class Layer:
    W: np.ndarray
    b: np.ndarray
    name: str = "layer"


@dataclass(frozen=True, slots=True)
class Frozen:
    W: np.ndarray
    b: np.ndarray


class Line:
    """A class that adgen knows nothing of."""

    def __init__(self, slope, offset):
        self.slope, self.offset = slope, offset


adgen.register_container(Line, vars, lambda parts: Line(**parts))
adgen.register_container(defaultdict, dict, lambda parts: defaultdict(float, parts), "item")

RNG = np.random.default_rng(0)
X = RNG.normal(size=(5, 3))


def arrays():
    rng = np.random.default_rng(1)
    return rng.normal(size=(3, 2)), rng.normal(size=2)


def affine(layer, x):
    return np.sum(np.tanh(x @ layer.W + layer.b))


def flat(W, b, x):
    return np.sum(np.tanh(x @ W + b))


@both
@pytest.mark.parametrize("make", [Dense, Layer, Frozen])
def test_records(make, jit):
    W, b = arrays()
    found = adgen.grad(affine, jit=jit)(make(W, b), X)
    W_bar, b_bar = adgen.grad(flat, (0, 1), jit=False)(W, b, X)
    assert type(found) is make
    np.testing.assert_allclose(found.W, W_bar)
    np.testing.assert_allclose(found.b, b_bar)
    assert getattr(found, "name", None) is None
    adgen.check_grads(affine, jit=jit)(make(W, b), X)


def test_attrs_classes():
    attrs = pytest.importorskip("attrs")
    Attrs = attrs.make_class("Attrs", ["W", "b"])
    W, b = arrays()
    found = adgen.grad(affine, jit=False)(Attrs(W, b), X)
    assert type(found) is Attrs
    np.testing.assert_allclose(found.b, adgen.grad(flat, 1, jit=False)(W, b, X))


def network(params, x, mode):
    h = x
    for W, b in params["layers"]:
        h = np.tanh(h @ W + b)
    total = np.mean(h) if mode == "mean" else np.sum(h)
    return params["scale"] * total


@both
def test_nested_containers(jit):
    W, b = arrays()
    V = RNG.normal(size=(2, 4)).astype(np.float32)
    c = np.float32(0.5)
    params = {"layers": [(W, b), [V, c]], "scale": 2.0, "note": None, "flag": True, "empty": []}
    before = copy.deepcopy(params)
    found = adgen.grad(network, jit=jit)(params, X, "mean")
    assert list(found) == list(params)
    assert (found["note"], found["flag"], found["empty"]) == (None, None, [])
    assert [type(part) for part in found["layers"]] == [tuple, list]
    assert found["layers"][1][0].dtype == np.float32 and type(found["layers"][1][1]) is np.float32
    assert type(found["scale"]) is float
    adgen.check_grads(network, jit=jit)(params, X, "sum")
    assert str(params) == str(before)


def test_hessian_products_and_vectors():
    params = {"w": np.array([1.0, 2.0]), "more": [3.0, None]}

    def cubic(p):
        return np.sum(p["w"] ** 3) * p["more"][0]

    vector = {"more": [1.0, None], "w": np.array([1.0, 0.0])}
    found = adgen.hvp(cubic, jit=False)(params, vector)
    np.testing.assert_allclose(found["w"], [18.0 + 3.0, 12.0])
    assert found["more"] == [3.0, None]
    (packed,) = adgen.hvp(cubic, ("p",), jit=False)(params, (vector,))
    np.testing.assert_allclose(packed["w"], found["w"])
    with pytest.raises(ValueError, match="a dict with the keys 'w', 'more' is wanted"):
        adgen.hvp(cubic, jit=False)(params, {"w": np.ones(2)})


def report(p):
    y = p["x"] * p["y"]
    return {"y": y, "both": [p["x"], (y, None, "label")], "n": 3}


@both
def test_results(jit):
    p = {"x": 2.0, "y": np.arange(3.0)}
    ours, theirs = adgen.differentiate(report, jit=jit)(p), report(p)
    assert str(ours) == str(theirs)
    value, pullback = adgen.vjp(report, p, jit=jit)
    assert str(value) == str(theirs)
    seed = {"n": 0, "both": [1.0, (np.zeros(3), None, None)], "y": np.ones(3)}
    (p_bar,) = pullback(seed)
    assert p_bar["x"] == 1.0 + 3.0
    np.testing.assert_allclose(p_bar["y"], 2.0)
    value, tangent = adgen.jvp(report, (p,), ({"y": None, "x": 1.0},), jit=jit)
    assert str(value) == str(theirs)
    np.testing.assert_allclose(tangent["both"][1][0], p["y"])
    assert tangent["both"][0] == 1.0 and tangent["both"][1][1:] == (None, None)
    with pytest.raises(ValueError, match=r"a tuple of 3 is wanted at `\['both'\]\[1\]`, not a"):
        pullback({"n": 0, "both": [1.0, (1.0,)], "y": np.ones(3)})
    with pytest.raises(ValueError, match="the tangent nests like its argument: a dict with"):
        adgen.jvp(report, (p,), ([1.0],), jit=jit)


def test_records_as_results():
    def make(W, b):
        return Dense(W * 2.0, Line(b, 1.0))

    value, pullback = adgen.vjp(make, 3.0, 4.0, jit=False)
    assert type(value) is Dense and type(value.b) is Line
    assert (value.W, value.b.slope, value.b.offset) == (6.0, 4.0, 1.0)
    assert pullback(Dense(1.0, Line(10.0, 5.0))) == (2.0, 10.0)


def test_registered_containers():
    def f(line, table):
        return line.slope * table["x"] ** 2 + line.offset * 3.0

    table = defaultdict(float, {"x": 5.0})
    line_bar, table_bar = adgen.grad(f, (0, 1), jit=False)(Line(2.0, 3.0), table)
    assert type(line_bar) is Line and vars(line_bar) == {"slope": 25.0, "offset": 3.0}
    assert type(table_bar) is defaultdict and table_bar == {"x": 20.0}
    assert table_bar["other"] == 0.0


def test_registration_is_checked():
    with pytest.raises(adgen.AdgenError, match="is no class"):
        adgen.register_container(3, vars, dict)
    with pytest.raises(adgen.AdgenError, match="access='key' is not known"):
        adgen.register_container(Line, vars, dict, "key")

    class Late:
        def __init__(self):
            self.x = 2.0

    square = adgen.grad(lambda c: c.x * c.x, jit=False)
    with pytest.raises(adgen.UnsupportedError, match=r"register_container\(Late, \.\.\.\)"):
        square(Late())
    adgen.register_container(Late, vars, lambda parts: parts)
    assert square(Late()) == {"x": 4.0}


def test_keys_in_another_order_are_another_program():
    def chain(p):
        x = 1.0
        for value in p.values():
            x = x * value + 1.0
        return x

    gradient = adgen.grad(chain, jit=False)
    for p in ({"a": 2.0, "b": 5.0}, {"b": 5.0, "a": 2.0}, OrderedDict(b=5.0, a=2.0)):
        found = gradient(p)
        assert list(found) == list(p) and type(found) is type(p)
        first, second = p.values()
        assert list(found.values()) == [second, first + 1.0]


def test_keys_of_every_kind():
    def f(p):
        return p[1] * p["a b"] * p[(2, 3)]

    assert adgen.grad(f, jit=False)({1: 2.0, "a b": 3.0, (2, 3): 4.0}) == {
        1: 12.0, "a b": 8.0, (2, 3): 6.0,
    }  # fmt: skip
    assert type_key({1: 1.0}) != type_key({True: 1.0}) != type_key({1.0: 1.0})
    assert type_key([1.0]) != type_key((1.0,))


def counting(p):
    total = 0.0
    table = np.zeros(p["n"] + 1)
    for i in range(p["n"]):
        k = p["index"][i] * 2 - p["index"][i]
        table[i] = p["x"][k] ** p["power"]
        if i > p["skip"]:
            total += table[i]
    return total


@both
def test_integers_that_count_and_index_have_no_derivative(jit):
    p = {
        "x": np.array([1.0, 2.0, 3.0]), "n": 3, "index": np.array([0, 2, 2]), "power": 2,
        "skip": np.int64(0),
    }  # fmt: skip
    found = adgen.grad(counting, jit=jit)(p)
    np.testing.assert_allclose(found["x"], [0.0, 0.0, 12.0])
    assert [found[name] for name in ("n", "index", "power", "skip")] == [None] * 4
    adgen.check_grads(counting, jit=jit)(p)
    product = adgen.hvp(counting, jit=jit)(p, {**p, "n": None})
    np.testing.assert_allclose(product["x"], [0.0, 0.0, 12.0])


def test_containers_of_some_floats_are_differentiated_by_default():
    def f(p, n, q):
        return p["x"] ** p["n"] * n * q[0]

    p = {"x": 2.0, "n": 2}
    _, pullback = adgen.vjp(f, p, 3, [1.0, None], jit=False)
    assert pullback(1.0) == ({"x": 12.0, "n": None}, [12.0, None])
    assert adgen.multigrad_dict(f, jit=False)(p, 3, (1.0,)) == {
        "p": {"x": 12.0, "n": None}, "q": (12.0,),
    }  # fmt: skip


INTEGERS = [
    lambda p: p["x"] * p["n"],
    lambda p: p["x"] / (p["n"] * 2 + 1),
    lambda p: p["x"] + (p["n"] if p["x"] > 5.0 else 0.0),
    lambda p: np.sum(np.full(3, p["n"]) * p["x"]),
    lambda p: p["x"] * float(p["n"]),
    lambda p: p["n"] ** p["x"],
    lambda p: p["x"] * sum([i for i in range(p["n"], 5)]),
]


@pytest.mark.parametrize("number", range(len(INTEGERS)))
def test_integers_that_enter_arithmetic_are_refused(number):
    f = INTEGERS[number]
    with pytest.raises(adgen.NotDifferentiable) as error:
        adgen.grad(f, jit=False)({"x": 1.0, "n": 2})
    assert "the argument `p['n']` is an integer: it has no derivative" in str(error.value)
    assert "pass float(p['n'])" in str(error.value)
    assert adgen.grad(lambda p: p["x"] * 1.0, jit=False)({"x": 1.0, "n": 2}) == {
        "x": 1.0,
        "n": None,
    }


def test_tangents_of_integers_are_zero():
    f = INTEGERS[0]
    assert adgen.jvp(f, ({"x": 1.0, "n": 2},), ({"x": 1.0, "n": 0},), jit=False) == (2.0, 2.0)
    assert adgen.jvp(f, ({"x": 1.0, "n": 2},), ({"x": 1.0, "n": None},), jit=False) == (2.0, 2.0)
    with pytest.raises(ValueError, match=r"`p\['n'\]` is no float: its tangent is zero"):
        adgen.jvp(f, ({"x": 1.0, "n": 2},), ({"x": 1.0, "n": 1},), jit=False)


def test_containers_without_any_float_have_no_gradient():
    for empty in ({}, [], {"name": "x"}, [None, [True]]):
        with pytest.raises(adgen.NotDifferentiable, match="it has no derivative"):
            adgen.grad(lambda p: 1.0, jit=False)(empty)


def test_grad_of_grad_needs_a_number():
    with pytest.raises(adgen.NotDifferentiable, match="but `p` is a dict"):
        adgen.grad(adgen.grad(lambda p: p["x"] ** 2, jit=False))({"x": 1.0})


def test_an_array_given_twice_and_written_to_is_refused():
    def f(p):
        p["a"][0] = 2.0
        return np.sum(p["a"] * p["b"])

    shared = np.ones(3)
    with pytest.raises(adgen.AliasedMutation, match=r"`p\['a'\]` is written to and shares memory"):
        adgen.grad(f, jit=False)({"a": shared, "b": shared})
    p = {"a": np.ones(3), "b": np.ones(3)}
    adgen.grad(f, jit=False)(p)
    np.testing.assert_array_equal(p["a"], 1.0)
    adgen.differentiate(f, jit=False)(p)
    np.testing.assert_array_equal(p["a"], [2.0, 1.0, 1.0])


def anything(x, *args, scale=2.0, **options):
    total = x
    for a in args:
        total = total + np.sum(a * a) * scale
    return total * options["gain"]


@both
def test_any_number_of_arguments(jit):
    f = adgen.differentiate(anything, ("args", "options"), jit=jit)
    given = (1.0, 2.0, np.ones(3))
    assert f(*given, gain=3.0) == anything(*given, gain=3.0)
    args_bar, options_bar = f.grad(*given, gain=3.0)
    assert args_bar[0] == 24.0 and options_bar == {"gain": 15.0}
    np.testing.assert_allclose(args_bar[1], 12.0)
    f.check(*given, scale=0.5, gain=3.0)
    _, pullback = f.vjp(*given, gain=3.0)
    assert pullback(1.0)[0][0] == 24.0


def test_tangents_of_any_number_of_arguments():
    def f(x, *rest):
        return x * rest[0] * rest[1]

    assert adgen.jvp(f, (2.0, 3.0, 4.0), (None, 1.0, None), jit=False) == (24.0, 8.0)
    assert adgen.jvp(f, (2.0, 3.0, 4.0), (1.0, None, 1.0), jit=False) == (24.0, 18.0)


def test_positions_among_any_number_of_arguments_are_refused():
    def f(x, *rest, by=1.0):
        return x * rest[0] * by

    assert adgen.grad(f, (0, "by"), jit=False)(2.0, 3.0) == (3.0, 6.0)
    assert adgen.grad(f, "rest", jit=False)(2.0, 3.0) == (2.0,)
    for wrt in (1, 2, -1):
        with pytest.raises(adgen.AdgenError) as error:
            adgen.grad(f, wrt, jit=False)
        assert f"wrt={wrt} is one of the arguments that `*rest` of `f` takes" in str(error.value)
        assert "wrt='rest' differentiates by all of them" in str(error.value)
    many = adgen.differentiate(lambda *xs: xs[0] * xs[1], jit=False)
    assert many(2.0, 3.0) == 6.0
    with pytest.raises(adgen.AdgenError, match=r"wrt=0 is one of the arguments that `\*xs`"):
        _ = many.grad
    assert adgen.vjp(lambda *xs: xs[0] * xs[1], 2.0, 3.0, jit=False)[1](1.0) == ((3.0, 2.0),)


def test_code_for_structures_goes_there_and_back():
    value = ([1.0, {"a": (2.0, [3.0])}], Line(4.0, [5.0, {}]), (), 6.0)
    structure = argument_of(value)
    leaves = taker(structure)(value)
    assert leaves == (1.0, 2.0, 3.0, 4.0, 5.0, 6.0)
    back = maker(structure, [None] * 6)(leaves)
    assert (
        str(back[0]) == str(value[0]) and vars(back[1]) == vars(value[1]) and back[2:] == ((), 6.0)
    )
    shuffled = {"b": 1.0, "a": 2.0}
    assert taker(argument_of({"a": 2.0, "b": 1.0}), by_key=True)(shuffled) == (2.0, 1.0)
    deep = 1.0
    for _ in range(200):
        deep = [deep]
    assert taker(argument_of(deep))(deep) == (1.0,)
    assert str(maker(argument_of(deep), [None])((1.0,))) == str(deep)


LEAVES = (
    st.floats(-2.0, 2.0)
    | st.sampled_from([np.float32(1.5), np.float64(0.5), np.ones(3), np.ones((1, 2), np.float32)])
    | st.sampled_from([np.arange(6.0).reshape(2, 3).T, np.arange(4.0)[::2], np.zeros(0)])
    | st.sampled_from([None, True, "text"])
)
KEYS = st.sampled_from(["a", "b", "w", 0, 1, (1, 2)])
TREES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(KEYS, inner, max_size=3)
        | st.builds(Dense, inner, inner)
    ),
    max_leaves=8,
)


def doubled(tree):
    """What the gradient of the sum of squares must be, leaf by leaf."""
    if isinstance(tree, Dense):
        return Dense(*map(doubled, tree))
    if isinstance(tree, (list, tuple)):
        return type(tree)(map(doubled, tree))
    if isinstance(tree, dict):
        return {key: doubled(part) for key, part in tree.items()}
    return None if tree is None or isinstance(tree, (bool, str)) else tree * 2


def assert_same(one, other):
    assert type(one) is type(other)
    if isinstance(one, dict):
        assert list(one) == list(other)
        one, other = list(one.values()), list(other.values())
    if isinstance(one, (list, tuple)):
        assert len(one) == len(other)
        for part, counterpart in zip(one, other, strict=True):
            assert_same(part, counterpart)
    elif isinstance(one, np.ndarray):
        assert (one.dtype, one.shape) == (other.dtype, other.shape)
        np.testing.assert_allclose(one, other, rtol=1e-6)
    else:
        assert one == other


@hypothesis.settings(max_examples=25)
@hypothesis.given(st.lists(TREES, max_size=3), st.floats(-2.0, 2.0))
def test_any_nesting(trees, number):
    def squares(tree):
        vector, _ = adgen.flatten(tree)
        return np.dot(vector, vector)

    tree = [*trees, number]
    gradient = adgen.grad(squares, jit=False)
    for _ in range(3):  # the third call is written out
        assert_same(gradient(tree), doubled(tree))
    vector, unflatten = adgen.flatten(tree)
    assert_same(unflatten(vector), copy.deepcopy(unflatten(vector)))
    _, tangent = adgen.jvp(squares, (tree,), (gradient(tree),), jit=False)
    assert tangent == pytest.approx(4.0 * float(vector @ vector), rel=1e-5, abs=1e-12)
