"""Bundle adjustment: residuals, and their Jacobian by blocks in compressed rows, two reverse sweeps for each observation."""

from __future__ import annotations

import numpy as np
from numba import njit

import irad
from benchmarks.gradbench.evaluation import Evaluation, Function, floats


@njit
def projection(camera, point, weight, feature):
    """The two weighted residuals of one observation; all but the weight are tuples."""
    a, b, c, x0, y0, z0, focal, u0, v0, k1, k2 = camera
    x, y, z = point[0] - x0, point[1] - y0, point[2] - z0
    square = a * a + b * b + c * c
    if square != 0.0:
        theta = np.sqrt(square)
        cos, sin = np.cos(theta), np.sin(theta)
        a, b, c = a / theta, b / theta, c / theta
        along = (a * x + b * y + c * z) * (1.0 - cos)
        u = x * cos + (b * z - c * y) * sin + a * along
        v = y * cos + (c * x - a * z) * sin + b * along
        w = z * cos + (a * y - b * x) * sin + c * along
    else:
        u, v, w = x + b * z - c * y, y + c * x - a * z, z + a * y - b * x
    u, v = u / w, v / w
    square = u * u + v * v
    factor = 1.0 + k1 * square + k2 * square * square
    return weight * (u * factor * focal + u0 - feature[0]), weight * (v * factor * focal + v0 - feature[1])


@njit
def horizontal(camera, point, weight, feature):
    return projection(camera, point, weight, feature)[0]


@njit
def vertical(camera, point, weight, feature):
    return projection(camera, point, weight, feature)[1]


@njit
def validity(weight):
    return 1.0 - weight * weight


across, down, slope = irad.gradient(horizontal, (0, 1, 2)), irad.gradient(vertical, (0, 1, 2)), irad.derivative(validity)


@njit
def observed(i, cameras, points, feature, camera, point):
    """The parameters of one observation, as tuples."""
    c, p = cameras[camera[i]], points[point[i]]
    return (c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8], c[9], c[10]), (p[0], p[1], p[2]), (feature[i, 0], feature[i, 1])


@njit
def residuals(cameras, points, weights, feature, camera, point):
    errors, valid = np.empty((weights.size, 2)), np.empty(weights.size)
    for i in range(weights.size):
        c, p, f = observed(i, cameras, points, feature, camera, point)
        errors[i] = projection(c, p, weights[i], f)
        valid[i] = validity(weights[i])
    return errors, valid


@njit
def jacobian(cameras, points, weights, feature, camera, point):
    n, m, p = cameras.shape[0], points.shape[0], weights.size
    rows, columns, values = np.empty(3 * p + 1, np.int64), np.empty(31 * p, np.int64), np.empty(31 * p)
    for i in range(2 * p):
        rows[i] = 15 * i
    for i in range(p + 1):
        rows[2 * p + i] = 30 * p + i
    for i in range(p):
        c, x, f = observed(i, cameras, points, feature, camera, point)
        for row, block in enumerate((across(c, x, weights[i], f), down(c, x, weights[i], f))):
            at = 15 * (2 * i + row)
            for j in range(11):
                columns[at + j] = 11 * camera[i] + j
                values[at + j] = block[0][j]
            for j in range(3):
                columns[at + 11 + j] = 11 * n + 3 * point[i] + j
                values[at + 11 + j] = block[1][j]
            columns[at + 14] = 11 * n + 3 * m + i
            values[at + 14] = block[2]
        columns[30 * p + i] = 11 * n + 3 * m + i
        values[30 * p + i] = slope(weights[i])
    return rows, columns, values


def prepare(given):
    n, m, p = given["n"], given["m"], given["p"]
    order = np.arange(p)
    return (np.tile(floats(given["cam"]), (n, 1)), np.tile(floats(given["x"]), (m, 1)), np.full(p, float(given["w"])),
            np.tile(floats(given["feat"]), (p, 1)), order % n, order % m)


def summary(result):
    errors, valid = result
    return {"reproj_error": {"elements": errors[0].tolist(), "repeated": len(errors)},
            "w_err": {"element": float(valid[0]), "repeated": len(valid)}}


def ends(result):
    rows, columns, values = result
    shown = np.append(np.arange(30), -1)
    return {"rows": rows[shown].tolist(), "cols": columns[shown].tolist(), "vals": values[shown].tolist()}


EVALUATION = Evaluation(
    {"objective": Function(prepare, residuals, summary), "jacobian": Function(prepare, jacobian, ends)},
    {"n": 1, "m": 1, "p": 10, "cam": [0.5] * 11, "x": [0.5, 0.25, 2.0], "w": 0.5, "feat": [1.0, 2.0]})
