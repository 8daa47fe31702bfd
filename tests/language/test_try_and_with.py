"""``try`` where it is seen which arm runs, ``with`` where it leaves the values alone."""

from __future__ import annotations

import contextlib
import warnings
from typing import Any

import numpy as np
import pytest

import adgen
from tests.language.agreement import agree

X = np.array([0.5, 1.5, 2.0])


def cannot_raise(x: float, n: int) -> float:
    try:
        y = x * 2
    except (ValueError, KeyError):
        y = 0.0
    else:
        y = y + n
    finally:
        y = y * 3
    return y


def raises_for_certain(x: float, n: int) -> float:
    held = {"a": x}
    y = 1.0
    try:
        y = x * 7
        z = held["b"]
        y = 0.0
    except KeyError as error:
        z = held["a"] * 2
        print(f"no {error}, {error!s}")
    try:
        f = np.no_such_function
    except (AttributeError, TypeError):
        f = np.sin
    try:
        import no_such_module
    except ImportError:
        no_such_module = None
    try:
        return undefined_name * x  # noqa: F821
    except NameError as error:
        print(error)
    return f(z) * y if no_such_module is None else 0.0


def raises_itself(x: float, n: int) -> float:
    y = x
    try:
        y = y * 2
        raise ValueError("first", 1)
        y = y * 100
    except KeyError:
        y = 0.0
    except ValueError as error:
        y = y + 1
        print(error, [1])
    return y * n


def passes_on(x: float, n: int) -> float:
    try:
        try:
            y = x * 2
            raise LookupError("inner")
        except ValueError:
            y = 0.0
        finally:
            y = y * 5
    except LookupError:
        y = y + 1
    return y


def in_a_helper(x: float, n: int) -> float:
    def checked(value: Any) -> Any:
        if isinstance(value, str):
            raise TypeError("text")
        return value * 2

    total = 0.0
    for item in (x, "text", n):
        try:
            total += checked(item)
        except TypeError:
            total += x
            continue
        finally:
            total += 1.0
        total += 0.5
    return total


def leaves(x: float, n: int) -> float:
    for i in range(n):
        try:
            if x * i > 2:
                return x * i
            if i > 3:
                break
        except KeyError:
            return 0.0
        else:
            x = x * 1.5
        finally:
            x = x + 0.25
    return x


def reraises(x: float, n: int) -> float:
    try:
        raise ValueError(f"n = {n}")
    except ValueError:
        x = x * 2
        raise


def raises_from(x: float, n: int) -> float:
    try:
        raise KeyError("k")
    except KeyError as error:
        raise RuntimeError(n) from error


def checks_inside(x: float, n: int) -> float:
    try:
        if n > 2:
            raise ValueError(f"n = {n}")
        y = x * n
    except KeyError:
        y = 0.0
    return y


def managed(x: Any, n: int) -> Any:
    with np.errstate(all="ignore"), contextlib.nullcontext(x * 2) as y:
        y = y + np.log(x)
    with contextlib.nullcontext() as nothing:
        if nothing is None and n > 2:
            return np.sum(y)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for i in range(n):
            with np.errstate(divide="ignore", invalid="warn"):
                y = y * x[i]
    return np.sum(y * y)


def raises_behind_a_branch(x: float, n: int) -> float:
    y = x * x
    total = 0.0
    try:
        if n > 1:
            z = y * 0.5
            for i in range(n):
                total += z * i
        raise KeyError
    except KeyError:
        total += n
    return y + total * x


def raises_unless_it_has_returned(x: float, n: int) -> float:
    try:
        if n > 4:
            return x * 3.0
        y = x * n
        raise ValueError("not yet")
    except ValueError:
        y = y + x * x
    return y


def raises_unless_the_loop_goes_on(x: float, n: int) -> float:
    total = x
    for i in range(n):
        try:
            if i % 2:
                total *= x
                continue
            raise LookupError
        except LookupError:
            total += x + i
    return total


PROGRAMS = [
    raises_unless_it_has_returned, raises_unless_the_loop_goes_on,
    raises_behind_a_branch,
    cannot_raise, raises_for_certain, raises_itself, passes_on, in_a_helper, leaves, reraises,
    raises_from, checks_inside,
]  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("n", [0, 2, 6])
def test_try(program: Any, n: int) -> None:
    agree(program, 1.25, n)


@pytest.mark.parametrize("n", [2, 3])
def test_with(n: int) -> None:
    agree(managed, X, n)


@pytest.mark.jit
def test_machine_code() -> None:
    agree(leaves, 1.25, 6, jit=True)
    agree(raises_from, 1.25, 6, jit=True)
    agree(managed, X, 2, jit=True)


def logarithm(x: Any) -> Any:
    with np.errstate(divide="ignore"):
        return np.sum(np.log(x))


def test_errors_that_are_ignored_are_not_warned_of() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert adgen.differentiate(logarithm, jit=False)(np.zeros(2)) == -np.inf
        assert adgen.grad(logarithm, jit=False)(np.ones(2)).tolist() == [1.0, 1.0]
    assert '@np.errstate(divide="ignore")' in adgen.differentiate(logarithm).source(X)


def refused(program: Any, message: str) -> None:
    with pytest.raises(adgen.UnsupportedError, match=message):
        adgen.grad(program, jit=False)(1.0)


def data_dependent(x: float) -> float:
    try:
        if x > 1:
            raise ValueError("large")
        return x
    except ValueError:
        return x * x


def perhaps_an_index(x: float) -> float:
    y = np.zeros(2)
    try:
        return x * y[int(x)]
    except IndexError:
        return x


def perhaps_a_division(x: float) -> float:
    try:
        return 1.0 / x
    except ZeroDivisionError:
        return x


def finishes(x: float) -> float:
    try:
        assert x > 0
    finally:
        print("done")
    return x


def finally_leaves(x: float) -> float:
    try:
        y = x
    finally:
        return y  # noqa: B012


def raising(x: float) -> float:
    with np.errstate(divide="raise"):
        return 1.0 / x


def recorded(x: float) -> float:
    with warnings.catch_warnings(record=True):
        return x


def filtered(x: float) -> float:
    warnings.simplefilter("error")
    return x


def caught_computed(x: float) -> float:
    try:
        return x
    except x:
        return x


def unknown_text(x: float) -> float:
    try:
        return np.no_such_function(x)
    except AttributeError as error:
        print(error)
    return x


def test_refusals() -> None:
    refused(data_dependent, "whether ValueError is raised inside `try` is decided at run time")
    refused(perhaps_an_index, "whether the body of `try` raises IndexError is decided at run time")
    refused(perhaps_a_division, "raises ZeroDivisionError is decided at run time")
    refused(finishes, "`finally` that changes or prints something")
    refused(finally_leaves, "`finally` that leaves by itself")
    refused(raising, r"`np.errstate\(divide='raise'\)` is not compiled")
    refused(recorded, "`warnings.catch_warnings` that records")
    refused(filtered, "`simplefilter` that does not ignore")
    refused(caught_computed, "what `except` catches is not known")
    refused(unknown_text, "something without a value is formatted")


def test_attributes_that_arrays_do_not_have() -> None:
    """Programs for pandas name what they compute, if it has a name."""

    def named(x: Any) -> Any:
        p = np.sin(x)
        try:
            p.name = "projection"
        except AttributeError:
            pass
        return np.sum(p)

    agree(named, np.array([0.3, 1.2]))
