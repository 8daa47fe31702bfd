"""Programs over complex numbers: functions, and arguments to call them with."""

from __future__ import annotations

import cmath
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import linalg

Program = tuple[Callable[..., Any], tuple[Any, ...]]

DRAW = np.random.default_rng(42)


def draw(*shape: int) -> Any:
    """Random complex numbers."""
    return DRAW.normal(size=shape) + 1j * DRAW.normal(size=shape)


Z, W, X = draw(4), draw(4), DRAW.normal(size=4)
M, N = draw(3, 4), DRAW.normal(size=(4, 3))
A, B, V = draw(3, 3) + 2 * np.eye(3), draw(3, 2), DRAW.normal(size=(4, 3))
T = draw(4, 3)


def power_spectrum(z, x):
    return np.sum(np.abs(np.exp(z * x) + np.sin(z) / x) ** 1.5)


def real_through_complex(x):
    return np.sum(np.abs(np.exp(1j * x) + x) ** 2)


def sum_in_a_loop(z, w):
    total = 0.0
    for i in range(z.shape[0]):
        total += z[i] * np.conj(w[i])
    return abs(total)


def slices(z, w):
    out = np.zeros(4, dtype=complex)
    out[1:] = z[:-1] * w[1:]
    out[0] = 1j * z[3]
    out[2] += 3
    return np.real(np.sum(out * out * np.conj(z)))


def powers(z, w):
    return np.sum(np.abs(z**w) + np.abs(z**2 + z**3) + np.abs(w**0.5) + np.abs(2.0**z))


def parts_and_angles(z):
    return np.sum(z.real**3 * z.imag) + np.sum(np.angle(z)) + np.abs(np.prod(z)) + abs(np.mean(z))


def choices(z):
    chosen = np.where(z.real > 0, z * z, 1j * z)
    if np.real(z[0]) > 10:
        chosen = chosen * 0
    else:
        chosen = chosen / (1 + 2j)
    return np.sum(chosen).real


def written_parts(z):
    y = z.copy()
    y.real = y.imag * 2
    y.imag[1:] += y.real[1:] ** 2
    y.real[0] = 0.5
    return np.sum(np.abs(y) ** 2)


def iteration(c):
    z = 0j
    for _ in range(6):
        z = z * z + 0.1 * c
    return z.real**2 + z.imag**2


def of_cmath(z):
    return abs(cmath.exp(z) * cmath.sqrt(z) + cmath.tanh(z) * complex(z.real, 2 * z.imag))


def built(x):
    z = np.array([complex(x[0], x[1]), 2.0, 1j * x[2]])
    return np.sum(np.abs(z) ** 2) + (z[0] * z[2]).imag


def products(m, n):
    return np.sum(np.abs(m @ n) ** 2) + np.real(np.vdot(m[0], n[:, 0])) + np.linalg.norm(m)


def many_functions(z):
    small = 0.3 * z
    return np.sum(
        np.abs(np.log(z) + np.sqrt(z) + np.cos(z) * np.sinh(z) + np.tanh(z) + np.log1p(z))
        + np.abs(np.arcsin(small) + np.arctan(small) + np.arctanh(small) + np.expm1(z))
        + np.abs(np.reciprocal(z) + np.square(z) - np.sign(z) + z.conj())
    )


def nested(z, x):
    return np.sum(np.var(z * x) + np.std(z) + np.abs(np.cumsum(z)[2]) + np.abs(np.diff(z)[0]))


def of_rows(m):
    total = 0j
    for row in m:
        total = total + np.dot(row, row) * row[0].conjugate()
    return total.real - total.imag


def rotation(angle, z):
    turned = z * np.exp(1j * angle)
    return np.sum(turned.real * np.arange(4))


SCALAR: dict[str, Program] = {
    function.__name__: (function, args)
    for function, args in (
        (power_spectrum, (Z, X)), (real_through_complex, (X,)), (sum_in_a_loop, (Z, W)),
        (slices, (Z, W)), (powers, (Z, W)), (parts_and_angles, (Z,)), (choices, (Z,)),
        (written_parts, (Z,)), (iteration, (0.4 + 0.3j,)), (of_cmath, (0.4 + 0.3j,)), (built, (X,)),
        (products, (M, N)), (many_functions, (Z,)), (nested, (Z, X)), (of_rows, (M,)),
        (rotation, (0.7, Z)),
    )
}  # fmt: skip


