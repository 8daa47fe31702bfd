"""The adjoints of hand tracking as an expert writes them: flat loops, matrices of four by four."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit


@njit(error_model="numpy")
def simple(
    theta, parents, bases, to_bones, vertices, weights, correspondences, points,
    relatives, absolutes, transforms, skinned, surface, surface_bar, transforms_bar,
    absolutes_bar, turn, turn_bar, theta_bar,
):  # fmt: skip
    """Value and gradient."""
    _pose(theta, parents, bases, to_bones, relatives, absolutes, transforms)
    _surface(theta, vertices, weights, transforms, turn, skinned, surface, surface_bar)
    total = 0.0
    for i in range(points.shape[0]):
        vertex = correspondences[i]
        for j in range(3):
            error = points[i, j] - surface[vertex, j]
            total += error * error
            surface_bar[vertex, j] -= error
    _surface_back(
        theta, vertices, weights, turn, skinned, surface_bar, transforms_bar, turn_bar, theta_bar
    )
    _pose_back(
        theta, parents, bases, to_bones, relatives, absolutes, transforms_bar, absolutes_bar,
        theta_bar,
    )  # fmt: skip
    return 0.5 * total, (theta_bar,)


@njit(error_model="numpy")
def complicated(
    theta, us, parents, bases, to_bones, vertices, weights, triangles, correspondences, points,
    relatives, absolutes, transforms, skinned, surface, surface_bar, transforms_bar,
    absolutes_bar, turn, turn_bar, theta_bar, us_bar,
):  # fmt: skip
    """Value and gradients."""
    _pose(theta, parents, bases, to_bones, relatives, absolutes, transforms)
    _surface(theta, vertices, weights, transforms, turn, skinned, surface, surface_bar)
    total = 0.0
    for i in range(points.shape[0]):
        triangle = correspondences[i]
        a, b, c = triangles[triangle, 0], triangles[triangle, 1], triangles[triangle, 2]
        u, v = us[i, 0], us[i, 1]
        w = 1.0 - u - v
        u_bar = v_bar = 0.0
        for j in range(3):
            at_a, at_b, at_c = surface[a, j], surface[b, j], surface[c, j]
            error = points[i, j] - (u * at_a + v * at_b + w * at_c)
            total += error * error
            u_bar -= error * (at_a - at_c)
            v_bar -= error * (at_b - at_c)
            surface_bar[a, j] -= error * u
            surface_bar[b, j] -= error * v
            surface_bar[c, j] -= error * w
        us_bar[i, 0], us_bar[i, 1] = u_bar, v_bar
    _surface_back(
        theta, vertices, weights, turn, skinned, surface_bar, transforms_bar, turn_bar, theta_bar
    )
    _pose_back(
        theta, parents, bases, to_bones, relatives, absolutes, transforms_bar, absolutes_bar,
        theta_bar,
    )  # fmt: skip
    return 0.5 * total, (theta_bar, us_bar)


@njit(error_model="numpy")
def _angles(theta, k):
    """Places in theta of how bone k bends and spreads; -1 for none."""
    finger, joint = (k - 1) // 4, (k - 1) % 4
    if k == 0 or finger > 4 or joint == 0:
        return -1, -1
    if joint == 1:
        return 6 + 4 * finger, 7 + 4 * finger
    return 6 + 4 * finger + joint, -1


@njit(error_model="numpy")
def _pose(theta, parents, bases, to_bones, relatives, absolutes, transforms):
    for k in range(parents.shape[0]):
        bend, spread = _angles(theta, k)
        cb = sb = cs = ss = 0.0
        cb = cs = 1.0
        if bend >= 0:
            cb, sb = math.cos(theta[bend]), math.sin(theta[bend])
        if spread >= 0:
            cs, ss = math.cos(theta[spread]), math.sin(theta[spread])
        for i in range(4):
            x, y, z = bases[k, i, 0], bases[k, i, 1], bases[k, i, 2]
            along = cs * y - ss * x
            relatives[k, i, 0] = cs * x + ss * y
            relatives[k, i, 1] = cb * along + sb * z
            relatives[k, i, 2] = cb * z - sb * along
            relatives[k, i, 3] = bases[k, i, 3]
        if parents[k] < 0:
            for i in range(4):
                for j in range(4):
                    absolutes[k, i, j] = relatives[k, i, j]
        else:
            _product(absolutes, parents[k], relatives, k, absolutes, k)
        _product(absolutes, k, to_bones, k, transforms, k)


@njit(error_model="numpy")
def _product(x, i, y, j, out, k):
    for r in range(4):
        for c in range(4):
            out[k, r, c] = (
                x[i, r, 0] * y[j, 0, c]
                + x[i, r, 1] * y[j, 1, c]
                + x[i, r, 2] * y[j, 2, c]
                + x[i, r, 3] * y[j, 3, c]
            )


@njit(error_model="numpy")
def _surface(theta, vertices, weights, transforms, turn, skinned, surface, surface_bar):
    angle = math.sqrt(theta[0] ** 2 + theta[1] ** 2 + theta[2] ** 2)
    x = y = z = s = 0.0
    c = 1.0
    if angle >= 1e-4:
        x, y, z = theta[0] / angle, theta[1] / angle, theta[2] / angle
        s, c = math.sin(angle), math.cos(angle)
    rest = 1.0 - c
    turn[0, 0], turn[0, 1], turn[0, 2] = (
        c + rest * x * x,
        rest * x * y - s * z,
        rest * x * z + s * y,
    )
    turn[1, 0], turn[1, 1], turn[1, 2] = (
        rest * x * y + s * z,
        c + rest * y * y,
        rest * y * z - s * x,
    )
    turn[2, 0], turn[2, 1], turn[2, 2] = (
        rest * x * z - s * y,
        rest * y * z + s * x,
        c + rest * z * z,
    )
    for i in range(vertices.shape[0]):
        s0 = s1 = s2 = 0.0
        v0, v1, v2 = vertices[i, 0], vertices[i, 1], vertices[i, 2]
        for k in range(transforms.shape[0]):
            w = weights[i, k]
            if w != 0.0:
                t = transforms
                s0 += w * (t[k, 0, 0] * v0 + t[k, 0, 1] * v1 + t[k, 0, 2] * v2 + t[k, 0, 3])
                s1 += w * (t[k, 1, 0] * v0 + t[k, 1, 1] * v1 + t[k, 1, 2] * v2 + t[k, 1, 3])
                s2 += w * (t[k, 2, 0] * v0 + t[k, 2, 1] * v1 + t[k, 2, 2] * v2 + t[k, 2, 3])
        skinned[i, 0], skinned[i, 1], skinned[i, 2] = s0, s1, s2
        for j in range(3):
            surface[i, j] = turn[j, 0] * s0 + turn[j, 1] * s1 + turn[j, 2] * s2 + theta[3 + j]
            surface_bar[i, j] = 0.0


@njit(error_model="numpy")
def _surface_back(
    theta, vertices, weights, turn, skinned, surface_bar, transforms_bar, turn_bar, theta_bar
):
    for k in range(theta.shape[0]):
        theta_bar[k] = 0.0
    for i in range(3):
        for j in range(3):
            turn_bar[i, j] = 0.0
    for k in range(transforms_bar.shape[0]):
        for i in range(4):
            for j in range(4):
                transforms_bar[k, i, j] = 0.0
    for i in range(vertices.shape[0]):
        p0, p1, p2 = surface_bar[i, 0], surface_bar[i, 1], surface_bar[i, 2]
        theta_bar[3] += p0
        theta_bar[4] += p1
        theta_bar[5] += p2
        for j in range(3):
            turn_bar[0, j] += p0 * skinned[i, j]
            turn_bar[1, j] += p1 * skinned[i, j]
            turn_bar[2, j] += p2 * skinned[i, j]
        s0 = turn[0, 0] * p0 + turn[1, 0] * p1 + turn[2, 0] * p2
        s1 = turn[0, 1] * p0 + turn[1, 1] * p1 + turn[2, 1] * p2
        s2 = turn[0, 2] * p0 + turn[1, 2] * p1 + turn[2, 2] * p2
        for k in range(transforms_bar.shape[0]):
            w = weights[i, k]
            if w != 0.0:
                for j in range(3):
                    v = w * vertices[i, j]
                    transforms_bar[k, 0, j] += s0 * v
                    transforms_bar[k, 1, j] += s1 * v
                    transforms_bar[k, 2, j] += s2 * v
                transforms_bar[k, 0, 3] += s0 * w
                transforms_bar[k, 1, 3] += s1 * w
                transforms_bar[k, 2, 3] += s2 * w
    _turn_back(theta, turn_bar, theta_bar)


@njit(error_model="numpy")
def _turn_back(theta, turn_bar, theta_bar):
    angle = math.sqrt(theta[0] ** 2 + theta[1] ** 2 + theta[2] ** 2)
    if angle < 1e-4:
        return
    b = turn_bar
    x, y, z = theta[0] / angle, theta[1] / angle, theta[2] / angle
    s, c = math.sin(angle), math.cos(angle)
    k0, k1, k2 = b[2, 1] - b[1, 2], b[0, 2] - b[2, 0], b[1, 0] - b[0, 1]
    q0 = 2.0 * b[0, 0] * x + (b[0, 1] + b[1, 0]) * y + (b[0, 2] + b[2, 0]) * z
    q1 = (b[0, 1] + b[1, 0]) * x + 2.0 * b[1, 1] * y + (b[1, 2] + b[2, 1]) * z
    q2 = (b[0, 2] + b[2, 0]) * x + (b[1, 2] + b[2, 1]) * y + 2.0 * b[2, 2] * z
    inside = 0.5 * (q0 * x + q1 * y + q2 * z)
    angle_bar = s * (inside - b[0, 0] - b[1, 1] - b[2, 2]) + c * (k0 * x + k1 * y + k2 * z)
    x_bar, y_bar, z_bar = s * k0 + (1.0 - c) * q0, s * k1 + (1.0 - c) * q1, s * k2 + (1.0 - c) * q2
    angle_bar -= (x_bar * x + y_bar * y + z_bar * z) / angle
    theta_bar[0] += x_bar / angle + angle_bar * x
    theta_bar[1] += y_bar / angle + angle_bar * y
    theta_bar[2] += z_bar / angle + angle_bar * z


@njit(error_model="numpy")
def _pose_back(
    theta, parents, bases, to_bones, relatives, absolutes, transforms_bar, absolutes_bar, theta_bar
):
    """The last row of all matrices is constant: only three rows have cotangents."""
    bones = parents.shape[0]
    for k in range(bones):
        for i in range(3):
            for j in range(4):
                absolutes_bar[k, i, j] = 0.0
                for c in range(4):
                    absolutes_bar[k, i, j] += transforms_bar[k, i, c] * to_bones[k, j, c]
    for k in range(bones - 1, -1, -1):
        parent = parents[k]
        bend, spread = _angles(theta, k)
        if parent >= 0:
            for i in range(3):
                for j in range(4):
                    for c in range(4):
                        absolutes_bar[parent, i, j] += absolutes_bar[k, i, c] * relatives[k, j, c]
        if bend < 0:
            continue
        cb, sb, cs, ss = math.cos(theta[bend]), math.sin(theta[bend]), 1.0, 0.0
        if spread >= 0:
            cs, ss = math.cos(theta[spread]), math.sin(theta[spread])
        bend_bar = spread_bar = 0.0
        for j in range(3):
            r0 = r1 = r2 = 0.0
            for i in range(3):
                a = absolutes[parent, i, j] if parent >= 0 else (1.0 if i == j else 0.0)
                r0 += a * absolutes_bar[k, i, 0]
                r1 += a * absolutes_bar[k, i, 1]
                r2 += a * absolutes_bar[k, i, 2]
            x, y = bases[k, j, 0], bases[k, j, 1]
            bend_bar += r1 * relatives[k, j, 2] - r2 * relatives[k, j, 1]
            across = cs * x + ss * y
            spread_bar += r0 * (cs * y - ss * x) + (r2 * sb - r1 * cb) * across
        theta_bar[bend] += bend_bar
        if spread >= 0:
            theta_bar[spread] += spread_bar


def workspace(
    theta: Any, parents: Any, bases: Any, to_bones: Any, vertices: Any, *rest: Any
) -> Any:
    """What both adjoints work in; the gradient with respect to theta."""
    bones, count = len(parents), len(vertices)
    shapes = [(bones, 4, 4)] * 3 + [(count, 3)] * 3 + [(bones, 4, 4)] * 2 + [(3, 3)] * 2
    return (*map(np.empty, shapes), np.empty_like(theta))


def workspace_complicated(theta: Any, us: Any, *rest: Any) -> Any:
    """The same, and the gradient with respect to the barycentric coordinates."""
    return (*workspace(theta, *rest), np.empty_like(us))
