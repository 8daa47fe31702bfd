"""Jacobians, column by column or row by row.

``jvp`` and ``vjp`` are the transforms; ``function`` is called with ``x`` between the arguments
``before`` and ``after``.  The axes of the result are those of the value, then those of ``x``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from adgen.transpiler.library.registry import refuse


def of_real(x: Any) -> None:
    """A function of complex numbers that is not holomorphic has no matrix of derivatives."""
    if np.iscomplexobj(x):
        refuse("the Jacobian by complex numbers", "use jvp and vjp, or hvp in place of a Hessian")


def forward_jacobian(jvp: Any, function: Any, before: Any, x: Any, after: Any) -> Any:
    """Each column is the tangent of the value in the direction of one element of ``x``."""
    of_real(x)

    def moved(t: Any) -> Any:
        return function(*before, t, *after)

    if np.ndim(x) == 0:
        return jvp(moved, (x,), (1.0,))[1]
    value = jvp(moved, (x,), (np.zeros_like(x),))[0]
    columns = np.zeros((np.size(value), np.size(x)), dtype=np.result_type(x, value))
    for j in range(np.size(x)):
        direction = np.zeros(np.size(x), dtype=x.dtype)
        direction[j] = 1.0
        columns[:, j] = np.ravel(jvp(moved, (x,), (np.reshape(direction, np.shape(x)),))[1])
    return np.reshape(columns, np.shape(value) + np.shape(x))


def reverse_jacobian(vjp: Any, function: Any, before: Any, x: Any, after: Any) -> Any:
    """Each row is the cotangent of ``x`` for one element of the value."""
    of_real(x)

    def moved(t: Any) -> Any:
        return function(*before, t, *after)

    value, pullback = vjp(moved, x)
    if np.iscomplexobj(value):
        refuse("the Jacobian of complex values in reverse mode", "use jacfwd(f)")
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
    of_real(x)

    def moved(t: Any) -> Any:
        return function(*before, t, *after)

    if np.ndim(x) == 0:
        return forward_jacobian(jvp, function, before, x, after)
    value = jvp(moved, (x,), (np.zeros_like(x),))[0]  # x itself stays as it is
    if np.ndim(value) == 0 and not np.iscomplexobj(value):
        return reverse_jacobian(vjp, function, before, x, after)
    if np.iscomplexobj(value) or np.size(x) <= np.size(value):
        jacobian = forward_jacobian(jvp, function, before, x, after)
    else:
        jacobian = reverse_jacobian(vjp, function, before, x, after)
    return jacobian


def forward_blocks(jvp: Any, function: Any, parts: Any) -> Any:
    """Of a function that returns a tuple: for each of its parts a block by each argument."""
    values = function(*parts)
    rows: Any = tuple([] for _ in values)
    for k in range(len(parts)):
        before, x, after = parts[:k], parts[k], parts[k + 1 :]

        def moved(t: Any, before: Any = before, after: Any = after) -> Any:
            return function(*before, t, *after)

        for row, block in zip(rows, _columns(jvp, moved, x, values), strict=True):
            row.append(block)
    return tuple(tuple(row) for row in rows)


def _columns(jvp: Any, moved: Any, x: Any, values: Any) -> Any:
    """By one array: for each part of the value its tangents, side by side."""
    blocks = tuple(_empty_block(value, x, value) for value in values)
    for j in range(np.size(x)):
        direction = np.zeros(np.size(x))
        direction[j] = 1.0
        step = direction[0] if np.ndim(x) == 0 else np.reshape(direction, np.shape(x))
        for block, tangent in zip(blocks, jvp(moved, (x,), (step,))[1], strict=True):
            block[:, j] = np.ravel(tangent)
    pairs = zip(blocks, values, strict=True)
    return tuple(_shaped(block, np.shape(value) + np.shape(x)) for block, value in pairs)


def _empty_block(value: Any, x: Any, like: Any) -> Any:
    of_real(x)
    of_real(value)
    if np.ndim(like) == 0:
        return np.zeros((np.size(value), np.size(x)))
    return np.zeros((np.size(value), np.size(x)), dtype=like.dtype)


def _shaped(block: Any, shape: Any) -> Any:
    return block[0, 0] if len(shape) == 0 else np.reshape(block, shape)


def reverse_blocks(vjp: Any, function: Any, parts: Any) -> Any:
    """The same by a sweep for each element of the value."""
    values, pullback = vjp(function, *parts)
    return tuple(_rows(pullback, values, k, parts) for k in range(len(values)))


def _rows(pullback: Any, values: Any, k: Any, parts: Any) -> Any:
    """Of one part of the value: its cotangents by all arguments, one above the other."""
    value = values[k]
    blocks = tuple(_empty_block(value, x, x) for x in parts)
    for i in range(np.size(value)):
        weights = np.zeros(np.size(value))
        weights[i] = 1.0
        own = weights[0] if np.ndim(value) == 0 else np.reshape(weights, np.shape(value))
        others = tuple(0.0 if np.ndim(v) == 0 else np.zeros(np.shape(v)) for v in values)
        cotangents = pullback((*others[:k], own, *others[k + 1 :]))
        for block, cotangent in zip(blocks, cotangents, strict=True):
            block[i] = np.ravel(cotangent)
    pairs = zip(blocks, parts, strict=True)
    return tuple(_shaped(block, np.shape(value) + np.shape(x)) for block, x in pairs)


def shorter_blocks(jvp: Any, vjp: Any, function: Any, parts: Any) -> Any:
    """In the mode that takes fewer sweeps."""
    values = function(*parts)
    if all(np.ndim(value) == 0 for value in values):
        return reverse_blocks(vjp, function, parts)
    if all(np.ndim(x) == 0 for x in parts):
        return forward_blocks(jvp, function, parts)
    if sum([np.size(x) for x in parts]) <= sum([np.size(value) for value in values]):
        blocks = forward_blocks(jvp, function, parts)
    else:
        blocks = reverse_blocks(vjp, function, parts)
    return blocks


def gauss_newton_product(jvp: Any, vjp: Any, function: Any, x: Any, v: Any) -> Any:
    """The transposed Jacobian times the Jacobian times ``v``."""
    return vjp(function, x)[1](jvp(function, (x,), (v,))[1])[0]
