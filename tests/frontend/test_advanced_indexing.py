"""Indexing by arrays and masks: read, written, accumulated, in both modes."""

from __future__ import annotations

import linecache
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adgen

rng = np.random.default_rng(0)
VECTOR, MATRIX, TENSOR = rng.normal(size=6), rng.normal(size=(4, 5)), rng.normal(size=(2, 3, 4))
SURROUNDINGS = {
    "np": np, "i1": np.array([2, 0, 2, -1]), "r": np.array([0, 1, 3]), "c": np.array([4, 0, 0]),
    "m": np.array([[0, 1], [2, 2]]),
}  # fmt: skip

READS = [
    ("x[i1]", VECTOR),
    ("x[[0,2]]", VECTOR),
    ("x[i1]", MATRIX),
    ("x[:,i1]", MATRIX),
    ("x[r,c]", MATRIX),
    ("x[m]", VECTOR),
    ("x[m]", MATRIX),
    ("x[:,m]", MATRIX),
    ("x[r,2]", MATRIX),
    ("x[1,i1]", MATRIX),
    ("x[:,[0,1],1]", TENSOR),
    ("x[0,:,[0,1,2]]", TENSOR),
    ("x[[0,1],:,[1,2]]", TENSOR),
    ("x[...,[0,2]]", TENSOR),
    ("x[None,[1,2]]", MATRIX),
    ("x[[[0],[2]],[1,3]]", MATRIX),
    ("x[x>0]", VECTOR),
    ("x[x>0]", MATRIX),
    ("x[x[:,0]>0]", MATRIX),
    ("x[:,x[0]>0]", MATRIX),
    ("x[x>0].sum()*x[0,0]", MATRIX),
    ("x[np.arange(4),np.array([0,1,2,1])]", MATRIX),
    ("x[np.ix_([0,2],[1,3])]", MATRIX),
    ("np.take(x,i1)", VECTOR),
    ("np.take(x,[0,2],axis=1)", MATRIX),
    ("np.take(x,1,axis=1)", MATRIX),
    ("np.take(x,m,axis=1)", TENSOR),
    ("x[np.argmax(x)]", VECTOR),
    ("x[np.argmin(x,axis=0),[0,1,2,3,4]]", MATRIX),
    ("np.take_along_axis(x,np.argmax(x,axis=1,keepdims=True),axis=1)", MATRIX),
    ("x[np.where(x>0)]", MATRIX),
    ("x[np.nonzero(x<0)]", VECTOR),
    ("np.extract(x>0,x)", MATRIX),
    ("np.compress([True,False,True],x)", VECTOR),
]
WRITES = [
    ("y[i1]=x[:4]*2", VECTOR),
    ("y[i1]=3.0", VECTOR),
    ("y[i1]+=x[:4]", VECTOR),
    ("np.add.at(y,i1,x[:4]*x[1:5])", VECTOR),
    ("np.add.at(y,i1,x[0])", VECTOR),
    ("y[:,i1]=x[:,:4]*2", MATRIX),
    ("y[r,c]=x[0,:3]", MATRIX),
    ("y[r,c]*=2", MATRIX),
    ("y[y>0]=0.0", MATRIX),
    ("y[y>0]*=x[0,0]", MATRIX),
    ("y[y>0]=y[y>0]**2", MATRIX),
    ("y[x[:,0]>0]=1.5", MATRIX),
    ("y[x[:,0]>0]=x[0]", MATRIX),
    ("np.add.at(y,(r,c),x[1,:3])", MATRIX),
    ("np.multiply.at(y,[0,0,1],x[:3])", VECTOR),
    ("np.maximum.at(y,[0,0,1],x[3:]*2)", VECTOR),
    ("y[[0,1]]=y[[1,0]]", MATRIX),
    ("y[m]=x[0]", VECTOR),
    ("y[0,[1,2]]=[x[0,0],2.0]", MATRIX),
    ("y[[0,2],1:3]=x[:2,:2]", MATRIX),
    ("y[1:3,[0,2]]=x[0,:2]", MATRIX),
    ("np.put_along_axis(y,np.argmax(x,axis=1,keepdims=True),0.0,axis=1)", MATRIX),
    ("np.subtract.at(y,slice(1,3),x[0])", VECTOR),
    ("y[np.isnan(y)]=0.0", VECTOR),
    # what is stored shares memory with where it goes
    ("y[[2, 1]] = y[1:3]", VECTOR),
    ("y[[0, 1, 2]] = y[::-1][:3]", VECTOR),
    ("y[[0, 1, 2, 3], :4] = y[:, :4].T", MATRIX),
    ("np.add.at(y, [1, 2, 3], y[:3])", VECTOR),
    ("np.add.at(y, [1, 1, 3], [x[0], 2.0, x[2]])", VECTOR),
    ("np.put_along_axis(y, np.array([1, 2, 3]), y[:3] * 1.0, 0)", VECTOR),
    ("np.put_along_axis(y, np.array([1, 2, 3]), y[:3], 0)", VECTOR),
    ("k = np.array([1, 2, 0]); k[k] = np.array([2, 0, 1]); y[k] = x[:3] * x[3]", VECTOR),
    ("k = np.array([1, 2, 0]); k[[0, 1]] = k[1:]; y[k] = x[:3] * x[3]", VECTOR),
]


