"""A recurrent network of LSTM layers with diagonal weights."""

from __future__ import annotations

import numpy as np
from numba import njit

import irad
from benchmarks.gradbench.evaluation import Evaluation, Function, floats


@njit
def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


@njit
def objective(main, extra, state, sequence):
    layers, bits = main.shape[0] // 2, extra.shape[1]
    s, v = state.copy(), np.empty(bits)
    total = 0.0
    for t in range(sequence.shape[0] - 1):
        for i in range(bits):
            v[i] = sequence[t, i] * extra[0, i]
        for j in range(layers):
            for i in range(bits):
                forget = sigmoid(v[i] * main[2 * j, i] + main[2 * j + 1, i])
                enter = sigmoid(s[2 * j, i] * main[2 * j, bits + i] + main[2 * j + 1, bits + i])
                leave = sigmoid(v[i] * main[2 * j, 2 * bits + i] + main[2 * j + 1, 2 * bits + i])
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


def prepare(given):
    return tuple(floats(given[name]) for name in ("main_params", "extra_params", "state", "sequence"))


def answer(gradients):
    return np.concatenate([gradient.ravel() for gradient in gradients]).tolist()


EVALUATION = Evaluation(
    {"objective": Function(prepare, objective), "jacobian": Function(prepare, irad.gradient(objective, (0, 1)), answer)},
    {"main_params": [[0.5] * 4] * 2, "extra_params": [[0.5]] * 3, "state": [[0.5]] * 2, "sequence": [[1.0]] * 2})
