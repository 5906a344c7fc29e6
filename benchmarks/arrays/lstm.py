"""A recurrent network of LSTM layers: time is scanned, the bits of a layer are an array."""

from __future__ import annotations


def primal(xp, main, extra, state, sequence):
    layers, bits = main.shape[0] // 2, extra.shape[1]

    def sigmoid(x):
        return 1.0 / (1.0 + xp.exp(-x))

    def step(carry, item):
        (state, total), (now, then) = carry, item
        v, rows = now * extra[0], []
        for j in range(layers):
            weights, bias = main[2 * j], main[2 * j + 1]
            forget = sigmoid(v * weights[:bits] + bias[:bits])
            enter = sigmoid(state[2 * j] * weights[bits:2 * bits] + bias[bits:2 * bits])
            leave = sigmoid(v * weights[2 * bits:3 * bits] + bias[2 * bits:3 * bits])
            change = xp.tanh(state[2 * j] * weights[3 * bits:] + bias[3 * bits:])
            cell = state[2 * j + 1] * forget + enter * change
            v = leave * xp.tanh(cell)
            rows += [v, cell]
        v = v * extra[1] + extra[2]
        return tuple(rows), total + xp.sum(then * (v - xp.log(2.0 + xp.sum(xp.exp(v)))))

    _, total = xp.scan(step, (tuple(state), 0.0), (sequence[:-1], sequence[1:]))
    return -total / (bits * (sequence.shape[0] - 1))
