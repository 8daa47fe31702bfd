"""The four objectives as a user of JAX writes them: vectorised, ``scan`` over time.

The tree of bones is that of ``instances.py``, known when the program is traced.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import logsumexp

from benchmarks.adbench.instances import PARENTS


def gmm(alphas, means, factors, x, gamma, m, offset):
    n, d = x.shape
    columns, rows = np.triu_indices(d, 1)
    diagonal = jnp.exp(factors[:, :d])
    log_det = jnp.sum(factors[:, :d], axis=1)
    Q = jnp.zeros((len(alphas), d, d)).at[:, rows, columns].set(factors[:, d:])
    Q = Q.at[:, np.arange(d), np.arange(d)].set(diagonal)
    scaled = jnp.einsum("krc,nc->knr", Q, x) - jnp.einsum("krc,kc->kr", Q, means)[:, None]
    terms = alphas + log_det - 0.5 * jnp.sum(scaled**2, axis=2).T
    prior = 0.5 * gamma**2 * (jnp.sum(diagonal**2) + jnp.sum(factors[:, d:] ** 2))
    total = jnp.sum(logsumexp(terms, axis=1)) - n * logsumexp(alphas)
    return total + prior - m * jnp.sum(log_det) + offset


def ba(cameras, points, weights, observations, features):
    camera, point = cameras[observations[:, 0]], points[observations[:, 1]]
    rotation, x = camera[:, :3], point - camera[:, 3:6]
    squared = jnp.sum(rotation**2, axis=1, keepdims=True)
    angle = jnp.sqrt(jnp.where(squared > 0.0, squared, 1.0))
    axis, cosine, sine = rotation / angle, jnp.cos(angle), jnp.sin(angle)
    along = jnp.sum(axis * x, axis=1, keepdims=True)
    turned = cosine * x + sine * jnp.cross(axis, x) + (1.0 - cosine) * along * axis
    seen = jnp.where(squared > 0.0, turned, x + jnp.cross(rotation, x))
    plane = seen[:, :2] / seen[:, 2:]
    radius = jnp.sum(plane**2, axis=1, keepdims=True)
    distortion = 1.0 + camera[:, 9:10] * radius + camera[:, 10:11] * radius**2
    shown = camera[:, 6:7] * distortion * plane + camera[:, 7:9]
    residuals = weights[:, None] * (shown - features)
    return 0.5 * (jnp.sum(residuals**2) + jnp.sum((1.0 - weights**2) ** 2))


def lstm(main, extra, state, sequence):
    layers, (characters, bits) = len(main) // 2, sequence.shape
    weights, biases = main[0::2].reshape(layers, 4, bits), main[1::2].reshape(layers, 4, bits)

    def advance(carry, characters):
        hidden, cells = carry
        character, following = characters
        x = character * extra[0]
        new_hidden, new_cells = [], []
        for w, b, h, c in zip(weights, biases, hidden, cells, strict=True):
            forget, outgate = jax.nn.sigmoid(x * w[0] + b[0]), jax.nn.sigmoid(x * w[2] + b[2])
            ingate, change = jax.nn.sigmoid(h * w[1] + b[1]), jnp.tanh(h * w[3] + b[3])
            c = c * forget + ingate * change
            x = outgate * jnp.tanh(c)
            new_hidden.append(x)
            new_cells.append(c)
        y = x * extra[1] + extra[2]
        fit = jnp.sum(following * (y - jnp.log(2.0 + jnp.sum(jnp.exp(y)))))
        return (jnp.stack(new_hidden), jnp.stack(new_cells)), fit

    _, fits = jax.lax.scan(advance, (state[0::2], state[1::2]), (sequence[:-1], sequence[1:]))
    return -jnp.sum(fits) / (bits * (characters - 1))


def hand_simple(theta, parents, bases, to_bones, vertices, weights, correspondences, points):
    surface = _surface(theta, bases, to_bones, vertices, weights)
    return 0.5 * jnp.sum((points - surface[correspondences]) ** 2)


def hand_complicated(
    theta, us, parents, bases, to_bones, vertices, weights, triangles, correspondences, points
):
    surface = _surface(theta, bases, to_bones, vertices, weights)
    corners = surface[triangles[correspondences]]
    shares = jnp.stack([us[:, 0], us[:, 1], 1.0 - us[:, 0] - us[:, 1]], axis=1)
    shown = jnp.einsum("ik,ikj->ij", shares, corners)
    return 0.5 * jnp.sum((points - shown) ** 2)


def _surface(theta, bases, to_bones, vertices, weights):
    fingers = theta[6:].reshape(5, 4)
    still, moves = jnp.zeros(1), jnp.zeros((5, 4))
    bends = moves.at[:, 1:].set(fingers[:, np.array([0, 2, 3])]).ravel()
    spreads = moves.at[:, 1].set(fingers[:, 1]).ravel()
    bends, spreads = (jnp.concatenate([still, angles, still]) for angles in (bends, spreads))
    cb, sb, cs, ss = jnp.cos(bends), jnp.sin(bends), jnp.cos(spreads), jnp.sin(spreads)
    zero, one = jnp.zeros_like(cb), jnp.ones_like(cb)
    rows = [[cs, -ss * cb, ss * sb, zero], [ss, cs * cb, -cs * sb, zero]]
    rows += [[zero, sb, cb, zero], [zero, zero, zero, one]]
    relatives = bases @ jnp.stack([jnp.stack(row, axis=1) for row in rows], axis=1)
    absolutes: list[Any] = []
    for k, parent in enumerate(PARENTS):
        absolutes.append(relatives[k] if parent < 0 else absolutes[parent] @ relatives[k])
    transforms = (jnp.stack(absolutes) @ to_bones)[:, :3]
    moved = vertices @ transforms[:, :, :3].transpose(0, 2, 1) + transforms[:, None, :, 3]
    skinned = jnp.einsum("ik,kij->ij", weights, moved)
    return skinned @ _rotation(theta[:3]).T + theta[3:6]


def _rotation(r):
    squared = jnp.sum(r**2)
    angle = jnp.sqrt(jnp.where(squared < 1e-8, 1.0, squared))
    x, y, z = r / angle
    cross = jnp.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    turn = jnp.eye(3) + jnp.sin(angle) * cross + (1.0 - jnp.cos(angle)) * cross @ cross
    return jnp.where(squared < 1e-8, jnp.eye(3), turn)
