"""What programs do beside their computation: bars of progress, logging, clocks, warnings."""

from __future__ import annotations

import logging
import time
import types
import warnings
from typing import Any

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
    with pytest.raises(adgen.UnsupportedError, match="`Logger.info` of `logging`"):
        compiled(3.0, 3)


def _refused(function: Any) -> str:
    with pytest.raises(adgen.UnsupportedError) as caught:
        adgen.grad(function, jit=False)(1.5)
    return caught.value.message


def test_refusals() -> None:
    def logs(x: float) -> float:
        log.warning("x is %s", x)
        return x

    def measures(x: float) -> float:
        start = time.perf_counter()
        return x * (time.perf_counter() - start)

    def waits(x: float) -> float:
        time.sleep(0.0)
        return x

    def warns(x: float) -> float:
        if x > 100:
            warnings.warn("large", RuntimeWarning, stacklevel=2)
        return x

    assert _refused(logs) == "`Logger.warning` of `logging` is not compiled"
    assert _refused(measures) == "the clock is read: `time.perf_counter`"
    assert _refused(waits) == "`time.sleep` is not compiled"
    assert _refused(warns) == "`warnings.warn` is not compiled"
