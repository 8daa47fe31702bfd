"""Arguments that are told from others by a test that is written out."""

from __future__ import annotations

from collections import OrderedDict, namedtuple

import numpy as np
import pytest

import adgen
from adgen import recognition
from adgen.keys import type_key
from adgen.recognition import recogniser

Pair = namedtuple("Pair", "left right")


class Same(np.ndarray):
    """A subclass, whose arrays are converted first."""


def variants():
    """Arguments of which no two are served by one compiled function."""
    a, b = np.ones(3), np.ones((2, 2))
    readonly = a.copy()
    readonly.flags.writeable = False
    return [
        ({"w": a, "b": b},),
        ({"b": b, "w": a},),
        (OrderedDict(w=a, b=b),),
        ({"w": a, "b": b, "c": 1.0},),
        ({"w": a},),
        ({"w": a, "b": [b]},),
        ({"w": a, "b": (b,)},),
        ({"w": a, "b": Pair(b, 1.0)},),
        ({"w": a, "b": Pair(b, 1)},),
        ({"w": a, "b": Pair(b, True)},),
        ({"w": a, "b": Pair(b, np.float64(1.0))},),
        ({"w": a, "b": np.ones((1, 2))},),
        ({"w": a, "b": np.ones((2, 1))},),
        ({"w": a, "b": np.ones((1, 1))},),
        ({"w": a, "b": b.astype(np.float32)},),
        ({"w": a, "b": b.astype(np.int64)},),
        ({"w": a, "b": np.ones((2, 2, 2))},),
        ({"w": a, "b": None},),
        ({"w": a, "b": "text"},),
        ({"w": a, "b": "other"},),
        ({"w": a, "b": np.sin},),
        ({1: a, "b": b},),
        ({True: a, "b": b},),
        ({1.0: a, "b": b},),
        ([a, b],),
        ((a, b),),
        ([],),
        ({},),
        (a,),
        # what has no short test
        ({"w": a, "b": b.T},),
        ({"w": readonly, "b": b},),
        ({"w": a[::-1], "b": b},),
        ({"w": a.view(Same), "b": b},),
        ({"w": np.array(1.0), "b": b},),
    ]


@pytest.mark.parametrize("number", range(len(variants())))
def test_a_test_takes_what_its_key_takes(number):
    args = variants()[number]
    test = recogniser(args)
    assert (test is None) == (number >= len(variants()) - 5)
    for k, (other,) in enumerate(variants()):
        if test is not None:
            assert (test(other) is not None) == (k == number)
        assert (type_key(other) == type_key(args[0])) == (k == number)


@pytest.mark.jit
@pytest.mark.parametrize("number", range(len(variants()) - 5))
def test_numbas_fingerprint_takes_the_same(number, monkeypatch):
    """Ranks and orders of many arrays are tested by one call."""
    import numba  # noqa: F401

    monkeypatch.setattr(recognition, "FEWEST_FOR_FINGERPRINT", 1)
    test = recogniser(variants()[number])
    for k, (other,) in enumerate(variants()):
        assert (test(other) is not None) == (k == number)


@pytest.mark.jit
def test_the_fingerprint_does_not_decide_dtypes(monkeypatch):
    import numba  # noqa: F401

    monkeypatch.setattr(recognition, "FEWEST_FOR_FINGERPRINT", 1)
    test = recogniser(([np.ones(3)],))
    assert test([np.ones(4)]) is not None
    assert test([np.ones(3, ">f8")]) is None
    assert recogniser(([np.ones(3, np.float16)],))([np.ones(3, np.float16)]) is not None


def test_leaves_come_in_order():
    a, b = np.ones(3), np.ones((1, 2))
    args = {"w": a, "p": Pair([b, None], (2.0, "x"))}, 3
    test = recogniser(args)
    assert test is not None
    found = test(*args)
    assert len(found) == 4 and found[0] is a and found[1] is b and found[2:] == (2.0, 3)


def test_objects_of_unknown_classes_are_left_to_the_general_way():
    assert recogniser((object(),)) is None
    assert recogniser(([np.ones(2)] * 200,)) is None


@pytest.mark.parametrize("jit", [False, pytest.param(True, marks=pytest.mark.jit)])
def test_calls_with_containers_are_written_out(jit):
    def f(p, x):
        return np.sum(p["w"] * x) * p["b"]

    gradient = adgen.grad(f, jit=jit)
    x = np.arange(3.0)
    for b in (2.0, 3.0, 4.0, np.float64(5.0), 6.0):
        found = gradient({"w": np.ones(3), "b": b}, x)
        np.testing.assert_allclose(found["w"], b * x)
        assert found["b"] == 3.0 and type(found["b"]) is type(b)
    assert "_general" in vars(type(gradient))
    found = gradient({"b": 2.0, "w": np.ones(3)}, x)
    assert list(found) == ["b", "w"]
    with pytest.raises(ValueError):
        gradient({"w": np.ones(3), "b": 2.0}, np.ones(4))
    with pytest.raises(TypeError):
        gradient({"w": np.ones(3), "b": 2.0})


def test_what_is_bound_is_not_written_out():
    def total(x, *rest):
        return x * rest[0]

    def scaled(x, *, by):
        return x * by

    many, keyword = adgen.grad(total, jit=False), adgen.grad(scaled, jit=False)
    for _ in range(3):
        assert many(2.0, 3.0) == 3.0
        assert keyword(2.0, by=4.0) == 4.0
    assert many(2.0, 3.0, 5.0) == 3.0
    with pytest.raises(TypeError):
        keyword(2.0, 4.0)
    with pytest.raises(adgen.UnsupportedError):
        many(2.0, (3.0,))
