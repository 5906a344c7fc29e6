"""Log likelihood of a hidden Markov model by the forward algorithm, scaled: small matrix-vector products, one after the other."""

from __future__ import annotations

import numpy as np
from numba import njit

from benchmarks.problem import Problem


def prepare(size):
    states, symbols, length = size
    rng = np.random.default_rng(length)
    return rng.standard_normal((states, states)), rng.standard_normal((states, symbols)), rng.integers(0, symbols, length)


@njit
def primal(move, emit, seen):
    k, m = emit.shape
    a, b = np.empty_like(move), np.empty_like(emit)
    for i in range(k):
        total = 0.0 * move[i, 0]
        for j in range(k):
            a[i, j] = np.exp(move[i, j])
            total += a[i, j]
        for j in range(k):
            a[i, j] /= total
        total = 0.0 * move[i, 0]
        for j in range(m):
            b[i, j] = np.exp(emit[i, j])
            total += b[i, j]
        for j in range(m):
            b[i, j] /= total
    p, q = np.empty_like(move[0]), np.empty_like(move[0])
    p[:] = 1.0 / k
    likelihood = 0.0
    for t in range(seen.size):
        total = 0.0 * move[0, 0]
        for j in range(k):
            s = 0.0 * move[0, 0]
            for i in range(k):
                s += p[i] * a[i, j]
            q[j] = s * b[j, seen[t]]
            total += q[j]
        for j in range(k):
            p[j] = q[j] / total
        likelihood += np.log(total)
    return likelihood


PROBLEM = Problem("hmm", primal, prepare, {"k=2,T=10": (2, 3, 10), "k=5,T=1e3": (5, 8, 1_000), "k=16,T=5e3": (16, 8, 5_000)},
                  argnums=(0, 1))
