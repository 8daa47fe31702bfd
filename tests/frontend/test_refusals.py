"""Every refusal names the place, the reason and a rewrite, in exactly these words."""

from __future__ import annotations

import linecache
import math

import numpy as np
import pytest

from adgen.transpiler import errors
from tests.frontend.refused_recursions import RECURSIONS
from tests.frontend.running import lowered

REFUSALS: dict[str, tuple[str, str, str]] = {
    "unknown name": (
        """\
def f(x):
    return foo(x)
""",
        "UnboundName",
        """\
f.py:2:12: `foo` is not known: it is not defined
        return foo(x)
               ^^^""",
    ),
    "unbound": (
        """\
def f(x):
    y = y + x[0]
    return y
""",
        "UnboundName",
        """\
f.py:2:9: `y` is read before it is assigned
        y = y + x[0]
            ^
  help: assign `y` on every path that leads here""",
    ),
    "two kinds of thing": (
        """\
def f(x, n):
    if n > 0:
        y = x[0]
    else:
        y = (1.0, 2.0)
    return y
""",
        "TypeMismatch",
        """\
f.py:6:12: `y` is a number on one path and a tuple of 2 on another
        return y
               ^
  help: use different names, or make both the same kind of thing""",
    ),
    "two kinds of result": (
        """\
def f(x, n):
    if n > 0:
        return x[0]
    return x[0], x[1]
""",
        "TypeMismatch",
        """\
f.py:1:1: `f` returns a number on one path and a tuple of 2 on another
    def f(x, n):
    ^^^^^^^^^^^^
  help: return the same kind of thing on every path""",
    ),
    "no result on some path": (
        """\
def f(x, n):
    if n > 0:
        return x[0]
""",
        "TypeMismatch",
        """\
f.py:1:1: `f` returns a value on some paths and None on others
    def f(x, n):
    ^^^^^^^^^^^^
  help: return a value at the end of the function too""",
    ),
    "a copy or a view": (
        """\
def f(x, n):
    M = np.outer(x, x)
    w = M[:, :n].ravel()
    w[0] = 1.0
    return M[0, 0]
""",
        "AliasedMutation",
        """\
f.py:5:12: this array may or may not have been changed through another name
        return M[0, 0]
               ^^^^^^^
f.py:4:5: note: the write
        w[0] = 1.0
        ^^^^
  help: take a copy with `.copy()` before the write, so that the two never share memory""",
    ),
    "a view of a view in every iteration": (
        """\
def f(x, n):
    y = x
    for i in range(n):
        y[0] = 1.0
        y = y[1:]
    return x[0]
""",
        "AliasedMutation",
        """\
f.py:3:5: `y` is another part of an array in every iteration
        for i in range(n):
        ^^^^^^^^^^^^^^^^^^
  help: index the array itself""",
    ),
    "surroundings written": (
        """\
def f(x):
    W[0] = x[0]
    return W[0]
""",
        "AliasedMutation",
        """\
f.py:2:5: `W` belongs to the surroundings of the function and is written
        W[0] = x[0]
        ^^^^
  help: pass `W` as an argument, or work on `W.copy()`""",
    ),
    "endless recursion": (
        """\
def f(x):
    return 1.0 + f(x - 1)
""",
        "UnsupportedSyntax",
        """\
f.py:1:1: `f` never returns without calling itself
    def f(x):
    ^^^^^^^^^
  help: return a value in some case without a recursive call""",
    ),
    "number becomes an array": (
        """\
def f(x, n):
    total = 0.0
    for i in range(n):
        total = total + np.arange(i) * 1.0
    return total
""",
        "TypeMismatch",
        """\
f.py:4:17: `total` is a number on one path and an array on another
            total = total + np.arange(i) * 1.0
                    ^^^^^
  help: start from an array: np.zeros(...) of the shape that it will have""",
    ),
    "float into int array": (
        """\
def f(x):
    k = np.arange(3)
    k += 0.5
    return k
""",
        "TypeMismatch",
        """\
f.py:3:5: floats are added in place to an integer array
        k += 0.5
        ^^^^^^^^
  help: make the array a float array when it is created""",
    ),
    "truth of an array": (
        """\
def f(x):
    return 1.0 if x else 2.0
""",
        "TypeMismatch",
        """\
f.py:2:19: the truth value of an array is ambiguous
        return 1.0 if x else 2.0
                      ^
  help: compare one element, or use np.any(...) or np.all(...)""",
    ),
    "index of floats": (
        """\
def f(x):
    return x[x * 2]
""",
        "TypeMismatch",
        """\
f.py:2:12: arrays used as indices must be of integers or bools, not f8[:]
        return x[x * 2]
               ^^^^^^^^
  help: convert them: idx.astype(np.int64)""",
    ),
    "float index": (
        """\
def f(x):
    return x[0.5]
""",
        "TypeMismatch",
        """\
f.py:2:12: an index must be an integer, not py.f8
        return x[0.5]
               ^^^^^^
  help: convert it: int(...)""",
    ),
    "too many indices": (
        """\
def f(x):
    return x[0, 1]
""",
        "TypeMismatch",
        """\
f.py:2:12: too many indices: 2 for an array of 1 axes
        return x[0, 1]
               ^^^^^^^""",
    ),
    "tuple by a run-time index": (
        """\
def f(x, n):
    t = (1.0, x)
    return t[n]
""",
        "TypeMismatch",
        """\
f.py:3:12: the items of a tuple of 2 differ, and which one is meant is known only at run time
        return t[n]
               ^^^^
  help: loop over the items themselves, or over range(len(...))""",
    ),
    "try": (
        """\
def f(x):
    try:
        return x[0]
    except IndexError:
        return 0.0
""",
        "UnsupportedSyntax",
        """\
f.py:2:5: whether the body of `try` raises IndexError is decided at run time
        try:
        ^^^^
  help: test for the case with `if` before it happens""",
    ),
    "with": (
        """\
def f(x):
    with open('log.txt') as file:
        return x[0]
""",
        "UnknownPrimitive",
        """\
f.py:2:10: `open` is not in the table of primitives
        with open('log.txt') as file:
             ^^^^^^^^^^^^^^^
  help: call it outside and pass the result, write it in NumPy, or \
declare it `@adgen.primitive`""",
    ),
    "global": (
        """\
def f(x):
    global W
    W = x
    return x[0]
""",
        "UnsupportedSyntax",
        """\
f.py:2:5: the global `W` is assigned
        global W
        ^^^^^^^^
  help: return the new value, or pass `W` as an argument""",
    ),
    "class": (
        """\
def f(x):
    class A:
        pass
    return x[0]
""",
        "UnsupportedSyntax",
        """\
f.py:2:5: a class is not compiled
        class A:
        ^^^^^^^^
  help: move it out of the function that is differentiated""",
    ),
    "unknown function of NumPy": (
        """\
def f(x):
    return np.savetxt(x)
""",
        "UnknownPrimitive",
        """\
f.py:2:12: `np.savetxt` is not in the table of primitives
        return np.savetxt(x)
               ^^^^^^^^^^^^^
  help: call it outside and pass the result, write it in NumPy, or \
declare it `@adgen.primitive`""",
    ),
    "out": (
        """\
def f(x):
    return np.sum(x, out=x)
""",
        "TypeMismatch",
        """\
f.py:2:12: the result has another shape than `out`
        return np.sum(x, out=x)
               ^^^^^^^^^^^^^^^^
  help: store it in an array of its own shape""",
    ),
    "no such axis": (
        """\
def f(x):
    return np.sum(x, axis=1)
""",
        "TypeMismatch",
        """\
f.py:2:12: an array of 1 axes has no axis 1
        return np.sum(x, axis=1)
               ^^^^^^^^^^^^^^^^^
  help: its axes are 0 to 0""",
    ),
    "math of an array": (
        """\
def f(x):
    return math.sin(x)
""",
        "TypeMismatch",
        """\
f.py:2:12: `math.sin` takes numbers, not an array
        return math.sin(x)
               ^^^^^^^^^^^
  help: use the function of NumPy: `np.sin`""",
    ),
    "step zero": (
        """\
def f(x):
    for i in range(0, 3, 0):
        pass
    return x[0]
""",
        "TypeMismatch",
        """\
f.py:2:14: a range with step zero
        for i in range(0, 3, 0):
                 ^^^^^^^^^^^^^^""",
    ),
    "unpacking": (
        """\
def f(x):
    a, b = x[0], x[1], x[2]
    return a
""",
        "TypeMismatch",
        """\
f.py:2:5: 3 values are unpacked to 2 names
        a, b = x[0], x[1], x[2]
        ^^^^""",
    ),
    "wrong number of arguments": (
        """\
def g(a):
    return a

def f(x):
    return g(x, 1)
""",
        "TypeMismatch",
        """\
f.py:5:12: `g` takes 1 arguments but 2 were given
        return g(x, 1)
               ^^^^^^^""",
    ),
    "unknown keyword": (
        """\
def g(a):
    return a

def f(x):
    return g(x, b=1)
""",
        "TypeMismatch",
        """\
f.py:5:12: `g` has no parameter `b`
        return g(x, b=1)
               ^^^^^^^^^""",
    ),
    "function as a result": (
        """\
def f(x):
    return lambda: x[0]
""",
        "TypeMismatch",
        """\
f.py:1:1: the function returns the function `<lambda>`
    def f(x):
    ^^^^^^^^^
  help: return numbers, arrays and tuples of them""",
    ),
    "computed format": (
        """\
def f(x):
    print(f'{x[0]:.{x[1]}f}')
    return x[0]
""",
        "UnsupportedSyntax",
        """\
f.py:2:14: a format that is computed at run time
        print(f'{x[0]:.{x[1]}f}')
                 ^^^^
  help: write the number of digits out: f'{x:.3f}'""",
    ),
}


REFUSALS |= RECURSIONS


@pytest.mark.parametrize("title", REFUSALS)
def test_refusal(title: str) -> None:
    text, kind, message = REFUSALS[title]
    linecache.cache["f.py"] = (len(text), None, text.splitlines(True), "f.py")
    names = {"np": np, "math": math, "W": np.ones(2)}
    exec(compile(text, "f.py", "exec"), names)
    function = names["f"]
    arguments = [np.arange(3.0), 2][: function.__code__.co_argcount]
    with pytest.raises(getattr(errors, kind)) as caught:
        lowered(function, *arguments)
    assert str(caught.value) == message


def test_users_may_catch_the_built_in_class() -> None:
    assert issubclass(errors.UnsupportedSyntax, SyntaxError)
    assert issubclass(errors.UnboundName, NameError)
    assert issubclass(errors.TypeMismatch, TypeError)
    assert issubclass(errors.AliasedMutation, ValueError)
    assert issubclass(errors.UnknownPrimitive, NotImplementedError)
