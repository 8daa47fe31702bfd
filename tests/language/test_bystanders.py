"""What programs do beside their computation: bars of progress, logging, clocks, warnings."""

from __future__ import annotations

import logging
import time
import types
import warnings
from typing import Any

import numpy as np
import pytest

import adgen
from tests.language.agreement import agree

log = logging.getLogger("adgen.tests")


def _tqdm() -> types.ModuleType:
    return pytest.importorskip("tqdm")


def test_tqdm_is_what_it_runs_over() -> None:
    tqdm = _tqdm()

    def loops(x: float, n: int) -> Any:
        total = 0.0
        for i in tqdm.tqdm(range(n), disable=True):
            total += x**i
        for i in tqdm.trange(2, n, desc="steps", disable=True):
            total += x * i
        for i, value in enumerate(tqdm.tqdm([x, 2 * x], total=2, leave=False, disable=True)):
            total += i * value
        return total

    def named(x: float, n: int) -> Any:
        total = 0.0
        bar = tqdm.tqdm(range(n), disable=True)
        for i in bar:
            total += x**i
            bar.set_description(f"loss {total:.3f}")
            bar.set_postfix(loss=total)
        bar.close()
        with tqdm.tqdm(total=n, disable=True) as steps:
            while total < 10.0:
                total = total * 2
                steps.update(1)
        return total

    agree(loops, 1.3, 3)
    agree(named, 1.3, 3)


def test_records_below_the_level_are_nothing() -> None:
    fresh = logging.getLogger("adgen.tests.fresh")

    def f(x: float, n: int) -> Any:
        fresh.info("x is %s", x)
        logging.getLogger("adgen.tests").log(logging.DEBUG, "n = %d", n)
        return x * x * 2 if fresh.isEnabledFor(logging.INFO) else x * x

    compiled = adgen.differentiate(f, jit=False)
    assert compiled(3.0, 3) == 9.0  # before CPython has asked for its level
    agree(f, 1.5, 3)
    fresh.setLevel(logging.INFO)
    assert compiled(3.0, 3) == 18.0


def _records(function: Any, *args: Any) -> list[str]:
    """What the loggers below ``adgen.tests`` are told."""
    told: list[str] = []

    class Listens(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            told.append(f"{record.name} {record.levelname} {record.getMessage()}")

    listener = Listens()
    log.addHandler(listener)
    try:
        function(*args)
    finally:
        log.removeHandler(listener)
    return told


def test_records_are_made() -> None:
    other = logging.getLogger("adgen.tests.other")

    def f(x: float, y: Any) -> Any:
        total = 0.0
        for i in range(2):
            total += x**i
            other.error("step %d: %s", i, total)
            if total > 2:
                log.warning(f"large: {total:.2f}")
        log.log(logging.ERROR, "y is %s", y)
        return total * y[0]

    args = 1.5, np.array([1.0, 2.0])
    expected = _records(f, *args)
    assert expected[2:] == ["adgen.tests WARNING large: 2.50", "adgen.tests ERROR y is [1. 2.]"]
    assert _records(adgen.differentiate(f, jit=False), *args) == expected
    assert _records(adgen.value_and_grad(f, jit=False), *args) == expected
    tangents = 1.0, np.ones(2)
    assert _records(lambda: adgen.jvp(f, args, tangents, jit=False)) == expected


class Doubt(RuntimeWarning):
    """A warning of a program's own."""


def _warnings(function: Any, *args: Any) -> list[tuple[type, str]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        function(*args)
    return [(one.category, str(one.message)) for one in caught]


def _warns(x: float) -> float:
    if x > 1:
        warnings.warn("large", stacklevel=2)
    for i in range(2):
        warnings.warn(f"{i}: x is {x}", Doubt, stacklevel=2)
    warnings.warn(RuntimeWarning("made before"), stacklevel=2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        warnings.warn("not heard", Doubt, stacklevel=2)
        warnings.filterwarnings("ignore", "not")
        warnings.warn("not heard", stacklevel=2)
        warnings.warn("heard", stacklevel=2)
    warnings.warn("heard again", Doubt, stacklevel=2)
    return x * x


def test_warnings() -> None:
    expected = _warnings(_warns, 1.5)
    assert len(expected) == 6
    assert _warnings(adgen.differentiate(_warns, jit=False), 1.5) == expected
    assert _warnings(adgen.grad(_warns, jit=False), 1.5) == expected
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        agree(_warns, 0.5)


@pytest.mark.jit
def test_compiled_programs_warn_and_log() -> None:
    assert _warnings(adgen.grad(_warns), 1.5) == _warnings(_warns, 1.5)

    def logs(x: float) -> float:
        log.warning("x is %s", x)
        return x * x

    assert _records(adgen.grad(logs), 1.5) == ["adgen.tests WARNING x is 1.5"]


def test_warnings_that_are_errors() -> None:
    gradient = adgen.grad(_warns, jit=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(Doubt, match="x is 0.5"):
            gradient(0.5)


def _refused(function: Any) -> str:
    with pytest.raises(adgen.UnsupportedError) as caught:
        adgen.grad(function, jit=False)(1.5)
    return caught.value.message


def test_refusals() -> None:
    def logs(x: float) -> float:
        log.warning("x is %s", x, exc_info=True)
        return x

    def measures(x: float) -> float:
        start = time.perf_counter()
        return x * (time.perf_counter() - start)

    def waits(x: float) -> float:
        time.sleep(0.0)
        return x

    def warns(x: float) -> float:
        if x > 100:
            warnings.warn("large", RuntimeWarning, stacklevel=2, source=x)
        return x

    assert _refused(logs) == "`Logger.warning` of `logging` is not compiled"
    assert _refused(measures) == "the clock is read: `time.perf_counter`"
    assert _refused(waits) == "`time.sleep` is not compiled"
    assert _refused(warns) == "`warnings.warn` with `source` or `skip_file_prefixes`"
