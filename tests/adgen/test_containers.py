"""Dicts, lists and records in functions: what they hold, what is changed, what is shared."""

from __future__ import annotations

import copy
import dataclasses
from collections import OrderedDict
from typing import NamedTuple

import numpy as np
import pytest

import adgen
from tests.adgen.containers import agrees, differentiates

RNG = np.random.default_rng(0)


class Pair(NamedTuple):
    w: float
    b: float

    def total(self):
        return self.w + self.b


@dataclasses.dataclass
class Layer:
    w: np.ndarray
    b: np.ndarray
    name: str = "layer"

    def __call__(self, x):
        return np.tanh(x @ self.w + self.b)


def layers(*sizes):
    return [
        {"w": RNG.normal(size=pair), "b": RNG.normal(size=pair[1])}
        for pair in zip(sizes[:-1], sizes[1:], strict=True)
    ]


X = RNG.normal(size=(5, 3))


# Reading


def net(params, x):
    for layer in params["layers"]:
        x = np.tanh(x @ layer["w"] + layer["b"])
    return np.sum(x**2) * params["scale"]


@pytest.mark.parametrize("jit", [False, pytest.param(True, marks=pytest.mark.jit)])
def test_net(jit):
    differentiates(net, {"layers": layers(3, 4, 2), "scale": 0.5}, X, jit=jit)


def test_records():
    def loss(params, x):
        first, second = params
        return np.sum(second(first(x))) + Pair(2.0, b=first.w[0, 0]).total()

    given = [Layer(**layer) for layer in layers(3, 4, 2)]
    differentiates(loss, tuple(given), X)


def keys_and_items(p, x):
    total = 0.0
    for name, value in p.items():
        total = total + value * (2.0 if name == "a" else 1.0)
    for name in p:
        total = total + p[name]
    assert len(p) == 3 and "a" in p and "z" not in p and list(p) == ["a", "b", "c"]
    return total * x + sum(p.values()) + max(p.values()) + p.get("q", x) + p.get("a", x)


def test_keys_and_items():
    differentiates(keys_and_items, {"a": 1.0, "b": 2.0, "c": 3.5}, 2.0)
    differentiates(keys_and_items, OrderedDict(a=1.0, b=2.0, c=3.5), 2.0)


def sequences(xs, y):
    first, *rest = xs
    total = first * y
    for k, x in enumerate(reversed(rest), 1):
        total += k * x
    for x, z in zip(xs, xs[1:], strict=False):
        total += x * z
    if xs and not []:
        total += xs[-1]
    return total + sum(xs) + min(xs) * len(xs) + sum(x * x for x in xs if x is not first)


def test_sequences():
    differentiates(sequences, [1.0, 2.0, 4.0], 0.5)
    differentiates(sequences, (1.0, 2.0, 4.0), 0.5)


def test_comprehensions():
    def program(p, x):
        scaled = {k: {m: v * x for m, v in d.items()} for k, d in p.items() if k != "c"}
        products = [a * b for a in p["c"] for b in range(3) if b != 1]
        table = [[i * x for i in range(j)] for j in range(3)]
        names = {k for k in p}
        big = any(v > 2.5 for v in p["c"]), all(v > 0 for v in p["c"])
        return scaled, products, table, "a" in names, big, [f"{k}!" for k in sorted(p)]

    given = {"a": {"w": RNG.normal(size=(2, 2)), "b": np.ones(2)}, "c": [1.0, 2.0, 3.0]}
    agrees(program, given, 2.0)


# Changing


def test_a_list_is_changed():
    def program(c, x):
        xs = [1.0] * 3 + [x]
        xs[1:3] = [x, x, x]
        xs.insert(0, 5.0)
        xs.reverse()
        xs += [c[0]]
        last, first = xs.pop(), xs.pop(0)
        ys = xs.copy()
        ys.extend((x, 1.0))
        del ys[0]
        zs = sorted((0, 1, 2), key=lambda k: -k, reverse=True)
        zs.remove(1)
        return xs, ys, zs, last, first, 3.0 in xs, xs.count(1.0), [1, 2].index(2), xs == ys

    agrees(program, [7.0], 4.0)


def test_a_dict_is_changed():
    def program(p, x):
        q = {**p, "d": x}
        del q["a"]
        q.update(e=1.0)
        q.update({"f": 2.0}, g=[x])
        q.setdefault("h", []).append(x)
        f = q.pop("f")
        r = dict(q, i=f)
        r.pop("nothing", None)
        return q, r, f, q.get("zz"), len(q), list(q), tuple(q.items()), dict([("k", x)])

    agrees(program, {"a": 1.0, "b": 2.0}, 4.0)


def test_containers_are_shared():
    def program(p, n):
        q = p
        xs = [p["a"], 2.0]
        ys = xs
        i = 0
        while i < n:
            q["a"] = q["a"] * 1.5
            xs[0] = xs[0] + p["a"]
            if xs[0] > 10.0:
                ys[1] += xs[0]
            else:
                ys[1] = p["a"]
            i += 1
        return xs[0] * ys[1] + p["a"]

    differentiates(program, {"a": 1.25}, 5)


