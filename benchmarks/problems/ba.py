"""Bundle adjustment: the sum of squared reprojection errors; gathers by index, rotations, no loop inside."""

from __future__ import annotations

import numpy as np
from numba import njit

from benchmarks.problem import Problem


def prepare(size):
    cameras, points, observations = size
    rng = np.random.default_rng(observations)
    camera = np.array([0.2, -0.4, 0.3, 0.5, -0.2, 9.0, 400.0, 5.0, -8.0, 0.08, 0.003])
    return (camera + 0.05 * rng.standard_normal((cameras, 11)), rng.standard_normal((points, 3)), rng.uniform(0.5, 1.5, observations),
            rng.integers(0, cameras, observations), rng.integers(0, points, observations), 30.0 * rng.standard_normal((observations, 2)))


@njit
def primal(cameras, points, weights, camera, point, feature):
    total = 0.0
    for i in range(weights.size):
        c, p = camera[i], point[i]
        a = cameras[c, 0]
        b = cameras[c, 1]
        r = cameras[c, 2]
        x = points[p, 0] - cameras[c, 3]
        y = points[p, 1] - cameras[c, 4]
        z = points[p, 2] - cameras[c, 5]
        square = a * a + b * b + r * r
        if square != 0.0:
            theta = np.sqrt(square)
            cos, sin = np.cos(theta), np.sin(theta)
            a, b, r = a / theta, b / theta, r / theta
            along = (a * x + b * y + r * z) * (1.0 - cos)
            u = x * cos + (b * z - r * y) * sin + a * along
            v = y * cos + (r * x - a * z) * sin + b * along
            w = z * cos + (a * y - b * x) * sin + r * along
        else:
            u, v, w = x + b * z - r * y, y + r * x - a * z, z + a * y - b * x
        u, v = u / w, v / w
        square = u * u + v * v
        factor = 1.0 + cameras[c, 9] * square + cameras[c, 10] * square * square
        u = weights[i] * (u * factor * cameras[c, 6] + cameras[c, 7] - feature[i, 0])
        v = weights[i] * (v * factor * cameras[c, 6] + cameras[c, 8] - feature[i, 1])
        valid = 1.0 - weights[i] * weights[i]
        total += u * u + v * v + valid * valid
    return total


PROBLEM = Problem("ba", primal, prepare, {"p=10": (2, 3, 10), "p=1000": (10, 100, 1000), "p=31843": (49, 7776, 31843)}, argnums=(0, 1, 2))
