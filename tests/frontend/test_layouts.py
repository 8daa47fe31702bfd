"""The order of elements in memory decides between a view and a copy, as NumPy does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from adgen.transpiler.errors import AliasedMutation
from tests.frontend.running import agrees

M = np.arange(6.0).reshape(2, 3)


def computed(M: Any) -> Any:
    A = 0.8 * M.T
    A.ravel()[0] = 5.0
    return np.sum(A * A)


def modelled(M: Any) -> Any:
    A = np.zeros_like(M.T)
    A.reshape(-1)[1] = 4.0
    return np.sum(A * M.T)


def copied(M: Any) -> Any:
    A = np.copy(M.T)
    w = A.ravel()
    w[0] = 5.0
    return np.sum(A * A)


def carried(M: Any) -> Any:
    A = np.zeros((3, 3))
    for _ in range(2):
        w = A.ravel()
        w[0] = 5.0
        A = A.T + 1.0
    return np.sum(A * A)


@pytest.mark.parametrize("program", [computed, modelled, copied])
def test_writes_to_what_is_a_copy_leave_the_array_as_it_is(program: Callable[..., Any]) -> None:
    agrees(program, M)


def behind_the_only_row(M: Any) -> Any:
    doubled = 2.0 * M[1:, ::-1]
    return np.sum(np.copy(1.0 * doubled)) + np.sum(M)


def test_a_part_of_an_axis_of_length_1_may_be_empty() -> None:
    agrees(behind_the_only_row, M[:1])


def sliced(M: Any, k: int) -> Any:
    w = M[:, :k].ravel()
    w[0] = 5.0
    return np.sum(M * M)


@pytest.mark.parametrize(("program", "args"), [(carried, (M,)), (sliced, (M, 2))])
def test_writes_to_what_may_be_a_copy_or_a_view_are_refused(
    program: Callable[..., Any], args: tuple[Any, ...]
) -> None:
    with pytest.raises(AliasedMutation, match="may or may not have been changed"):
        agrees(program, *args)


def method_copied(M: Any) -> Any:
    A = M.T.copy()
    A.ravel()[0] = 5.0
    return np.sum(A * M.T)


def only_read(M: Any) -> Any:
    A = 0.8 * M.T
    w = A.ravel()
    return w[1] + A.reshape(2, 3)[0, 1] * np.sum(w)


def product(M: Any) -> Any:
    A = M.T @ M
    A.reshape(-1)[1] = 2.0
    return np.sum(A * A)


def looped(M: Any) -> Any:
    A = np.zeros((2, 3))
    for i in range(3):
        A.ravel()[i] = M[0, i]
        A += M
    return np.sum(A * A)


@pytest.mark.parametrize("program", [method_copied, only_read, product, looped])
def test_certain_orders_are_known(program: Callable[..., Any]) -> None:
    agrees(program, M)
