"""Log posterior of a Gaussian mixture with a Wishart prior."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

import irad
from benchmarks.gradbench.evaluation import Evaluation, Function, floats


@njit
def objective(alpha, mu, q, lower, x, m, gamma):
    count, d = mu.shape
    n = x.shape[0]
    scale, sums = np.empty((count, d)), np.zeros(count)
    for k in range(count):
        for j in range(d):
            scale[k, j] = np.exp(q[k, j])
            sums[k] += q[k, j]
    apart, row, beta = np.empty(d), np.empty(d), np.empty(count)
    total = 0.0
    for i in range(n):
        for k in range(count):
            for j in range(d):
                apart[j] = x[i, j] - mu[k, j]
                row[j] = scale[k, j] * apart[j]
            at = 0
            for c in range(d):
                for j in range(c + 1, d):
                    row[j] += lower[k, at] * apart[c]
                    at += 1
            square = 0.0
            for j in range(d):
                square += row[j] * row[j]
            beta[k] = alpha[k] + sums[k] - 0.5 * square
        total += logsumexp(beta)
    total -= n * (0.5 * d * math.log(2.0 * math.pi) + logsumexp(alpha))
    for k in range(count):
        squares = 0.0
        for j in range(d):
            squares += scale[k, j] * scale[k, j]
        for j in range(lower.shape[1]):
            squares += lower[k, j] * lower[k, j]
        total += m * sums[k] - 0.5 * gamma * gamma * squares
    nu = d + m + 1
    multigamma = 0.25 * d * (d - 1) * math.log(math.pi)
    for j in range(d):
        multigamma += math.lgamma(0.5 * (nu - j))
    return total + count * (nu * d * (math.log(gamma) - 0.5 * math.log(2.0)) - multigamma)


@njit
def logsumexp(v):
    most = v[0]
    for i in range(v.size):
        most = max(most, v[i])
    total = 0.0
    for i in range(v.size):
        total += np.exp(v[i] - most)
    return most + np.log(total)


def prepare(given):
    d, k = given["d"], given["k"]
    return (floats(given["alpha"]), floats(given["mu"], k, d), floats(given["q"], k, d), floats(given["l"], k, d * (d - 1) // 2),
            floats(given["x"], given["n"], d), given["m"], float(given["gamma"]))


def answer(gradients):
    return dict(zip(("alpha", "mu", "q", "l"), (g.tolist() for g in gradients), strict=True))


EVALUATION = Evaluation(
    {"objective": Function(prepare, objective), "jacobian": Function(prepare, irad.gradient(objective, (0, 1, 2, 3)), answer)},
    {"d": 2, "k": 1, "n": 1, "alpha": [0.5], "mu": [[0.5, 0.25]], "q": [[0.5, 0.25]], "l": [[0.5]], "x": [[1.0, 2.0]],
     "m": 1, "gamma": 1.0})
