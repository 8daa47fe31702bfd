"""``np.einsum`` with subscripts of every kind, beside the cases of tests/coverage; refusals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.transpiler.errors import TypeMismatch, UnsupportedSyntax

rng = np.random.default_rng(0)
SIZES = {"i": 2, "j": 3, "k": 4, "l": 2, "b": 5}
SUBSCRIPTS = [
    "ij->", "ij,kj", "i,i->", "i,j->ij", "ij,j->i", "i,ij->j", "bij,bjk->bik", "bij,bij->",
    "bij,bj->bi", "bi,bij->bj", "ijk,jil->kl", "ij,jk,kl->il", "ij,ij,ij->j", "bii->b",
    "ijk,lmk->ijlm", "i,i,ij", "ij,ik->ijk", "iij->j", ",ij->ij", "biij,bj->ib", "ij , jk -> ki",
]  # fmt: skip


def array(letters: str) -> Any:
    return rng.normal(size=tuple(SIZES.get(c, 3) for c in letters.strip()))


def contraction(subscripts: str, count: int) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """A function that calls ``np.einsum``, from text, and a number made of it."""
    names = ", ".join("xyz"[:count])
    call = f"np.einsum({subscripts!r}, {names})"
    text = (
        f"def f({names}):\n    return {call}\n\n\n"
        f"def weighed({names}):\n    return np.sum(np.sin({call}))\n"
    )
    made = adgen.from_source(text, {"np": np})
    return made["f"], made["weighed"]


def check(subscripts: str, *arrays: Any) -> None:
    function, weighed = contraction(subscripts, len(arrays))
    expected, found = function(*arrays), adgen.differentiate(function, jit=False)(*arrays)
    np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-13)
    assert np.shape(found) == np.shape(expected)
    adgen.check_grads(weighed, jit=False)(*arrays)


@pytest.mark.parametrize("subscripts", SUBSCRIPTS)
def test_subscripts(subscripts: str) -> None:
    inputs = subscripts.partition("->")[0].split(",")
    check(subscripts, *map(array, inputs))


@pytest.mark.parametrize(
    ("subscripts", "shapes"),
    [
        ("...ij,jk->...ik", ((5, 2, 3), (3, 4))),
        ("...ij,...jk", ((6, 1, 2, 3), (5, 3, 4))),
        ("i...->...", ((2, 3, 4),)),
        ("...i,...i->...", ((3,), (2, 3))),
        ("ij,cj->ic", ((3, 4), (1, 4))),
        ("ij,ij->ij", ((3, 1), (3, 4))),
    ],
)
def test_ellipses_and_axes_of_length_one(
    subscripts: str, shapes: tuple[tuple[int, ...], ...]
) -> None:
    arrays = [rng.normal(size=shape) for shape in shapes]
    check(subscripts, *arrays)


def test_products_of_matrices_are_products_of_matrices() -> None:
    function = adgen.differentiate(lambda x, y: np.sum(np.einsum("ij,kj->ik", x, y)))
    assert "@" in function.source(array("ij"), array("kj"))


def test_lengths_that_differ_raise() -> None:
    for x, y in ((np.ones((2, 3)), np.ones((2, 3))), (np.ones((2, 3, 4)), np.ones((3, 2, 4)))):
        subscripts = "ij,jk" if x.ndim == 2 else "abc,abc->c"
        with pytest.raises(ValueError):
            adgen.differentiate(contraction(subscripts, 2)[0], jit=False)(x, y)


@pytest.mark.jit
def test_compiled() -> None:
    def attention(q, k, v):
        scores = np.einsum("bqd,bkd->bqk", q, k)
        weights = np.exp(scores) / np.sum(np.exp(scores), axis=-1, keepdims=True)
        return np.sum(np.einsum("bqk,bkd->qd", weights, v) ** 2)

    arrays = [rng.normal(size=(2, 3, 4)) for _ in range(3)]
    assert adgen.differentiate(attention)(*arrays) == pytest.approx(attention(*arrays))
    plain = adgen.grad(attention, wrt=(0, 1, 2), jit=False)(*arrays)
    for one, two in zip(adgen.grad(attention, wrt=(0, 1, 2))(*arrays), plain, strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-11)


REFUSED: list[tuple[Callable[[Any], Any], type[Exception], str]] = [
    (lambda x: np.einsum(x), UnsupportedSyntax, "without a constant string of subscripts"),
    (lambda x: np.einsum("ij,jk", x), TypeMismatch, "has subscripts for 2 arrays, not 1"),
    (lambda x: np.einsum("ijk", x), TypeMismatch, "are for another number of axes than 2"),
    (lambda x: np.einsum("ij->ijk", x), TypeMismatch, "the subscripts `ijk` of the result"),
    (lambda x: np.einsum("ij->ii", x), TypeMismatch, "the subscripts `ii` of the result"),
    (lambda x: np.einsum("ij", x, dtype=float), UnsupportedSyntax, "the argument `dtype`"),
]


@pytest.mark.parametrize("case", range(len(REFUSED)))
def test_refusals(case: int) -> None:
    function, kind, message = REFUSED[case]
    with pytest.raises(kind, match=message):
        adgen.differentiate(function, jit=False)(array("ij"))
