"""Seeded instances of the four problems, of any size, as arguments of the objectives."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.adbench.gmm import constants
from benchmarks.adbench.hand import rotation

Arguments = tuple[Any, ...]


def gmm(d: int, components: int, n: int) -> Arguments:
    """Parameters and points drawn as ADBench draws them; gamma = 1, m = 0."""
    rng = np.random.default_rng(0)
    alphas = rng.normal(size=components)
    means = rng.uniform(size=(components, d))
    factors = rng.normal(size=(components, d + d * (d - 1) // 2))
    x = rng.normal(size=(n, d))
    return alphas, means, factors, x, 1.0, 0, constants(n, d, components, 1.0, 0)


def ba(cameras: int, points: int, observations: int, repeated: bool = False) -> Arguments:
    """Cameras in a ring around points, all of which they see in front of them.

    Each observation is what its camera shows, off by some pixels.  ``repeated``: as in files of
    ADBench, one camera, point, weight and feature many times, seen in turns.
    """
    rng = np.random.default_rng(1)
    turn = rng.normal(scale=0.2, size=(cameras, 3))
    centre = np.array([0.0, 0.0, -8.0]) + rng.normal(scale=0.3, size=(cameras, 3))
    focal = rng.uniform(400.0, 800.0, size=(cameras, 1))
    rest = rng.normal(scale=[5.0, 5.0, 0.05, 0.002], size=(cameras, 4))
    camera = np.concatenate([turn, centre, focal, rest], axis=1)
    point = rng.normal(size=(points, 3))
    weight = rng.uniform(0.2, 1.0, size=observations)
    seen = np.stack([np.arange(observations) % cameras, np.arange(observations) % points], axis=1)
    feature = rng.normal(scale=100.0, size=(observations, 2))
    if repeated:
        camera, point = np.tile(camera[0], (cameras, 1)), np.tile(point[0], (points, 1))
        weight, feature = np.full(observations, weight[0]), np.tile(feature[0], (observations, 1))
    return camera, point, weight, seen, feature


def lstm(layers: int, characters: int, bits: int = 14) -> Arguments:
    """Uniform parameters and state, characters of random bits."""
    rng = np.random.default_rng(2)
    main = rng.uniform(size=(2 * layers, 4 * bits))
    extra = rng.uniform(size=(3, bits))
    state = rng.uniform(size=(2 * layers, bits))
    sequence = rng.integers(0, 2, size=(characters, bits)).astype(float)
    return main, extra, state, sequence


BONES = 22
PARENTS = np.array([-1] + [0 if k % 4 == 0 else k for k in range(20)] + [0])


def hand(points: int, vertices: int, complicated: bool = False) -> Arguments:
    """A hand whose vertices lie around its bones and follow those nearby, with points near it."""
    rng = np.random.default_rng(3)
    bases = np.array([_rigid(rng, 0.3, 0.0 if k == 0 else 0.03) for k in range(BONES)])
    absolutes: list[Any] = []
    for parent, base in zip(PARENTS, bases, strict=True):
        absolutes.append(base if parent < 0 else absolutes[parent] @ base)
    centres = np.array(absolutes)[:, :3, 3]
    surface = centres[rng.integers(0, BONES, size=vertices)]
    surface = surface + rng.normal(scale=0.01, size=(vertices, 3))
    weights = _weights(rng, surface, centres)
    theta = rng.normal(scale=0.3, size=26)
    data = PARENTS, bases, np.linalg.inv(np.array(absolutes)), surface, weights
    measured = surface[rng.integers(0, vertices, size=points)]
    measured = measured + rng.normal(scale=0.02, size=(points, 3))
    if not complicated:
        return theta, *data, rng.integers(0, vertices, size=points), measured
    triangles = rng.integers(0, vertices, size=(2 * vertices, 3))
    corners = rng.dirichlet(np.ones(3), size=points)[:, :2]
    faces = rng.integers(0, len(triangles), size=points)
    return theta, corners, *data, triangles, faces, measured


def _rigid(rng: np.random.Generator, turn: float, shift: float) -> Any:
    """A small motion as a matrix of four by four."""
    matrix = np.eye(4)
    matrix[:3, :3] = rotation(*rng.normal(scale=turn, size=3))
    matrix[:3, 3] = rng.normal(scale=shift, size=3)
    return matrix


def _weights(rng: np.random.Generator, surface: Any, centres: Any) -> Any:
    """Of each vertex, how much it follows each bone: three bones, the nearest most."""
    distances = np.linalg.norm(surface[:, None] - centres, axis=2)
    weights = np.exp(-distances / 0.02) * rng.uniform(0.5, 1.0, size=distances.shape)
    weights[weights < np.sort(weights, axis=1)[:, -3:-2]] = 0.0
    return weights / weights.sum(axis=1, keepdims=True)
