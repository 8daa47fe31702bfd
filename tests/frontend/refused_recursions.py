"""Recursive programs that are refused, with the words of the refusal."""

from __future__ import annotations

RECURSIONS: dict[str, tuple[str, str, str]] = {
    "recursion in a comprehension": (
        """\
def f(x, n):
    if n == 0:
        return x[0]
    return np.max(np.array([f(x, n - 1) for _ in x]))
""",
        "UnsupportedSyntax",
        """\
f.py:4:28: a recursive call inside a comprehension or a lambda is not compiled
        return np.max(np.array([f(x, n - 1) for _ in x]))
                               ^^^^^^^^^^^^^^^^^^^^^^^^
  help: write a `for` loop that makes the call""",
    ),
    "recursion in a chain of comparisons": (
        """\
def f(x, n):
    if n == 0 or 0.0 < x[0] < f(x, n - 1):
        return x[0]
    return x[1]
""",
        "UnsupportedSyntax",
        """\
f.py:2:18: a recursive call in a chain of comparisons is not compiled
        if n == 0 or 0.0 < x[0] < f(x, n - 1):
                     ^^^^^^^^^^^^^^^^^^^^^^^^
  help: give its result a name before the comparison""",
    ),
    "recursion inside with": (
        """\
def f(x, n):
    with np.errstate(all="ignore"):
        return x[0] if n == 0 else f(x, n - 1) / x[1]
""",
        "UnsupportedSyntax",
        """\
f.py:2:5: a recursive call inside this statement is not compiled
        with np.errstate(all="ignore"):
        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  help: make the call before it, and give its result a name""",
    ),
    "recursion in the condition of a while with else": (
        """\
def f(x, n):
    while n > 0 and f(x, n - 1) > 0.0:
        n -= 2
    else:
        n = 0
    return x[n]
""",
        "UnsupportedSyntax",
        """\
f.py:2:5: a `while` with `else` whose condition makes a recursive call
        while n > 0 and f(x, n - 1) > 0.0:
        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  help: use `while True` and `break`""",
    ),
    "recursion in a loop over a tuple": (
        """\
def f(x, n):
    weights = (1.0, 2.0)
    total = x[0]
    if n > 0:
        for weight in weights:
            total += weight * f(x, n - 1)
    return total
""",
        "UnsupportedSyntax",
        """\
f.py:5:23: a loop over a tuple of 2 that makes recursive calls is not compiled
            for weight in weights:
                          ^^^^^^^
  help: loop over a range or an array, or write the calls out""",
    ),
    "recursion in a nested function": (
        """\
def f(x, n):
    def below(y):
        return y * f(x, n - 1)
    return x[0] if n == 0 else below(x[1])
""",
        "UnsupportedSyntax",
        """\
f.py:2:5: `below` calls the function that it is defined in
        def below(y):
        ^^^^^^^^^^^^^
  help: make the recursive call in the function itself""",
    ),
    "a function made in a recursion is passed on": (
        """\
def g(x, n, then):
    return then(x[0]) if n == 0 else g(x, n - 1, lambda r: then(r) * x[n])

def f(x, n):
    return g(x, n, lambda r: r)
""",
        "UnsupportedSyntax",
        """\
f.py:2:38: a function that is made in a recursion is passed on by it
        return then(x[0]) if n == 0 else g(x, n - 1, lambda r: then(r) * x[n])
                                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  help: define it outside of the recursion, and pass the values that it needs""",
    ),
    "a function made in a recursion is returned": (
        """\
def g(x, n):
    if n > 0:
        below = g(x, n - 1)
    return lambda r: r * x[n]

def f(x, n):
    return g(x, n)(1.0)
""",
        "UnsupportedSyntax",
        """\
f.py:1:1: a function that is made in a recursion is returned from it
    def g(x, n):
    ^^^^^^^^^^^^
  help: define it outside of the recursion, and pass the values that it needs""",
    ),
    "results of a recursion of two kinds": (
        """\
def f(x, n):
    if n == 0:
        return x[0]
    return f(x, n - 1), 1.0
""",
        "TypeMismatch",
        """\
f.py:1:1: `f` returns a number on one path and a tuple of 2 on another
    def f(x, n):
    ^^^^^^^^^^^^
  help: return the same kind of thing on every path""",
    ),
    "a recursion that returns a value on some paths": (
        """\
def f(x, n):
    if n == 0:
        return 1.0
    if x[0] > 0.0:
        return x[0] * f(x, n - 1)
""",
        "TypeMismatch",
        """\
f.py:1:1: `f` returns a value on some paths and None on others
    def f(x, n):
    ^^^^^^^^^^^^
  help: return a value at the end of the function too""",
    ),
    "an argument of a recursion that is of two kinds": (
        """\
def g(x, n, how):
    if n == 0:
        return x[0]
    if how == "sin":
        return np.sin(g(x, n - 1, "cos"))
    return np.cos(g(x, n - 1, "sin"))

def f(x, n):
    return g(x, n, "sin")
""",
        "TypeMismatch",
        """\
f.py:4:8: `how` is a string on one path and a string on another
        if how == "sin":
           ^^^
  help: use each string in the branch that makes it""",
    ),
    "a recursion that is too deep to be inlined": (
        """\
def depth(tree):
    return 0.0 if tree == () else 1.0 + depth(tree[0])

def f(x):
    tree = ()
    for _ in (0,) * 60:
        tree = (tree,)
    return x[0] * depth(tree)
""",
        "UnsupportedSyntax",
        """\
f.py:1:1: `depth` is inlined only 50 calls deep, and its arguments are of another kind in each call
    def depth(tree):
    ^^^^^^^^^^^^^^^^
  help: write the recursion as a loop""",
    ),
    "an array that a recursive call may have changed": (
        """\
def g(x, y, n):
    if n == 0:
        return x[0]
    y[0] = 2.0 * y[0]
    return g(y, x, n - 1) + x[0]

def f(x, n):
    return g(x.copy(), x * 3.0, n)
""",
        "AliasedMutation",
        """\
f.py:5:29: this array may or may not have been changed through another name
        return g(y, x, n - 1) + x[0]
                                ^^^^
f.py:5:12: note: the write
        return g(y, x, n - 1) + x[0]
               ^^^^^^^^^^^^^^
  help: take a copy with `.copy()` before the write, so that the two never share memory""",
    ),
}