def hermitian(a):
    return a + np.conj(a.T)


def definite(a):
    return a @ np.conj(a.T) + np.eye(3)


def truncated(a):
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    return (u * np.exp(-s)) @ vh


def projector(a):
    v = np.linalg.eigh(hermitian(a))[1]
    return np.outer(v[:, 0], np.conj(v[:, 0]))


def power_by_eigenvalues(a):
    w, v = np.linalg.eig(a)
    return (v * w**1.5) @ np.linalg.inv(v)


LINEAR: dict[str, Program] = {
    "inv": (lambda a: np.linalg.inv(a), (A,)),
    "stack": (lambda a: np.linalg.inv(a), (np.stack([A, A @ A]),)),
    "det": (lambda a: np.linalg.det(a), (A,)),
    "slogdet": (lambda a: np.linalg.slogdet(a)[0] * np.linalg.slogdet(a)[1], (A,)),
    "solve": (lambda a, b: np.linalg.solve(a, b), (A, B)),
    "solve_real_right": (lambda a, b: np.linalg.solve(a, b), (A, B.real.copy())),
    "solve_real_matrix": (lambda a, b: np.linalg.solve(a, b), (A.real.copy(), B)),
    "cholesky": (lambda a: np.linalg.cholesky(definite(a)), (A,)),
    "cholesky_upper": (lambda a: np.linalg.cholesky(definite(a), upper=True), (A,)),
    "eigh": (lambda a: np.linalg.eigh(hermitian(a))[0], (A,)),
    "eigvalsh": (lambda a: np.linalg.eigvalsh(hermitian(a)), (A,)),
    "vectors": (lambda a: np.abs(np.linalg.eigh(hermitian(a))[1]) ** 2, (A,)),
    "projector": (projector, (A,)),
    "singular_values": (lambda a: np.linalg.svd(a, compute_uv=False), (T,)),
    "svd": (truncated, (T,)),
    "svd_wide": (lambda a: truncated(a.T), (T,)),
    "qr": (lambda a: np.linalg.qr(a)[0], (T,)),
    "qr_triangle": (lambda a: np.linalg.qr(a)[1], (T,)),
    "pinv": (lambda a: np.linalg.pinv(a), (T,)),
    "lstsq": (lambda a, b: np.linalg.lstsq(a, b, rcond=None)[0], (T, T[:, 0] * 2 - V[:, 1])),
    "norms": (lambda a: np.linalg.norm(a) + np.linalg.norm(a, 1) + np.linalg.norm(a, 2), (T,)),
    "nuclear": (lambda a: np.linalg.norm(a, "nuc"), (T,)),
    "einsum": (lambda a, b: np.einsum("ij,jk->ik", np.conj(a), b), (A, B)),
    "vecdot": (lambda a, b: np.vecdot(a, b), (A, A.T.copy())),
    "inner": (lambda a, b: np.inner(a, b), (A, T)),
    "outer": (lambda a, b: np.outer(a[0], b[0]), (A, V)),
    "tensordot": (lambda a, b: np.tensordot(a, b, 1), (A, B)),
    "kron": (lambda a, b: np.kron(a, b), (A, V)),
    "convolve": (lambda a, b: np.convolve(a, b), (A[0], T[:, 0])),
    "correlate": (lambda a, b: np.correlate(a, b, "full"), (A[0], T[:, 0])),
    "cov": (lambda a: np.cov(a), (T,)),
    "matrix_power": (lambda a: np.linalg.matrix_power(a, 3), (A,)),
    "eig": (lambda a: np.linalg.eig(a)[0], (A,)),
    "eig_vectors": (lambda a: np.abs(np.linalg.eig(a)[1]) ** 2, (A,)),
    "eig_stack": (lambda a: np.linalg.eigvals(a), (np.stack([A, A + 1j]),)),
    "power_by_eig": (power_by_eigenvalues, (A,)),
    "sqrtm": (lambda a: linalg.sqrtm(a), (A,)),
    "triangles": (lambda a: np.tril(a) + np.triu(a, 1) * 2 + np.trace(a), (A,)),
    "cumprod": (lambda a: np.cumprod(a, axis=1), (A,)),
    "gathered": (lambda a: np.roll(np.flip(a, 0), 1, axis=1)[[0, 0, 2]], (A,)),
    "nan": (lambda a: np.nanmean(a, axis=0) + np.nanvar(a, axis=0), (A,)),
}
