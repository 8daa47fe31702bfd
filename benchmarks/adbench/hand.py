"""Hand tracking: the pose of a hand whose surface is to pass through measured points.

The hand is a tree of bones.  Bone k stands to its parent as B_k R_k, with a base B_k and a
rotation R_k by Euler angles of the pose, so to the world as A_k = A_parent B_k R_k.  A vertex of
the surface at v in the base pose follows its bones by their weights, Σ_k w_k A_k C_k v, where C_k
leads from the base pose to the bone; then the hand as a whole turns (an axis times an angle) and
shifts.

The 26 parameters ``theta`` are that turn, that shift and four angles for each of five fingers: the
first joint bends and spreads, the second and third bend.  Bones: the wrist, four for each finger,
then those that never move.

In the simple problem each point belongs to a vertex; the residuals are the differences of their
coordinates.  In the complicated one it belongs to a triangle, at barycentric coordinates ``us``,
which are parameters too.  The objective is half the sum of the squares of the residuals.
"""

from __future__ import annotations

import numpy as np

# Loops


def simple_loops(theta, parents, bases, to_bones, vertices, weights, correspondences, points):
    surface = pose_loops(theta, parents, bases, to_bones, vertices, weights)
    total = 0.0
    for i in range(points.shape[0]):
        for j in range(3):
            total += (points[i, j] - surface[correspondences[i], j]) ** 2
    return 0.5 * total


def complicated_loops(
    theta, us, parents, bases, to_bones, vertices, weights, triangles, correspondences, points
):
    surface = pose_loops(theta, parents, bases, to_bones, vertices, weights)
    total = 0.0
    for i in range(points.shape[0]):
        a, b, c = triangles[correspondences[i]]
        u, v = us[i]
        for j in range(3):
            shown = u * surface[a, j] + v * surface[b, j] + (1.0 - u - v) * surface[c, j]
            total += (points[i, j] - shown) ** 2
    return 0.5 * total


def pose_loops(theta, parents, bases, to_bones, vertices, weights):
    bones = parents.shape[0]
    angles = joint_angles(theta, bones)
    absolutes = np.zeros((bones, 4, 4))
    transforms = np.zeros((bones, 4, 4))
    for k in range(bones):
        relative = bases[k] @ euler(angles[k, 0], angles[k, 1])
        if parents[k] < 0:
            absolutes[k] = relative
        else:
            absolutes[k] = absolutes[parents[k]] @ relative
        transforms[k] = absolutes[k] @ to_bones[k]
    turn = rotation(theta[0], theta[1], theta[2])
    surface = np.zeros((vertices.shape[0], 3))
    skinned = np.zeros(3)
    for i in range(vertices.shape[0]):
        for j in range(3):
            skinned[j] = 0.0
        for k in range(bones):
            if weights[i, k] != 0.0:
                for j in range(3):
                    moved = transforms[k, j, 3]
                    for c in range(3):
                        moved += transforms[k, j, c] * vertices[i, c]
                    skinned[j] += weights[i, k] * moved
        for j in range(3):
            surface[i, j] = theta[3 + j]
            for c in range(3):
                surface[i, j] += turn[j, c] * skinned[c]
    return surface


def joint_angles(theta, bones):
    """How much each bone bends and spreads."""
    angles = np.zeros((bones, 2))
    for finger in range(5):
        first = 4 * finger
        angles[first + 2, 0] = theta[6 + first]
        angles[first + 2, 1] = theta[7 + first]
        angles[first + 3, 0] = theta[8 + first]
        angles[first + 4, 0] = theta[9 + first]
    return angles


def euler(bend, spread):
    """The rotation about the first axis by ``bend``, then about the third by ``spread``."""
    cb, sb, cs, ss = np.cos(bend), np.sin(bend), np.cos(spread), np.sin(spread)
    return np.array(
        [
            [cs, -ss * cb, ss * sb, 0.0],
            [ss, cs * cb, -cs * sb, 0.0],
            [0.0, sb, cb, 0.0],
            [0.0, 0.0, 0.0, 1.0],
        ]
    )


def rotation(r0, r1, r2):
    """The rotation about an axis by an angle, of which ``r`` is the product."""
    angle = np.sqrt(r0 * r0 + r1 * r1 + r2 * r2)
    if angle < 1e-4:
        return np.eye(3)
    x, y, z = r0 / angle, r1 / angle, r2 / angle
    c, s = np.cos(angle), np.sin(angle)
    return np.array(
        [
            [x * x + (1.0 - x * x) * c, x * y * (1.0 - c) - z * s, x * z * (1.0 - c) + y * s],
            [x * y * (1.0 - c) + z * s, y * y + (1.0 - y * y) * c, y * z * (1.0 - c) - x * s],
            [x * z * (1.0 - c) - y * s, y * z * (1.0 - c) + x * s, z * z + (1.0 - z * z) * c],
        ]
    )


# Arrays


def simple_arrays(theta, parents, bases, to_bones, vertices, weights, correspondences, points):
    surface = pose_arrays(theta, parents, bases, to_bones, vertices, weights)
    return 0.5 * np.sum((points - surface[correspondences]) ** 2)


def complicated_arrays(
    theta, us, parents, bases, to_bones, vertices, weights, triangles, correspondences, points
):
    surface = pose_arrays(theta, parents, bases, to_bones, vertices, weights)
    corners = triangles[correspondences]
    u, v = us[:, 0:1], us[:, 1:2]
    shown = (
        u * surface[corners[:, 0]]
        + v * surface[corners[:, 1]]
        + (1.0 - u - v) * surface[corners[:, 2]]
    )
    return 0.5 * np.sum((points - shown) ** 2)


def pose_arrays(theta, parents, bases, to_bones, vertices, weights):
    bends, spreads = bends_and_spreads(theta[6:].reshape(5, 4))
    absolutes = []
    skinned = np.zeros_like(vertices)
    for k in range(len(parents)):
        relative = bases[k] @ euler(bends[k], spreads[k])
        absolutes.append(relative if parents[k] < 0 else absolutes[parents[k]] @ relative)
        transform = absolutes[k] @ to_bones[k]
        moved = vertices @ transform[:3, :3].T + transform[:3, 3]
        skinned = skinned + weights[:, k : k + 1] * moved
    return skinned @ rotation(theta[0], theta[1], theta[2]).T + theta[3:6]


def bends_and_spreads(fingers):
    """Both for every bone; ``fingers`` has the four angles of each finger."""
    one, two = np.zeros((5, 1)), np.zeros((5, 2))
    bends = np.concatenate([one, fingers[:, :1], fingers[:, 2:]], axis=1).ravel()
    spreads = np.concatenate([one, fingers[:, 1:2], two], axis=1).ravel()
    still = np.zeros(1)
    return np.concatenate([still, bends, still]), np.concatenate([still, spreads, still])
