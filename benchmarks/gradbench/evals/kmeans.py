"""The Newton direction of the k-means cost: its gradient, and the diagonal of its Hessian from one forward sweep over the gradient."""

from __future__ import annotations

import numpy as np
from numba import njit

import irad
from benchmarks.gradbench.evaluation import Evaluation, Function, floats


@njit
def cost(points, centroids):
    total = 0.0
    for i in range(points.shape[0]):
        least = np.inf
        for j in range(centroids.shape[0]):
            distance = 0.0
            for c in range(points.shape[1]):
                distance += (points[i, c] - centroids[j, c]) * (points[i, c] - centroids[j, c])
            if distance < least:
                least = distance
        total += least
    return total


both = irad.jvp(irad.gradient(cost, 1))
"""The gradient, and the Hessian times a vector: as the Hessian is diagonal, times ones it is the diagonal."""


def direction(points, centroids, ones):
    gradient, diagonal = both((points, centroids), (None, ones))
    return gradient / diagonal


def prepare(given):
    return floats(given["points"]), floats(given["centroids"])


def prepare_direction(given):
    points, centroids = prepare(given)
    return points, centroids, np.ones_like(centroids)


EVALUATION = Evaluation(
    {"cost": Function(prepare, cost), "dir": Function(prepare_direction, direction, np.ndarray.tolist)},
    {"points": [[0.5, 0.25], [1.0, 2.0]], "centroids": [[0.5, 0.25]]})
