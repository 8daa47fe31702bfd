"""Functions that yield, run by the loops over them; ``itertools`` and what takes generators."""

from __future__ import annotations

import functools
import itertools
import operator
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import adgen
from tests.language.agreement import agree

X = np.array([0.31, 0.23, 0.74])


def steps(y: Any, n: int) -> Iterator[tuple[int, Any]]:
    for i in range(n):
        y = np.sin(y)
        yield i, y


def newton(x: float) -> Iterator[float]:
    y = x
    while True:
        yield y
        y = 0.5 * (y + x / y)


def doubled(x: Any) -> Iterator[float]:
    for a in x:
        if a < 0:
            return
        yield a
        yield 2 * a


def leaves(tree: Any) -> Iterator[Any]:
    if isinstance(tree, dict):
        for key in tree:
            yield from leaves(tree[key])
    else:
        yield tree


def scaled_in_place(x: Any) -> Iterator[Any]:
    for i in range(3):
        x[i] *= 2
        yield x


def told(x: Any) -> Iterator[float]:
    print("begin")
    for a in x:
        print("next", float(a))
        yield a
    print("end")


def nothing(x: Any) -> Iterator[float]:
    return
    yield x


def skips(x: Any) -> float:
    t = 0.0
    for i, y in steps(x, 4):
        if i == 1:
            continue
        t += (i + 1) * np.sum(y)
    return t + y[0] * i


def without_end(x: Any) -> float:
    last = 0.0
    for root in newton(x[0]):
        if abs(root - last) < 1e-13:
            break
        last = root
    return root * x[1]


def returns_from_it(x: Any) -> float:
    for a in doubled(x):
        if a > 0.6:
            return a**2
    return x[0]


def does_not_return(x: Any) -> float:
    for a in doubled(x):
        if a > 60:
            return a**2
    return x[0] ** 3


def ends_by_itself(x: Any) -> float:
    for a in doubled(x):
        if a > 100:
            break
        z = a
    else:
        z = z * 3
    return z * a


def is_left(x: Any) -> float:
    for a in doubled(x):
        if a > 0.4:
            break
    else:
        a = 100 * a
    return a


def of_a_tree(x: Any) -> float:
    t = 0.0
    for leaf in leaves({"a": x[0], "b": {"c": x[1], "d": x}}):
        t += np.sum(leaf**2)
    return t


def inside_each_other(x: Any) -> float:
    out, n = np.zeros(3), 0
    for a in doubled(x):
        for b in doubled(x):
            if b > 1.1 * a:
                break
            out[n % 3] += a * b
            n += 1
    return np.sum(out * np.arange(3)) + n


def carries(x: Any) -> float:
    t = previous = 0.0
    for a in doubled(x):
        t += (a - previous) ** 2
        previous = a
    return t


def sees_writes(x: Any) -> float:
    t = 0.0
    x = x.copy()
    for y in scaled_in_place(x):
        t += np.prod(y) + x[0]
        x[2] += 1
    return t


def tells(x: Any) -> float:
    for a in told(x):
        print("took", float(a))
        if a > 0.7:
            break
    return a**2


def of_nothing(x: Any) -> float:
    t = x[0]
    for a in nothing(x):
        t += a
    return t


def nested_function(x: Any) -> float:
    scale = x[0]

    def parts(n: int) -> Iterator[float]:
        nonlocal scale
        for i in range(n):
            scale = scale * 1.5
            yield scale * x[i]

    t = 0.0
    for part in parts(3):
        t += part * scale
    return t


def in_a_loop(x: Any) -> float:
    t = 0.0
    for k in range(3):
        for a in doubled(x[k:]):
            t = 0.5 * t + a * k
            if t > 1.5:
                break
    return t


class Layers:
    def __init__(self, w: Any) -> None:
        self.w = w

    def each(self) -> Iterator[Any]:
        for k in range(3):
            yield self.w[k]


def method(x: Any) -> float:
    h = 1.0
    for w in Layers(x).each():
        h = np.tanh(w * h)
    return h


