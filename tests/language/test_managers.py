"""``with`` on objects of the user's classes and on what ``contextlib`` makes of generators."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from typing import Any

import numpy as np
import pytest

import adgen
from tests.language.agreement import agree


class Scale:
    """What is entered twice as large, and left smaller."""

    def __init__(self, value: Any) -> None:
        self.value, self.left = value, 0

    def __enter__(self) -> Any:
        self.value = self.value * 2
        return self

    def __exit__(self, kind: Any, value: Any, traceback: Any) -> None:
        self.value = self.value / 3
        if kind is None:
            self.left += 1


class Loud:
    """Prints what it is told, and lets ValueError end there."""

    def __enter__(self) -> float:
        print("in")
        return 3.0

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> bool:
        print("out", kind is None, error, traceback is None)
        return kind is not None and issubclass(kind, ValueError)


class Converts:
    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> None:
        if kind is ValueError:
            raise RuntimeError("converted") from error


@contextmanager
def printing(value: Any) -> Iterator[Any]:
    print("before")
    yield value * 2
    print("behind")


@contextmanager
def restoring(box: dict[str, Any], factor: float) -> Iterator[Any]:
    old = box["s"]
    box["s"] = old * factor
    try:
        yield box["s"]
    finally:
        box["s"] = old


@contextmanager
def converting() -> Iterator[None]:
    try:
        yield
    except KeyError as error:
        raise RuntimeError("no") from error
    except ValueError as error:
        print("ends here:", error)
    else:
        print("fine")


def an_object(x: float, n: int) -> Any:
    with Scale(x) as s:
        y = s.value * x
    return y + s.value * s.left


def one_that_exists(x: float, n: int) -> Any:
    s = Scale(x)
    with s:
        with s as again:
            y = again.value
    return y * s.value


def exception_ends_there(x: float, n: int) -> Any:
    y = x
    with Loud() as factor:
        y = y * factor
        raise ValueError("first")
        y = 0.0
    return y


def exception_passes(x: float, n: int) -> Any:
    with Loud():
        raise KeyError("gone")
    return x


def exception_is_converted(x: float, n: int) -> Any:
    try:
        with Converts():
            raise ValueError("a")
    except RuntimeError as error:
        print(error)
        x = x * 2
    with Converts():
        raise ValueError(f"{n}")
    return x


def exception_of_the_run(x: float, n: int) -> Any:
    s = Scale(x)
    with s:
        if x > n:
            raise ValueError("too large", n)
        y = np.sqrt(x)
    return y * s.value


def left_by_every_exit(x: float, n: int) -> Any:
    s = Scale(x)
    for i in range(10):
        with s, printing(x * i) as twice:
            if i == 1:
                continue
            if i == n:
                break
            if twice > 20:
                return s.value * twice
            x = x + s.value
        x = x * 1.1
    return x + s.value


def two_generators(x: float, n: int) -> Any:
    with printing(x) as a, printing(a) as b:
        y = a * b
    return y * x


def returned_from_inside(x: float, n: int) -> Any:
    while True:
        with printing(x) as a, printing(a) as b:
            x = x * 1.5
            if b > 20:
                return a * x


def generator_cleans_up(x: float, n: int) -> Any:
    box = {"s": x}
    with restoring(box, 2.0) as s:
        y = s * x * box["s"]
    try:
        with restoring(box, 5.0):
            y = y * box["s"]
            raise LookupError("inside")
    except LookupError as error:
        print(error)
    return y + box["s"]


def generator_catches(x: float, n: int) -> Any:
    with converting():
        x = x * 2
    with converting():
        raise ValueError("one")
    try:
        with converting():
            x = {}["a"]
    except RuntimeError as error:
        print(error)
    with converting():
        raise KeyError("two")
    return x


def one_yield_of_two(x: float, n: int) -> Any:
    @contextmanager
    def either(v: Any) -> Iterator[Any]:
        if v > 1:
            yield v, (v * 2, 1.0)
        else:
            yield 3 * v, (v, 2.0)

    with either(x) as (a, (b, c)):
        x = a * b + c
    return x


class Model:
    scale = 2.0

    @contextmanager
    def scaled(self, factor: Any) -> Iterator[Any]:
        old, self.scale = self.scale, factor
        try:
            yield self
        finally:
            self.scale = old

    def run(self, x: Any) -> Any:
        return self.scale * x * x


class Derived(Model):
    def run(self, x: Any) -> Any:
        with self.scaled(x) as m, nullcontext(3.0) as c:
            y = super().run(m.scale) * c
        for item in (v * v for v in [x, y]):
            y = y + super().run(item)
        return y


def methods(x: float, n: int) -> Any:
    m = Derived()
    with m.scaled(x) as same:
        y = same.run(x)
    return y + m.run(x)


def suppressed(x: float, n: int) -> Any:
    held = {"a": x}
    with suppress(KeyError, IndexError):
        x = x * 2
        x = held["b"]
    with contextlib.closing(Closed(x)) as c:
        x = c.value * x
    return x


class Closed:
    def __init__(self, value: Any) -> None:
        self.value = value

    def close(self) -> None:
        print("closed")


def finally_behind_a_raise_of_the_run(x: float, n: int) -> Any:
    y = 0.0
    try:
        if x > n:
            raise ValueError("large")
        y = x * 2
    finally:
        y = y + 1
    return y


FUNCTIONS = [
    an_object, one_that_exists, exception_ends_there, exception_passes, exception_is_converted,
    exception_of_the_run, left_by_every_exit, two_generators, returned_from_inside,
    generator_cleans_up, generator_catches, one_yield_of_two, methods, suppressed,
    finally_behind_a_raise_of_the_run,
]  # fmt: skip


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("x", [0.7, 3.5])
def test_as_in_cpython(function: Any, x: float) -> None:
    agree(function, x, 3)


@pytest.mark.jit
@pytest.mark.parametrize("function", [left_by_every_exit, exception_of_the_run, methods])
def test_compiled(function: Any) -> None:
    agree(function, 0.7, 3, jit=True)
    agree(function, 3.5, 3, jit=True)


def _refused(function: Any) -> str:
    with pytest.raises(adgen.UnsupportedError) as caught:
        adgen.grad(function, jit=False)(1.5, 3)
    return caught.value.message


def test_refusals() -> None:
    def prints_at_run_time(x: float, n: int) -> Any:
        with Loud():
            x = 1 / x
        return x

    def swallows_at_run_time(x: float, n: int) -> Any:
        with Swallows():
            x = 1 / x
        return x

    def yields_twice(x: float, n: int) -> Any:
        with twice() as y:
            return y * x

    def may_not_yield(x: float, n: int) -> Any:
        with perhaps(x > 2) as y:
            x = x * y
        return x

    def enters_twice(x: float, n: int) -> Any:
        c = printing(x)
        with c:
            x = x * 2
        with c:
            return x

    def stack(x: float, n: int) -> Any:
        with contextlib.ExitStack() as s:
            return s.enter_context(printing(x))

    def not_a_generator(x: float, n: int) -> Any:
        with contextmanager(abs)(x):
            return x

    assert _refused(prints_at_run_time) == (
        "whether the body of `with` raises is decided at run time, and `__exit__` of a `Loud` "
        "looks at the exception"
    )
    assert _refused(swallows_at_run_time) == (
        "whether the body of `with` raises is decided at run time, and `__exit__` of a `Swallows` "
        "then changes, prints or swallows something"
    )
    assert _refused(yields_twice) == "a context manager that yields more than once"
    assert _refused(may_not_yield) == "`perhaps` does not yield on every path"
    assert _refused(enters_twice) == "the context manager `c` is entered a second time"
    assert _refused(stack) == "`contextlib.ExitStack` is not compiled"
    assert _refused(not_a_generator) == "`contextmanager` of a function that does not yield"


class Swallows:
    def __enter__(self) -> None:
        pass

    def __exit__(self, *told: Any) -> bool:
        return True


@contextmanager
def twice() -> Iterator[int]:
    yield 1
    yield 2


@contextmanager
def perhaps(flag: Any) -> Iterator[int]:
    if flag:
        yield 1


def test_iterators_made_in_a_loop_end_its_trials() -> None:
    def numbers(x: float, n: int) -> Iterator[float]:
        for i in range(n):
            yield x * i

    def held(x: float, n: int) -> Any:
        total = 0.0
        for _ in range(n):
            d = {"g": numbers(x, n)}
            for v in d["g"]:
                total += v
        return total

    def reused(x: float, n: int) -> Any:
        d, total = {"g": numbers(x, n)}, 0.0
        for _ in range(n):
            for v in d["g"]:
                total += v
        return total

    agree(held, 1.5, 3)
    assert _refused(reused) == (
        "an iterator in a container is used a second time: Python finds it empty"
    )
