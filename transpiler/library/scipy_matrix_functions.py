"""Functions of matrices and equations for matrices; loaded only for programs that use SciPy."""

from __future__ import annotations

import numpy as np
from scipy import linalg

from adgen.transpiler.library.complex_numbers import conjugated
from adgen.transpiler.library.registry import defines, refuse


@defines(linalg.expm_frechet)
def expm_frechet(A, E, method=None, compute_expm=True, check_finite=True):
    A, E = np.asarray(A), np.asarray(E)
    n = A.shape[0]
    both = np.zeros((2 * n, 2 * n), np.result_type(A.dtype, E.dtype, np.float64))
    both[:n, :n] = A
    both[:n, n:] = E
    both[n:, n:] = A
    slope = linalg.expm(both)[:n, n:]
    return (linalg.expm(both[:n, :n]), slope) if compute_expm else slope


@defines(linalg.cosm)
def cosm(A):
    A = np.asarray(A)
    if np.iscomplexobj(A):
        return 0.5 * (linalg.expm(1j * A) + linalg.expm(-1j * A))
    return np.real(linalg.expm(1j * A))


@defines(linalg.sinm)
def sinm(A):
    A = np.asarray(A)
    if np.iscomplexobj(A):
        return -0.5j * (linalg.expm(1j * A) - linalg.expm(-1j * A))
    return np.imag(linalg.expm(1j * A))


@defines(linalg.tanm)
def tanm(A):
    return np.linalg.solve(linalg.cosm(A), linalg.sinm(A))


@defines(linalg.coshm)
def coshm(A):
    A = np.asarray(A)
    return 0.5 * (linalg.expm(A) + linalg.expm(-A))


@defines(linalg.sinhm)
def sinhm(A):
    A = np.asarray(A)
    return 0.5 * (linalg.expm(A) - linalg.expm(-A))


@defines(linalg.tanhm)
def tanhm(A):
    return np.linalg.solve(linalg.coshm(A), linalg.sinhm(A))


@defines(linalg.solve_continuous_lyapunov)
def solve_continuous_lyapunov(a, q):
    a = np.asarray(a)
    return linalg.solve_sylvester(a, conjugated(a.T), q)


@defines(linalg.solve_discrete_lyapunov)
def solve_discrete_lyapunov(a, q, method=None):
    a, q = np.asarray(a), np.asarray(q)
    if method is not None and method != "direct" and method != "bilinear":
        raise ValueError(f"Unknown solver {method}")
    if method == "direct" or (method is None and a.shape[0] < 10):
        return _directly(a, q)
    return _by_other_plane(a, q)


def _directly(a, q):
    n = a.shape[0]
    left = np.eye(n * n) - np.kron(a, conjugated(a))
    return np.linalg.solve(left, q.reshape(n * n)).reshape((n, n))


def _by_other_plane(a, q):
    """By the bilinear transform, after which it is the continuous equation."""
    one, turned = np.eye(a.shape[0]), conjugated(a.T)
    inverse = np.linalg.inv(turned + one)
    b = (turned - one) @ inverse
    c = 2 * np.linalg.inv(a + one) @ q @ inverse
    return linalg.solve_continuous_lyapunov(conjugated(b.T), -c)


@defines(linalg.fractional_matrix_power)
def fractional_matrix_power(A, t):
    if isinstance(t, int):
        return np.linalg.matrix_power(A, t)
    refuse("whether a power of a matrix is complex depends on the numbers",
           "write `linalg.expm(t * linalg.logm(A))`, or `linalg.sqrtm(A)`")  # fmt: skip