def reduces(x: Any) -> float:
    total = sum(doubled(x)) * max(doubled(x)) + min(a * a for a in doubled(x))
    if any(a > 1 for a in doubled(x)) and all(a > 0 for a in doubled(x)):
        total += sum([a**3 for a in doubled(x)])
    listed = list(doubled(x))
    return total + listed[1] * len(listed) + sum(listed)


def is_unpacked(x: Any) -> float:
    (_, a), (_, b) = steps(x, 2)
    return np.sum(a * b) + np.hypot(*(2 * y[0] for y in leaves({1: x, 2: x**2})))


def enumerates(x: Any) -> float:
    t = 0.0
    for k, a in enumerate(doubled(x), 1):
        t += k * a
    for a, y in zip(doubled(x), x, strict=False):
        t += a * y**2
    for y, a in zip(x, doubled(x), strict=False):
        t += a * y**3
    return t


def combines(x: Any) -> float:
    t = 0.0
    for i, j in itertools.product(range(3), range(2)):
        t += x[i] * x[j]
    for a, b in itertools.product(x, repeat=2):
        t += a * b**2
    for i, j in itertools.combinations(range(len(x)), 2):
        t += x[i] * x[j] ** 3
    for a, b in itertools.combinations_with_replacement(x, 2):
        t += np.sin(a) * b
    for a, b in itertools.permutations(x, 2):
        t += a * np.cos(b)
    for a, b, c in itertools.permutations((x[0], 2 * x[1], 3.0)):
        t += a * b**2 * c
    return t


def neighbours(x: Any) -> float:
    t = 0.0
    for a, b in itertools.pairwise(x):
        t += (b - a) ** 2
    for a in itertools.accumulate(x):
        t += a**2
    for a in itertools.accumulate(x, operator.mul, initial=2.0):
        t += a
    for a in itertools.chain(x, x[1:], [x[0]]):
        t += a**3
    for a in itertools.chain.from_iterable([x, 2 * x]):
        t += a**3
    for a in itertools.islice(x, 1, 3):
        t += 3 * a
    for a in itertools.islice(newton(x[0]), 3):
        t += a
    for a, b in itertools.zip_longest(x, x[1:], fillvalue=1.0):
        t += a * b
    return t


def endless(x: Any) -> float:
    t = 0.0
    for k in itertools.count(1):
        t += x[0] ** k
        if k > 5:
            break
    for k, a in zip(itertools.count(2), x, strict=False):
        t += k * a
    for sign, a in zip(itertools.cycle([1, -1]), x, strict=False):
        t += sign * a**2
    for a in itertools.repeat(x[1], 3):
        t *= a
    return t


def selects(x: Any) -> float:
    t = 0.0
    for a in itertools.takewhile(lambda a: a < 0.7, x):
        t += a**2
    for a in itertools.dropwhile(lambda a: a > 0.3, x):
        t += a**3
    for a in itertools.filterfalse(lambda a: a > 0.3, x):
        t += a**4
    for a in itertools.compress(x, [True, False, True]):
        t += a**5
    for a in itertools.starmap(operator.mul, zip(x, x[1:], strict=False)):
        t += a
    return t


def maps(x: Any) -> float:
    t = sum(map(lambda a: a**2, x)) + sum(filter(lambda a: a > 0.3, x))
    for a in map(lambda a, b: a * b, x, x[1:]):
        t += a**2
    return t + functools.reduce(operator.mul, map(np.sin, doubled(x)))


def prints_in_order(x: Any) -> float:
    t = 0.0
    for a in map(lambda a: print("made", a) or 2 * a, [float(x[0]), 0.5]):
        print("took", a)
        t += a
    return t + sum(filter(lambda a: a > 0.4, [x[0], x[1], x[2] ** 2]))


def indices(x: Any) -> float:
    y, t = np.outer(x, x), 0.0
    for i, j in np.ndindex(y.shape):
        t += y[i, j] * (i + 2 * j)
    for (i, j), a in np.ndenumerate(y):
        t += a**2 * i
    return t


def first_items(x: Any) -> float:
    a = next(v for v in x if v > 0.3)
    b = next(doubled(x)) * next((v for v in x if v > 30), 5.0)
    c = np.fromiter((v**2 for v in doubled(x)), float)
    return a + b + c.sum() * len(c)


