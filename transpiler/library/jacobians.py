"""Jacobians, column by column or row by row.

``jvp`` and ``vjp`` are the transforms; ``function`` is called with ``x`` between the arguments
``before`` and ``after``.  The axes of the result are those of the value, then those of ``x``.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def forward_jacobian(jvp: Any, function: Any, before: Any, x: Any, after: Any) -> Any:
    """Each column is the tangent of the value in the direction of one element of ``x``."""

    def moved(t: Any) -> Any:
        return function(*before, t, *after)

    if np.ndim(x) == 0:
        return jvp(moved, (x,), (1.0,))[1]
    value = jvp(moved, (x,), (np.zeros_like(x),))[0]
    columns = np.zeros((np.size(value), np.size(x)), dtype=x.dtype)
    for j in range(np.size(x)):
        direction = np.zeros(np.size(x), dtype=x.dtype)
        direction[j] = 1.0
        columns[:, j] = np.ravel(jvp(moved, (x,), (np.reshape(direction, np.shape(x)),))[1])
    return np.reshape(columns, np.shape(value) + np.shape(x))


def reverse_jacobian(vjp: Any, function: Any, before: Any, x: Any, after: Any) -> Any:
    """Each row is the cotangent of ``x`` for one element of the value."""

    def moved(t: Any) -> Any:
        return function(*before, t, *after)

    value, pullback = vjp(moved, x)
    if np.ndim(value) == 0:
        return pullback(1.0)[0]
    if np.ndim(x) == 0:
        return _slopes(pullback, value)
    rows = np.zeros((np.size(value), np.size(x)), dtype=x.dtype)
    for i in range(np.size(value)):
        weights = np.zeros(np.size(value), dtype=value.dtype)
        weights[i] = 1.0
        rows[i] = np.ravel(pullback(np.reshape(weights, np.shape(value)))[0])
    return np.reshape(rows, np.shape(value) + np.shape(x))


def _slopes(pullback: Any, value: Any) -> Any:
    """By a number: the derivative of each element of the value."""
    slopes = np.zeros(np.size(value), dtype=value.dtype)
    for i in range(np.size(value)):
        weights = np.zeros(np.size(value), dtype=value.dtype)
        weights[i] = 1.0
        slopes[i] = pullback(np.reshape(weights, np.shape(value)))[0]
    return np.reshape(slopes, np.shape(value))


def shorter_jacobian(jvp: Any, vjp: Any, function: Any, before: Any, x: Any, after: Any) -> Any:
    """In the mode that takes fewer sweeps, by the sizes of ``x`` and of the value."""

    def moved(t: Any) -> Any:
        return function(*before, t, *after)

    if np.ndim(x) == 0:
        return forward_jacobian(jvp, function, before, x, after)
    value = jvp(moved, (x,), (np.zeros_like(x),))[0]  # x itself stays as it is
    if np.ndim(value) == 0:
        return reverse_jacobian(vjp, function, before, x, after)
    if np.size(x) <= np.size(value):
        jacobian = forward_jacobian(jvp, function, before, x, after)
    else:
        jacobian = reverse_jacobian(vjp, function, before, x, after)
    return jacobian


def gauss_newton_product(jvp: Any, vjp: Any, function: Any, x: Any, v: Any) -> Any:
    """The transposed Jacobian times the Jacobian times ``v``."""
    return vjp(function, x)[1](jvp(function, (x,), (v,))[1])[0]
