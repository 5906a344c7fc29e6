"""Log posterior of a Gaussian mixture, as in ADBench and GradBench, without the constants: exp, triangular products, logsumexp."""

from __future__ import annotations

import numpy as np
from numba import njit

from benchmarks.problem import Problem


def prepare(size):
    d, k, n = size
    rng = np.random.default_rng(d)
    return (rng.standard_normal(k), rng.uniform(size=(k, d)), rng.standard_normal((k, d)), rng.standard_normal((k, d * (d - 1) // 2)),
            rng.standard_normal((n, d)))


@njit
def primal(alpha, mu, q, lower, x):
    k, d = mu.shape
    n = x.shape[0]
    scale, sums = np.empty_like(q), np.zeros_like(alpha)
    for a in range(k):
        for j in range(d):
            scale[a, j] = np.exp(q[a, j])
            sums[a] += q[a, j]
    row, beta = np.empty_like(q[0]), np.empty_like(alpha)
    total = 0.0
    for i in range(n):
        for a in range(k):
            for j in range(d):
                row[j] = scale[a, j] * (x[i, j] - mu[a, j])
            at = 0
            for c in range(d):
                for j in range(c + 1, d):
                    row[j] += lower[a, at] * (x[i, c] - mu[a, c])
                    at += 1
            square = 0.0
            for j in range(d):
                square += row[j] * row[j]
            beta[a] = alpha[a] + sums[a] - 0.5 * square
        top = beta[0]
        for a in range(k):
            if beta[a] > top:
                top = beta[a]
        s = 0.0
        for a in range(k):
            s += np.exp(beta[a] - top)
        total += top + np.log(s)
    s = 0.0
    for a in range(k):
        s += np.exp(alpha[a])
    total -= n * np.log(s)
    for a in range(k):
        for j in range(d):
            total -= 0.5 * scale[a, j] * scale[a, j]
        for j in range(lower.shape[1]):
            total -= 0.5 * lower[a, j] * lower[a, j]
    return total


PROBLEM = Problem("gmm", primal, prepare, {"d=2,k=3,n=5": (2, 3, 5), "d=10,k=5,n=1000": (10, 5, 1000), "d=20,k=25,n=1000": (20, 25, 1000)},
                  argnums=(0, 1, 2, 3))