def no_first_item(x: Any) -> float:
    return next(v for v in x if v > 30)


def changed_meanwhile(x: Any) -> float:
    y, k = x.copy(), 1.0
    doubles = (v * 2 for v in y)
    scaled = (v * k for v in (x[0], x[1]))
    picked = map(lambda i: y[i] ** 2, range(3))
    large = filter(lambda i: y[i] > 0.5, range(3))
    y[0], k = 5.0 * x[1], 3.0
    return sum(doubles) + sum(scaled) + sum(picked) + sum(y[i] for i in large)


def made_elsewhere(x: Any, k: float) -> Any:
    parts = (v * k for v in x)
    return parts


def is_not_asked_too_often(x: Any) -> float:
    y, t = x.copy(), 0.0
    for a, z in zip((x[0], x[1]), scaled_in_place(y)):  # noqa: B905
        t += a * np.sum(z)
    for a, z in zip(x[:2], scaled_in_place(y)):  # noqa: B905
        t += a * np.sum(z)
    for z, a in zip(scaled_in_place(y), x[:1]):  # noqa: B905
        t += a * np.sum(z)
    for a, z in zip(x[:0], scaled_in_place(y)):  # noqa: B905
        t += a * np.sum(z)
    return t * np.sum(y**2) + sum(made_elsewhere(x, 3.0))


PROGRAMS = (
    is_not_asked_too_often, changed_meanwhile, skips, without_end, returns_from_it, does_not_return,
    ends_by_itself, is_left, of_a_tree,
    inside_each_other, carries, sees_writes, tells, of_nothing, nested_function, in_a_loop,
    method, reduces, is_unpacked, enumerates, combines, neighbours, endless, selects, maps,
    prints_in_order, indices, first_items,
    no_first_item,
)  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_agrees_with_python(program: Any) -> None:
    agree(program, X)


@pytest.mark.jit
@pytest.mark.parametrize("program", (without_end, in_a_loop, neighbours, combines))
def test_compiled(program: Any) -> None:
    agree(program, X, jit=True)


def sends(x: Any) -> Iterator[float]:
    got = yield x[0]
    yield got


def receives(x: Any) -> float:
    t = 0.0
    for a in sends(x):
        t += a
    return t


def twice(x: Any) -> float:
    parts = doubled(x)
    return sum(parts) + sum(parts)


def both_yield(x: Any) -> float:
    return sum(a * b for a, b in zip(doubled(x), doubled(x), strict=False))


def groups(x: Any) -> float:
    return sum(len(list(part)) * key for key, part in itertools.groupby(x))


def named_iterator(x: Any) -> float:
    rest = (v * v for v in x)
    return next(rest)


class Source:
    def __init__(self, x: Any) -> None:
        self.items = doubled(x)

    def next(self) -> float:
        return next(self.given())

    def given(self) -> Any:
        return self.items


def twice_by_attribute(x: Any) -> float:
    source = Source(x)
    return source.next() * 10 + source.next()


def twice_by_place(x: Any) -> float:
    pairs = [zip(x, x)]  # noqa: B905
    return sum(a * b for a, b in pairs[0]) + sum(a for a, b in pairs[0])


def often_by_key(x: Any) -> float:
    held, t = {"items": doubled(x)}, 0.0
    for _ in range(len(x)):
        t += sum(held["items"])
    return t


REFUSED = {
    twice_by_attribute: "an iterator in a container is used a second time",
    twice_by_place: "an iterator in a container is used a second time",
    often_by_key: "an iterator in a container is used a second time",
    named_iterator: "`next` of an iterator that has a name",
    receives: "`sends` yields inside an expression",
    twice: "the iterator `parts` is used a second time",
    both_yield: "two generators are zipped",
    groups: "`itertools.groupby` is not compiled",
}


@pytest.mark.parametrize("program", REFUSED, ids=lambda program: program.__name__)
def test_refused(program: Any) -> None:
    with pytest.raises(adgen.UnsupportedError, match=REFUSED[program]):
        adgen.grad(program, jit=False)(X)