def test_parameters_are_updated_in_a_loop():
    def program(params, x, n):
        for _ in range(n):
            grads = [{"w": p["w"] * 0.1, "b": p["b"] + np.sum(p["w"]) * x} for p in params]
            params = [{k: p[k] - 0.1 * g[k] for k in p} for p, g in zip(params, grads, strict=True)]
        return sum(np.sum(p["w"]) + np.sum(p["b"] ** 2) for p in params)

    differentiates(program, layers(3, 4, 2), 0.3, 4)


def test_a_container_of_one_of_two_paths():
    def program(p, n):
        chosen = p["a"] if n > 2 else p["b"]
        total = chosen["w"]
        for _ in range(n):
            chosen = {"w": chosen["w"] * 0.5, "v": total}
            total += chosen["w"] * chosen["v"]
        return total

    for n in (0, 2, 4):
        differentiates(program, {"a": {"w": 1.5, "v": 1.0}, "b": {"w": 2.0, "v": 1.0}}, n)


def test_records_are_changed():
    def program(layer, x):
        other = dataclasses.replace(layer, b=layer.b * x)
        layer.b = layer.b + x
        layer.w *= 2.0
        pair = Pair(x, 2.0)._replace(b=3.0 * x)
        copied = copy.deepcopy(layer)
        copied.w[0] = 0.0
        return np.sum(other.b * layer.b) + np.sum(layer.w * copied.w) + pair.b * pair[0]

    differentiates(program, Layer(np.array([1.0, 2.0]), np.array([0.5, 0.25])), 1.5)


def test_arguments_are_changed():
    def program(params, g, rate):
        params["w"] -= rate * g
        params["n"] = params["n"] + 1
        params["history"].append(rate)
        params["new"] = [params["w"], None, "text"]
        return params["n"]

    agrees(program, {"w": np.ones(3), "n": 3, "history": [1.0]}, np.ones(3), 0.5)
    given = {"w": np.ones(3), "n": 3, "history": [1.0]}
    w, history = given["w"], given["history"]
    adgen.differentiate(program, jit=False)(given, np.ones(3), 0.5)
    assert given["w"] is w and given["new"][0] is w and given["history"] is history


def test_an_argument_that_is_changed_is_given_twice():
    def program(xs, ys):
        xs.append(2.0)
        return ys[-1]

    xs = [1.0]
    assert adgen.differentiate(program, jit=False)(xs, [3.0]) == 3.0
    for call in (adgen.differentiate(program, jit=False), adgen.grad(program, jit=False)):
        with pytest.raises(adgen.UnsupportedError, match="a list is changed and given twice"):
            call(xs, xs)


# Indices that are computed


def layers_by_number(ws, x):
    for i in range(len(ws)):
        x = x @ ws[i]
        if i < len(ws) - 1:
            x = np.tanh(x)
    return np.sum(x)


def numbers_by_number(cs, x, n):
    total = 0.0
    for i in range(n):
        total = total + cs[i % 3] * x + cs[-1 - i % 2]
    for i in range(len(cs)):
        total = total + cs[i] * x**i
    return total


def dicts_by_number(ps, x, n):
    total = 0.0
    for i in range(n):
        p = ps[i % 2]
        total = total + p["w"] * x + p["b"]
    return total


def names_by_number(p, x):
    functions = [np.tanh, np.sin, np.cos]
    for i in range(3):
        x = functions[i](x @ p[f"w{i}"] + p["b" + str(i)])
    return np.sum(x)


def stored_by_number(ws, x):
    ws = list(ws)
    for i in range(1, len(ws)):
        ws[i] = ws[i] * x[i] + np.sum(ws[i - 1])
        before = ws[:i]
    k = 0
    while k < 2:
        x = x * ws[0][k]
        k += 1
    return sum(np.sum(w) for w in ws) + np.sum(before[0]) + x[0]


NAMED = {
    name + str(i): RNG.normal(size=(2, 2)[: 1 + (name == "w")]) for i in range(3) for name in "wb"
}


@pytest.mark.parametrize(
    ("program", "args"),
    [
        (layers_by_number, ([RNG.normal(size=(3, 4)), RNG.normal(size=(4, 2))], X)),
        (numbers_by_number, ([1.0, 2.0, 3.0], 0.5, 5)),
        (dicts_by_number, ([{"w": 1.0, "b": 2.0}, {"w": 3.0, "b": 4.0}], 0.5, 5)),
        (names_by_number, (NAMED, RNG.normal(size=2))),
        (stored_by_number, ([np.ones(2), np.ones(3)], np.array([2.0, 3.0]))),
    ],
    ids=lambda part: getattr(part, "__name__", ""),
)
def test_computed_indices(program, args):
    differentiates(program, *args)


def test_computed_indices_are_checked():
    def program(cs, k):
        return cs[k]

    agrees(program, [1.0, 2.0], -2)
    for k in (2, -3):
        with pytest.raises(IndexError, match="list index out of range"):
            adgen.differentiate(program, jit=False)([1.0, 2.0], k)
