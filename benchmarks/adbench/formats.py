"""Instances in the text formats of ADBench, written and read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.adbench.gmm import constants

Arguments = tuple[Any, ...]


def write_gmm(path: Path, arguments: Arguments) -> None:
    """``d k n``, the mixture weights line by line, means, factors and points by rows, ``γ m``."""
    alphas, means, factors, x, gamma, m, _ = arguments
    k, d = means.shape
    sizes = f"{d} {k} {len(x)}"
    _write(path, [sizes, *_rows(alphas[:, None]), *_rows(means), *_rows(factors), *_rows(x),
                  f"{gamma!r} {m}"])  # fmt: skip


def read_gmm(path: Path) -> Arguments:
    """What ``write_gmm`` wrote."""
    numbers = _numbers(path)
    d, k, n = (int(next(numbers)) for _ in range(3))
    alphas, means = _array(numbers, k), _array(numbers, k, d)
    factors, x = _array(numbers, k, d * (d + 1) // 2), _array(numbers, n, d)
    gamma, m = float(next(numbers)), int(next(numbers))
    return alphas, means, factors, x, gamma, m, constants(n, d, k, gamma, m)


def write_ba(path: Path, arguments: Arguments) -> None:
    """``n m p`` and the first camera, point, weight and feature, which stand for all."""
    cameras, points, weights, observations, features = arguments
    sizes = f"{len(cameras)} {len(points)} {len(observations)}"
    _write(path, [sizes, *_rows(cameras[:1]), *_rows(points[:1]), repr(float(weights[0])),
                  *_rows(features[:1])])  # fmt: skip


def read_ba(path: Path) -> Arguments:
    """The instance in which all are alike, seen in turns."""
    numbers = _numbers(path)
    n, m, p = (int(next(numbers)) for _ in range(3))
    cameras, points = np.tile(_array(numbers, 11), (n, 1)), np.tile(_array(numbers, 3), (m, 1))
    weights = np.full(p, float(next(numbers)))
    observations = np.stack([np.arange(p) % n, np.arange(p) % m], axis=1)
    return cameras, points, weights, observations, np.tile(_array(numbers, 2), (p, 1))


def write_lstm(path: Path, arguments: Arguments) -> None:
    """``l c b``, then the parameters, the state and the characters, with empty lines between."""
    main, extra, state, sequence = arguments
    lines = [f"{len(main) // 2} {len(sequence)} {sequence.shape[1]}"]
    for table in (main, extra, state):
        lines += ["", *_rows(table)]
    _write(path, [*lines, "", *_rows(sequence.astype(int))])


def read_lstm(path: Path) -> Arguments:
    """What ``write_lstm`` wrote."""
    numbers = _numbers(path)
    layers, characters, bits = (int(next(numbers)) for _ in range(3))
    shapes = (2 * layers, 4 * bits), (3, bits), (2 * layers, bits), (characters, bits)
    return tuple(_array(numbers, *shape) for shape in shapes)


def write_hand(folder: Path, arguments: Arguments, complicated: bool = False) -> None:
    """``model/`` with bones, vertices and triangles, and ``input.txt`` with what was measured."""
    theta, *rest = arguments
    us = rest.pop(0) if complicated else None
    parents, bases, to_bones, vertices, weights, *rest = rest
    triangles = rest.pop(0) if complicated else np.zeros((0, 3), int)
    matches, points = rest
    model = folder / "model"
    model.mkdir(parents=True, exist_ok=True)
    bones = zip(parents, bases, to_bones, strict=True)
    _write(model / "bones.txt", (
        ":".join([f"bone{k}", str(parent), *map(repr, _flat(base)), *map(repr, _flat(to_bone))])
        for k, (parent, base, to_bone) in enumerate(bones)
    ))  # fmt: skip
    _write(model / "vertices.txt", map(_vertex, vertices, weights))
    _write(model / "triangles.txt", (":".join(map(str, corners)) for corners in triangles))
    lines = [f"{len(points)} {len(theta)}"]
    lines += [f"{match} {line}" for match, line in zip(matches, _rows(points), strict=True)]
    lines += [] if us is None else _rows(us)
    _write(folder / "input.txt", [*lines, *_rows(theta[:, None])])


def read_hand(folder: Path, complicated: bool = False) -> Arguments:
    """What ``write_hand`` wrote."""
    model = folder / "model"
    bones = [line.split(":") for line in (model / "bones.txt").read_text().split()]
    parents = np.array([int(bone[1]) for bone in bones])
    matrices = np.array([list(map(float, bone[2:])) for bone in bones]).reshape(-1, 2, 4, 4)
    lines = [line.split(":") for line in (model / "vertices.txt").read_text().split()]
    vertices = np.array([list(map(float, line[:3])) for line in lines])
    weights = np.zeros((len(lines), len(bones)))
    for row, line in zip(weights, lines, strict=True):
        for k in range(int(line[8])):
            row[int(line[9 + 2 * k])] = float(line[10 + 2 * k])
    faces = [line.split(":") for line in (model / "triangles.txt").read_text().split()]
    numbers = _numbers(folder / "input.txt")
    n, count = int(next(numbers)), int(next(numbers))
    measured = _array(numbers, n, 4)
    matches, points = measured[:, 0].astype(int), measured[:, 1:].copy()
    data = parents, matrices[:, 0].copy(), matrices[:, 1].copy(), vertices, weights
    if not complicated:
        return _array(numbers, count), *data, matches, points
    us = _array(numbers, n, 2)
    return _array(numbers, count), us, *data, np.array(faces, int), matches, points


def _vertex(place: Any, weights: Any) -> str:
    """Where a vertex is, five numbers that nobody reads, how many bones it follows, and which."""
    bones = np.flatnonzero(weights)
    parts = [*map(repr, _flat(place)), *["0.0"] * 5, str(len(bones))]
    for k in bones:
        parts += [str(k), repr(float(weights[k]))]
    return ":".join(parts)


def _flat(table: Any) -> list[float]:
    return [float(x) for x in np.ravel(table)]


def _rows(table: Any) -> list[str]:
    return [" ".join(map(repr, row)) for row in np.asarray(table).tolist()]


def _write(path: Path, lines: Iterable[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _numbers(path: Path) -> Iterator[str]:
    return iter(path.read_text(encoding="utf-8").split())


def _array(numbers: Iterator[str], *shape: int) -> Any:
    count = int(np.prod(shape))
    return np.array([float(next(numbers)) for _ in range(count)]).reshape(shape)
