"""Bundle adjustment: cameras and points that explain where photographs show the points.

A camera has 11 parameters: a rotation r as axis times angle, its centre C, focal length f,
principal point u, radial distortion k.  With y = R(r) (X - C) and p = (y_0, y_1) / y_2, it shows
the point X at

    f (1 + k_0 |p|² + k_1 |p|⁴) p + u.

Each observation names a camera and a point and gives a weight w and the feature that was found. Its
residuals are w (shown - found), two numbers, and 1 - w², which keeps the weights from vanishing.
The objective is half the sum of the squares of all residuals.
"""

from __future__ import annotations

import numpy as np


def error_loops(cameras, points, weights, observations, features):
    total = 0.0
    for i in range(observations.shape[0]):
        u, v = project(cameras[observations[i, 0]], points[observations[i, 1]])
        du = weights[i] * (u - features[i, 0])
        dv = weights[i] * (v - features[i, 1])
        dw = 1.0 - weights[i] ** 2
        total += du**2 + dv**2 + dw**2
    return 0.5 * total


def project(camera, point):
    x, y, z = rotate(
        camera[0], camera[1], camera[2],
        point[0] - camera[3], point[1] - camera[4], point[2] - camera[5],
    )  # fmt: skip
    x, y = x / z, y / z
    squared = x * x + y * y
    scale = camera[6] * (1.0 + camera[9] * squared + camera[10] * squared * squared)
    return scale * x + camera[7], scale * y + camera[8]


def rotate(r0, r1, r2, x, y, z):
    """Rodrigues' formula; for no rotation at all its first derivative."""
    squared = r0 * r0 + r1 * r1 + r2 * r2
    if squared == 0.0:
        return x + r1 * z - r2 * y, y + r2 * x - r0 * z, z + r0 * y - r1 * x
    angle = np.sqrt(squared)
    cosine, sine = np.cos(angle), np.sin(angle)
    a0, a1, a2 = r0 / angle, r1 / angle, r2 / angle
    along = (1.0 - cosine) * (a0 * x + a1 * y + a2 * z)
    return (
        cosine * x + sine * (a1 * z - a2 * y) + along * a0,
        cosine * y + sine * (a2 * x - a0 * z) + along * a1,
        cosine * z + sine * (a0 * y - a1 * x) + along * a2,
    )


def error_arrays(cameras, points, weights, observations, features):
    camera = cameras[observations[:, 0]]
    shown = projections(camera, points[observations[:, 1]])
    residuals = weights[:, None] * (shown - features)
    return 0.5 * (np.sum(residuals**2) + np.sum((1.0 - weights**2) ** 2))


def projections(camera, point):
    seen = rotations(camera[:, :3], point - camera[:, 3:6])
    plane = seen[:, :2] / seen[:, 2:3]
    squared = np.sum(plane**2, axis=1, keepdims=True)
    distortion = 1.0 + camera[:, 9:10] * squared + camera[:, 10:11] * squared**2
    return camera[:, 6:7] * distortion * plane + camera[:, 7:9]


def rotations(rotation, x):
    """Rodrigues' formula, row by row; for no rotation at all its first derivative."""
    squared = np.sum(rotation**2, axis=1, keepdims=True)
    angle = np.sqrt(np.where(squared > 0.0, squared, 1.0))
    axis = rotation / angle
    along = np.sum(axis * x, axis=1, keepdims=True)
    cosine, sine = np.cos(angle), np.sin(angle)
    turned = cosine * x + sine * np.cross(axis, x) + (1.0 - cosine) * along * axis
    return np.where(squared > 0.0, turned, x + np.cross(rotation, x))
