"""A perceptron with two hidden layers of tanh, squared loss, batch of samples: matrix-vector loops, buffers that each sample refills."""

from __future__ import annotations

import numpy as np
from numba import njit

from benchmarks.problem import Problem


def prepare(size):
    inputs, first, second, batch = size
    rng = np.random.default_rng(first)
    return (rng.standard_normal((first, inputs)) / np.sqrt(inputs), 0.1 * rng.standard_normal(first),
            rng.standard_normal((second, first)) / np.sqrt(first), 0.1 * rng.standard_normal(second),
            rng.standard_normal(second) / np.sqrt(second), rng.standard_normal((batch, inputs)), rng.standard_normal(batch))


@njit
def primal(w1, b1, w2, b2, w3, x, y):
    h1, h2 = np.empty_like(b1), np.empty_like(b2)
    loss = 0.0
    for s in range(x.shape[0]):
        for i in range(b1.size):
            a = b1[i]
            for j in range(x.shape[1]):
                a += w1[i, j] * x[s, j]
            h1[i] = np.tanh(a)
        for i in range(b2.size):
            a = b2[i]
            for j in range(b1.size):
                a += w2[i, j] * h1[j]
            h2[i] = np.tanh(a)
        out = 0.0
        for i in range(b2.size):
            out += w3[i] * h2[i]
        loss += (out - y[s]) ** 2
    return loss


def reference(w1, b1, w2, b2, w3, x, y):
    h1 = np.tanh(x @ w1.T + b1)
    h2 = np.tanh(h1 @ w2.T + b2)
    out = 2.0 * (h2 @ w3 - y)
    a2 = out[:, None] * w3 * (1.0 - h2**2)
    a1 = a2 @ w2 * (1.0 - h1**2)
    return a1.T @ x, a1.sum(axis=0), a2.T @ h1, a2.sum(axis=0), out @ h2


PROBLEM = Problem("mlp", primal, prepare,
                  {"4-8-4,B=2": (4, 8, 4, 2), "64-128-64,B=1": (64, 128, 64, 1), "64-128-64,B=64": (64, 128, 64, 64)},
                  argnums=(0, 1, 2, 3, 4), reference=reference)
