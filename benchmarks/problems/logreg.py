"""Logistic regression with a penalty: a dot product and a log for each sample."""

from __future__ import annotations

import numpy as np
from numba import njit

from benchmarks.problem import Problem


def prepare(size):
    n, d = size
    rng = np.random.default_rng(n)
    return rng.standard_normal(d + 1), rng.standard_normal((n, d)), np.where(rng.random(n) < 0.5, 1.0, -1.0)


@njit
def primal(w, x, y):
    d = x.shape[1]
    loss = 0.0
    for i in range(x.shape[0]):
        z = w[d]
        for j in range(d):
            z += w[j] * x[i, j]
        loss += np.log(1.0 + np.exp(-y[i] * z))
    for j in range(d):
        loss += 0.5 * w[j] * w[j]
    return loss


def reference(w, x, y):
    slopes = -y / (1.0 + np.exp(y * (x @ w[:-1] + w[-1])))
    return (np.append(slopes @ x + w[:-1], slopes.sum()),)


PROBLEM = Problem("logreg", primal, prepare, {"n=10,d=5": (10, 5), "n=1e3,d=10": (1_000, 10), "n=1e4,d=20": (10_000, 20)},
                  reference=reference)
