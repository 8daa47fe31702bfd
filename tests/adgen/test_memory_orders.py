"""Arguments in any order of memory: what a reshape of them is a view of decides NumPy's strides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
import pytest

import adgen
from adgen.transpiler.errors import AliasedMutation


def _numbers(*shape: int) -> Any:
    return np.arange(1.0, np.prod(shape) + 1.0).reshape(shape) / 10.0


ORDERS: dict[str, Callable[[], Any]] = {
    "C": lambda: _numbers(4, 6),
    "Fortran": lambda: np.asfortranarray(_numbers(4, 6)),
    "transposed": lambda: _numbers(6, 4).T,
    "every second row": lambda: _numbers(8, 6)[::2],
    "every second of an even number of columns": lambda: _numbers(4, 12)[:, ::2],
    "every second of an odd number of columns": lambda: _numbers(4, 13)[:, ::2],
    "some columns": lambda: _numbers(4, 12)[:, :6],
    "rows backward": lambda: _numbers(4, 6)[::-1],
    "backward": lambda: _numbers(4, 6)[::-1, ::-1],
    "Fortran, columns backward": lambda: np.asfortranarray(_numbers(4, 6))[:, ::-1],
    "broadcast": lambda: np.broadcast_to(_numbers(6), (4, 6)),
    "one row": lambda: np.asfortranarray(_numbers(1, 6)),
    "every second of one row": lambda: _numbers(1, 12)[:, ::2],
}


def raveled(M: Any) -> Any:
    w = M.ravel()
    w[0] = 5.0
    return np.sum(M * M) + w[0]


def reshaped(M: Any) -> Any:
    w = M.reshape(-1)
    w[1] = 5.0
    return np.sum(M * M) + w[1] * w[0]


def transposed_and_raveled(M: Any) -> Any:
    w = M.T.ravel()
    w[1] = 7.0
    return np.sum(M * M * M) + w[1] * w[2]


def transposed_and_reshaped(M: Any) -> Any:
    w = M.T.reshape(-1)
    w[:] *= 2.0
    return np.sum(M * M) + w[0]


def row_raveled(M: Any) -> Any:
    w = M[0].ravel()
    w[1] = 2.0
    return np.sum(M * M) + w[0]


def row_reshaped(M: Any) -> Any:
    w = M[0].reshape(1, -1)
    w[0, 1] = 2.0
    return np.sum(M * M)


def column_raveled(M: Any) -> Any:
    w = M[:, 1].ravel()
    w[0] = 2.0
    return np.sum(M * M) + w[0]


def column_reshaped(M: Any) -> Any:
    w = M[:, 1].reshape(-1, 1)
    w[0] = 2.0
    return np.sum(M * M) + w[0, 0]


def backward_and_raveled(M: Any) -> Any:
    w = M[::-1].ravel()
    w[1] = 2.0
    return np.sum(M * M) + w[0]


def scaled(M: Any) -> Any:
    A = 0.8 * M
    A.ravel()[1] = 3.0
    return np.sum(A * A)


def scaled_transposed(M: Any) -> Any:
    A = 0.8 * M.T
    A.ravel()[1] = 3.0
    return np.sum(A * A)


def mixed(M: Any) -> Any:
    A = M + M.T.copy().T
    w = A.T.ravel()
    w[0] = 3.0
    return np.sum(A * A)


def like(M: Any) -> Any:
    A = np.zeros_like(M)
    A.ravel()[1] = 3.0
    return np.sum(A * M)


PROGRAMS = [
    raveled, reshaped, transposed_and_raveled, transposed_and_reshaped, row_raveled, row_reshaped,
    column_raveled, column_reshaped, backward_and_raveled, scaled, scaled_transposed, mixed, like,
]  # fmt: skip


def _outcome(function: Callable[..., Any], M: Any) -> Any:
    try:
        return function(M), M
    except AliasedMutation:
        raise
    except ValueError as error:
        return type(error), M


def _agree(program: Callable[..., Any], make: Callable[[], Any], jit: bool) -> None:
    f = adgen.differentiate(program, jit=jit)
    want, after = _outcome(program, make())
    got, left = _outcome(f, make())
    assert got == want or got == pytest.approx(want, rel=1e-14)
    np.testing.assert_array_equal(left, after)
    if not make().flags.writeable:
        return
    M, steps = make(), np.zeros(make().shape)
    for place in np.ndindex(M.shape):
        up, down = make(), make()
        up[place] += 1e-6
        down[place] -= 1e-6
        steps[place] = (program(up) - program(down)) / 2e-6
    np.testing.assert_allclose(f.grad(M), steps, rtol=1e-6, atol=1e-6)
    np.testing.assert_array_equal(M, make())
    direction = np.cos(np.arange(M.size)).reshape(M.shape)
    _, tangent = f.jvp((M,), (direction,))
    np.testing.assert_allclose(tangent, np.sum(steps * direction), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("program", PROGRAMS)
def test_arguments_in_any_order(program: Callable[..., Any], order: str) -> None:
    if order == "broadcast" and program in (scaled, scaled_transposed, mixed, like):
        with pytest.raises(AliasedMutation, match="may or may not have been changed"):
            _agree(program, ORDERS[order], jit=False)  # the order of such results is not followed
    else:
        _agree(program, ORDERS[order], jit=False)


@pytest.mark.jit
@pytest.mark.parametrize("order", ["Fortran", "every second row", "backward"])
@pytest.mark.parametrize("program", [raveled, transposed_and_reshaped, scaled_transposed])
def test_arguments_in_any_order_with_numba(program: Callable[..., Any], order: str) -> None:
    _agree(program, ORDERS[order], jit=True)


@adgen.differentiate
def written(M: Any) -> Any:
    M[0] = M[1] * 2.0
    return np.sum(M * M) + M.ravel()[2]


@adgen.differentiate
def written_through_a_reshape(M: Any) -> Any:
    M.ravel()[0] = 5.0
    return np.sum(M * M)


@pytest.mark.jit
@pytest.mark.parametrize("order", ["C", "Fortran", "every second row"])
def test_arguments_of_numba_callers_in_any_order(order: str) -> None:
    @numba.njit
    def value(M: Any) -> Any:
        return written(M)

    @numba.njit
    def gradient(M: Any) -> Any:
        return written.grad(M)

    mine, his = ORDERS[order](), ORDERS[order]()
    assert value(mine) == pytest.approx(written.__wrapped__(his))
    np.testing.assert_array_equal(mine, his)
    np.testing.assert_allclose(gradient(mine), adgen.grad(written, jit=False)(his))


@pytest.mark.jit
def test_numba_types_do_not_tell_all_orders() -> None:
    @numba.njit
    def value(M: Any) -> Any:
        return written_through_a_reshape(M)

    with pytest.raises(AliasedMutation, match="may or may not have been changed"):
        value(ORDERS["Fortran"]())
