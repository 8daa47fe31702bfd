"""The four objectives as a user of PyTorch writes them: vectorised, a Python loop over time."""

from __future__ import annotations

from typing import Any

import torch

from benchmarks.adbench.instances import PARENTS


def gmm(alphas, means, factors, x, gamma, m, offset):
    n, d = x.shape
    columns, rows = torch.triu_indices(d, d, 1)
    diagonal = torch.exp(factors[:, :d])
    log_det = factors[:, :d].sum(1)
    Q = torch.diag_embed(diagonal)
    Q[:, rows, columns] = factors[:, d:]
    scaled = x @ Q.transpose(1, 2) - (means[:, None] @ Q.transpose(1, 2))
    terms = alphas + log_det - 0.5 * (scaled**2).sum(2).T
    prior = 0.5 * gamma**2 * ((diagonal**2).sum() + (factors[:, d:] ** 2).sum())
    total = torch.logsumexp(terms, 1).sum() - n * torch.logsumexp(alphas, 0)
    return total + prior - m * log_det.sum() + offset


def ba(cameras, points, weights, observations, features):
    camera, point = cameras[observations[:, 0]], points[observations[:, 1]]
    rotation, x = camera[:, :3], point - camera[:, 3:6]
    angle = torch.linalg.norm(rotation, dim=1, keepdim=True)
    axis, cosine, sine = rotation / angle, torch.cos(angle), torch.sin(angle)
    along = (axis * x).sum(1, keepdim=True)
    seen = cosine * x + sine * torch.linalg.cross(axis, x) + (1.0 - cosine) * along * axis
    plane = seen[:, :2] / seen[:, 2:]
    radius = (plane**2).sum(1, keepdim=True)
    distortion = 1.0 + camera[:, 9:10] * radius + camera[:, 10:11] * radius**2
    shown = camera[:, 6:7] * distortion * plane + camera[:, 7:9]
    residuals = weights[:, None] * (shown - features)
    return 0.5 * ((residuals**2).sum() + ((1.0 - weights**2) ** 2).sum())


def lstm(main, extra, state, sequence):
    layers, (characters, bits) = len(main) // 2, sequence.shape
    weights, biases = main[0::2].reshape(layers, 4, bits), main[1::2].reshape(layers, 4, bits)
    hidden, cells = list(state[0::2]), list(state[1::2])
    total = 0.0
    for t in range(characters - 1):
        x = sequence[t] * extra[0]
        for k in range(layers):
            w, b = weights[k], biases[k]
            forget, outgate = torch.sigmoid(x * w[0] + b[0]), torch.sigmoid(x * w[2] + b[2])
            ingate = torch.sigmoid(hidden[k] * w[1] + b[1])
            change = torch.tanh(hidden[k] * w[3] + b[3])
            cells[k] = cells[k] * forget + ingate * change
            x = hidden[k] = outgate * torch.tanh(cells[k])
        y = x * extra[1] + extra[2]
        total = total + (sequence[t + 1] * (y - torch.log(2.0 + torch.exp(y).sum()))).sum()
    return -total / (bits * (characters - 1))


def hand_simple(theta, parents, bases, to_bones, vertices, weights, correspondences, points):
    surface = _surface(theta, bases, to_bones, vertices, weights)
    return 0.5 * ((points - surface[correspondences]) ** 2).sum()


def hand_complicated(
    theta, us, parents, bases, to_bones, vertices, weights, triangles, correspondences, points
):
    surface = _surface(theta, bases, to_bones, vertices, weights)
    corners = surface[triangles[correspondences]]
    shares = torch.stack([us[:, 0], us[:, 1], 1.0 - us[:, 0] - us[:, 1]], 1)
    shown = (shares[:, :, None] * corners).sum(1)
    return 0.5 * ((points - shown) ** 2).sum()


def _surface(theta, bases, to_bones, vertices, weights):
    fingers, still = theta[6:].reshape(5, 4), torch.zeros(1, dtype=theta.dtype)
    none = torch.zeros(5, dtype=theta.dtype)
    bends = torch.stack([none, fingers[:, 0], fingers[:, 2], fingers[:, 3]], 1).ravel()
    spreads = torch.stack([none, fingers[:, 1], none, none], 1).ravel()
    bends, spreads = (torch.cat([still, angles, still]) for angles in (bends, spreads))
    cb, sb, cs, ss = torch.cos(bends), torch.sin(bends), torch.cos(spreads), torch.sin(spreads)
    zero, one = torch.zeros_like(cb), torch.ones_like(cb)
    rows = [[cs, -ss * cb, ss * sb, zero], [ss, cs * cb, -cs * sb, zero]]
    rows += [[zero, sb, cb, zero], [zero, zero, zero, one]]
    relatives = bases @ torch.stack([torch.stack(row, 1) for row in rows], 1)
    absolutes: list[Any] = []
    for k, parent in enumerate(PARENTS):
        absolutes.append(relatives[k] if parent < 0 else absolutes[parent] @ relatives[k])
    transforms = (torch.stack(absolutes) @ to_bones)[:, :3]
    moved = vertices @ transforms[:, :, :3].transpose(1, 2) + transforms[:, None, :, 3]
    skinned = torch.einsum("ik,kij->ij", weights, moved)
    return skinned @ _rotation(theta[:3]).T + theta[3:6]


def _rotation(r):
    angle = torch.linalg.norm(r)
    x, y, z = r / angle
    zero = torch.zeros_like(x)
    cross = torch.stack([zero, -z, y, z, zero, -x, -y, x, zero]).reshape(3, 3)
    eye = torch.eye(3, dtype=r.dtype)
    return eye + torch.sin(angle) * cross + (1.0 - torch.cos(angle)) * cross @ cross
