"""Hand tracking: positions of a skinned hand's vertices against measured points; its Jacobian by forward mode.

``us``, where there are any, are barycentric coordinates of the points in their triangles: the pair of a point moves only its own
residuals, so two directions, that move all of them at once, do for all.
"""

from __future__ import annotations

import numpy as np
from numba import njit

import irad
from benchmarks.gradbench.evaluation import Evaluation, Function, floats


@njit
def product(a, b, out):
    for i in range(4):
        for j in range(4):
            total = 0.0
            for k in range(4):
                total += a[i, k] * b[k, j]
            out[i, j] = total


@njit
def angles(theta, bone):
    """Angles of a bone about x and z; its angle about y is always zero."""
    if bone < 2 or bone > 21:
        return 0.0, 0.0
    finger, joint = divmod(bone - 2, 4)
    at = 6 + 4 * finger
    if joint == 0:
        return theta[at], theta[at + 1]
    if joint == 1:
        return theta[at + 2], 0.0
    if joint == 2:
        return theta[at + 3], 0.0
    return 0.0, 0.0


@njit
def rotation(theta, out):
    """The rotation about an axis by its length, as a matrix."""
    length = np.sqrt(theta[0] * theta[0] + theta[1] * theta[1] + theta[2] * theta[2])
    if length < 1e-4:
        for i in range(3):
            for j in range(3):
                out[i, j] = 1.0 if i == j else 0.0
        return
    x, y, z = theta[0] / length, theta[1] / length, theta[2] / length
    s, c = np.sin(length), np.cos(length)
    out[0, 0], out[0, 1], out[0, 2] = x * x + (1 - x * x) * c, x * y * (1 - c) - z * s, x * z * (1 - c) + y * s
    out[1, 0], out[1, 1], out[1, 2] = x * y * (1 - c) + z * s, y * y + (1 - y * y) * c, y * z * (1 - c) - x * s
    out[2, 0], out[2, 1], out[2, 2] = x * z * (1 - c) - y * s, z * y * (1 - c) + x * s, z * z + (1 - z * z) * c


@njit
def residuals(theta, us, parents, relatives, inverses, base, weights, triangles, mirrored, correspondences, points):
    bones, vertices = parents.size, base.shape[0]
    absolute, transforms = np.empty((bones, 4, 4)), np.empty((bones, 4, 4))
    turn, relative = np.zeros((4, 4)), np.empty((4, 4))
    turn[3, 3] = 1.0
    for b in range(bones):
        tx, tz = angles(theta, b)
        cx, sx, cz, sz = np.cos(tx), np.sin(tx), np.cos(tz), np.sin(tz)
        turn[0, 0], turn[0, 1], turn[0, 2] = cz, -sz * cx, sz * sx
        turn[1, 0], turn[1, 1], turn[1, 2] = sz, cz * cx, -cz * sx
        turn[2, 0], turn[2, 1], turn[2, 2] = 0.0, sx, cx
        product(relatives[b], turn, relative)
        if parents[b] < 0:
            absolute[b] = relative
        else:
            product(absolute[parents[b]], relative, absolute[b])
        product(absolute[b], inverses[b], transforms[b])
    whole = np.empty((3, 3))
    rotation(theta, whole)
    positions = np.empty((vertices, 3))
    for v in range(vertices):
        x, y, z = 0.0, 0.0, 0.0
        for b in range(bones):
            w, t = weights[v, b], transforms[b]
            x += w * (t[0, 0] * base[v, 0] + t[0, 1] * base[v, 1] + t[0, 2] * base[v, 2] + t[0, 3] * base[v, 3])
            y += w * (t[1, 0] * base[v, 0] + t[1, 1] * base[v, 1] + t[1, 2] * base[v, 2] + t[1, 3] * base[v, 3])
            z += w * (t[2, 0] * base[v, 0] + t[2, 1] * base[v, 1] + t[2, 2] * base[v, 2] + t[2, 3] * base[v, 3])
        if mirrored:
            x = -x
        for i in range(3):
            positions[v, i] = whole[i, 0] * x + whole[i, 1] * y + whole[i, 2] * z + theta[3 + i]
    out = np.empty(3 * correspondences.size)
    for p in range(correspondences.size):
        c = correspondences[p]
        for i in range(3):
            if us.shape[0] == 0:
                hand = positions[c, i]
            else:
                hand = (us[p, 0] * positions[triangles[c, 0], i] + us[p, 1] * positions[triangles[c, 1], i]
                        + (1.0 - us[p, 0] - us[p, 1]) * positions[triangles[c, 2], i])
            out[3 * p + i] = points[p, i] - hand
    return out


@njit
def directed(steps, theta, us, parents, relatives, inverses, base, weights, triangles, mirrored, correspondences, points):
    """The residuals after a step along each direction: the first two move all of ``us``, where there are any."""
    first = steps.size - theta.size
    moved, turned = us.copy(), theta.copy()
    for p in range(us.shape[0]):
        moved[p, 0] += steps[0]
        moved[p, 1] += steps[1]
    for i in range(theta.size):
        turned[i] += steps[first + i]
    return residuals(turned, moved, parents, relatives, inverses, base, weights, triangles, mirrored, correspondences, points)


def prepare_jacobian(given):
    theta, us, *rest = prepare(given)
    return np.zeros(theta.size + 2 * bool(us.size)), theta, us, *rest


def prepare(given):
    data = given["data"]
    model = data["model"]
    return (floats(given["theta"]), floats(given["us"], len(given["us"]), 2), np.array(model["parents"], np.int64),
            *(floats(model[name]) for name in ("base_relatives", "inverse_base_absolutes", "base_positions", "weights")),
            np.array(model["triangles"], np.int64), bool(model["is_mirrored"]), np.array(data["correspondences"], np.int64),
            floats(data["points"]))


_EYE = [[float(i == j) for j in range(4)] for i in range(4)]
EVALUATION = Evaluation(
    {"objective": Function(prepare, residuals, np.ndarray.tolist),
     "jacobian": Function(prepare_jacobian, irad.jacobian(directed, mode="forward"), np.ndarray.tolist)},
    {"theta": [0.25] * 26, "us": [[0.25, 0.5]], "data": {"correspondences": [0], "points": [[1.0, 2.0, 3.0]], "model": {
        "parents": [-1, 0], "base_relatives": [_EYE] * 2, "inverse_base_absolutes": [_EYE] * 2, "base_positions": [[0.5, 0.25, 0.125, 1.0]],
        "weights": [[0.5, 0.5]], "triangles": [[0, 0, 0]], "is_mirrored": False}}})
