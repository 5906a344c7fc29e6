"""A recurrent network of LSTM layers with diagonal weights, as in ADBench: a state that each time step overwrites, exp and tanh."""

from __future__ import annotations

import numpy as np
from numba import njit

from benchmarks.problem import Problem


def prepare(size):
    layers, bits, characters = size
    rng = np.random.default_rng(characters)
    return (rng.random((2 * layers, 4 * bits)), rng.random((3, bits)), rng.random((2 * layers, bits)),
            rng.integers(0, 2, (characters, bits)).astype(float))


@njit
def primal(main, extra, state, sequence):
    layers, bits = main.shape[0] // 2, extra.shape[1]
    s = state.copy()
    v = np.empty_like(extra[0])
    total = 0.0
    for t in range(sequence.shape[0] - 1):
        for i in range(bits):
            v[i] = sequence[t, i] * extra[0, i]
        for j in range(layers):
            for i in range(bits):
                forget = 1.0 / (1.0 + np.exp(-(v[i] * main[2 * j, i] + main[2 * j + 1, i])))
                enter = 1.0 / (1.0 + np.exp(-(s[2 * j, i] * main[2 * j, bits + i] + main[2 * j + 1, bits + i])))
                leave = 1.0 / (1.0 + np.exp(-(v[i] * main[2 * j, 2 * bits + i] + main[2 * j + 1, 2 * bits + i])))
                change = np.tanh(s[2 * j, i] * main[2 * j, 3 * bits + i] + main[2 * j + 1, 3 * bits + i])
                s[2 * j + 1, i] = s[2 * j + 1, i] * forget + enter * change
                s[2 * j, i] = leave * np.tanh(s[2 * j + 1, i])
                v[i] = s[2 * j, i]
        sums = 2.0
        for i in range(bits):
            v[i] = v[i] * extra[1, i] + extra[2, i]
            sums += np.exp(v[i])
        log = np.log(sums)
        for i in range(bits):
            total += sequence[t + 1, i] * (v[i] - log)
    return -total / (bits * (sequence.shape[0] - 1))


PROBLEM = Problem("lstm", primal, prepare, {"l=2,c=4": (2, 3, 4), "l=2,c=256": (2, 14, 256), "l=2,c=1024": (2, 14, 1024)}, argnums=(0, 1))
