"""The adjoint of bundle adjustment as an expert writes it: an observation at a time."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit


@njit(error_model="numpy")
def adjoint(cameras, points, weights, observations, features, cameras_bar, points_bar, weights_bar):
    """Value and gradients.

    The rotation R = cos I + sin [a] + (1 - cos) a aᵀ of y = R d is transposed by turning the other
    way; its cotangent with respect to the axis a and the angle comes from the same three terms.
    """
    for i in range(cameras.shape[0]):
        for k in range(11):
            cameras_bar[i, k] = 0.0
    for i in range(points.shape[0]):
        for k in range(3):
            points_bar[i, k] = 0.0
    total = 0.0
    for i in range(observations.shape[0]):
        p, q = observations[i, 0], observations[i, 1]
        r0, r1, r2 = cameras[p, 0], cameras[p, 1], cameras[p, 2]
        d0 = points[q, 0] - cameras[p, 3]
        d1 = points[q, 1] - cameras[p, 4]
        d2 = points[q, 2] - cameras[p, 5]
        squared = r0 * r0 + r1 * r1 + r2 * r2
        if squared == 0.0:
            angle, sine, cosine = 0.0, 0.0, 1.0
            a0 = a1 = a2 = b0 = b1 = b2 = dot = 0.0
            x, y, z = d0 + r1 * d2 - r2 * d1, d1 + r2 * d0 - r0 * d2, d2 + r0 * d1 - r1 * d0
        else:
            angle = math.sqrt(squared)
            sine, cosine = math.sin(angle), math.cos(angle)
            inverse = 1.0 / angle
            a0, a1, a2 = r0 * inverse, r1 * inverse, r2 * inverse
            b0, b1, b2 = a1 * d2 - a2 * d1, a2 * d0 - a0 * d2, a0 * d1 - a1 * d0
            dot = a0 * d0 + a1 * d1 + a2 * d2
            along = (1.0 - cosine) * dot
            x = cosine * d0 + sine * b0 + along * a0
            y = cosine * d1 + sine * b1 + along * a1
            z = cosine * d2 + sine * b2 + along * a2
        inverse_z = 1.0 / z
        u, v = x * inverse_z, y * inverse_z
        radius = u * u + v * v
        k0, k1, f, w = cameras[p, 9], cameras[p, 10], cameras[p, 6], weights[i]
        distortion = 1.0 + (k0 + k1 * radius) * radius
        scale = f * distortion
        e0 = scale * u + cameras[p, 7] - features[i, 0]
        e1 = scale * v + cameras[p, 8] - features[i, 1]
        left = 1.0 - w * w
        total += w * w * (e0 * e0 + e1 * e1) + left * left
        weights_bar[i] = w * (e0 * e0 + e1 * e1) - 2.0 * left * w
        e0_bar, e1_bar = w * w * e0, w * w * e1
        cameras_bar[p, 7] += e0_bar
        cameras_bar[p, 8] += e1_bar
        scale_bar = e0_bar * u + e1_bar * v
        cameras_bar[p, 6] += scale_bar * distortion
        distortion_bar = scale_bar * f
        cameras_bar[p, 9] += distortion_bar * radius
        cameras_bar[p, 10] += distortion_bar * radius * radius
        twice = 2.0 * distortion_bar * (k0 + 2.0 * k1 * radius)
        x_bar = (e0_bar * scale + twice * u) * inverse_z
        y_bar = (e1_bar * scale + twice * v) * inverse_z
        z_bar = -(x_bar * u + y_bar * v)
        if squared == 0.0:
            d0_bar = x_bar - r1 * z_bar + r2 * y_bar
            d1_bar = y_bar - r2 * x_bar + r0 * z_bar
            d2_bar = z_bar - r0 * y_bar + r1 * x_bar
            cameras_bar[p, 0] += d1 * z_bar - d2 * y_bar
            cameras_bar[p, 1] += d2 * x_bar - d0 * z_bar
            cameras_bar[p, 2] += d0 * y_bar - d1 * x_bar
        else:
            rest = 1.0 - cosine
            dot_bar = rest * (a0 * x_bar + a1 * y_bar + a2 * z_bar)
            d0_bar = cosine * x_bar - sine * (a1 * z_bar - a2 * y_bar) + dot_bar * a0
            d1_bar = cosine * y_bar - sine * (a2 * x_bar - a0 * z_bar) + dot_bar * a1
            d2_bar = cosine * z_bar - sine * (a0 * y_bar - a1 * x_bar) + dot_bar * a2
            along_bar = rest * dot
            a0_bar = sine * (d1 * z_bar - d2 * y_bar) + along_bar * x_bar + dot_bar * d0
            a1_bar = sine * (d2 * x_bar - d0 * z_bar) + along_bar * y_bar + dot_bar * d1
            a2_bar = sine * (d0 * y_bar - d1 * x_bar) + along_bar * z_bar + dot_bar * d2
            angle_bar = (
                x_bar * (cosine * b0 + sine * (dot * a0 - d0))
                + y_bar * (cosine * b1 + sine * (dot * a1 - d1))
                + z_bar * (cosine * b2 + sine * (dot * a2 - d2))
            )
            # of r = angle a: what lies along the axis changes the angle alone
            angle_bar -= (a0_bar * a0 + a1_bar * a1 + a2_bar * a2) * inverse
            cameras_bar[p, 0] += a0_bar * inverse + angle_bar * a0
            cameras_bar[p, 1] += a1_bar * inverse + angle_bar * a1
            cameras_bar[p, 2] += a2_bar * inverse + angle_bar * a2
        cameras_bar[p, 3] -= d0_bar
        cameras_bar[p, 4] -= d1_bar
        cameras_bar[p, 5] -= d2_bar
        points_bar[q, 0] += d0_bar
        points_bar[q, 1] += d1_bar
        points_bar[q, 2] += d2_bar
    return 0.5 * total, (cameras_bar, points_bar, weights_bar)


def workspace(
    cameras: Any, points: Any, weights: Any, observations: Any, features: Any
) -> tuple[Any, ...]:
    """The gradients."""
    return np.empty_like(cameras), np.empty_like(points), np.empty_like(weights)