def programs(body: str) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    """A function that returns ``y``, and one that returns a number made of it."""
    text = f"def f(x):\n{body}    return y\ndef g(x):\n{body}    return np.sum(np.cos(y) * y)\n"
    file = f"<program {body!r}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    names = dict(SURROUNDINGS)
    exec(compile(text, file, "exec"), names)
    return names["f"], names["g"]  # type: ignore[return-value]


def agrees(body: str, x: Any, jit: bool = False) -> None:
    """Value, gradient and tangent are those of the original function."""
    function, number = programs(body)
    expected, found = function(x), adgen.differentiate(function, jit=jit)(x)
    np.testing.assert_allclose(found, expected, rtol=1e-13)
    assert np.shape(found) == np.shape(expected)
    adgen.check_grads(number, jit=jit)(x)
    direction = np.cos(np.arange(x.size)).reshape(x.shape)
    _, tangent = adgen.jvp(number, (x,), (direction,), jit=jit)
    gradient = adgen.grad(number, jit=jit)(x)
    assert tangent == pytest.approx(np.sum(gradient * direction), rel=1e-12)


@pytest.mark.parametrize(("expression", "x"), READS)
def test_reads(expression: str, x: Any) -> None:
    agrees(f"    y = {expression}\n", x)


@pytest.mark.parametrize(("statement", "x"), WRITES)
def test_writes(statement: str, x: Any) -> None:
    agrees(f"    y = x.copy()\n    {statement}\n", x)


@pytest.mark.jit
def test_compiled() -> None:
    body = """\
    y = x.copy()
    y[r, c] *= 2.0
    np.add.at(y, (slice(None), i1), x[:, :4])
    y[y > 0.5] = 0.25
    y[[0, 2]] = y[[2, 0]] ** 2 + x[m].sum()
"""
    agrees(body, MATRIX, jit=True)


def test_an_index_is_evaluated_once() -> None:
    def counted(x):
        calls = np.zeros(1)

        def pick():
            calls[0] += 1.0
            return np.array([0, 2])

        x = x * 2.0
        x[pick()] += 1.0
        return x, calls

    _, calls = adgen.differentiate(counted, jit=False)(VECTOR)
    assert calls[0] == 1.0


def test_masks_of_another_shape_are_refused_as_by_numpy() -> None:
    function, _ = programs("    y = x[np.array([True, False])]\n")
    with pytest.raises((IndexError, ValueError)):
        function(VECTOR)
    with pytest.raises((IndexError, ValueError)):
        adgen.differentiate(function, jit=False)(VECTOR)
