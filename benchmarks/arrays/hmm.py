"""Log likelihood of a hidden Markov model by the forward algorithm, scaled: time is scanned, states are an array."""

from __future__ import annotations


def primal(xp, move, emit, seen):
    a, b = xp.exp(move), xp.exp(emit)
    a = a / xp.sum(a, 1)[:, None]
    b = b / xp.sum(b, 1)[:, None]

    def step(carry, item):
        p, likelihood = carry
        p = (p @ a) * item[0]
        total = xp.sum(p)
        return p / total, likelihood + xp.log(total)

    k = emit.shape[0]
    return xp.scan(step, (0.0 * move[0] + 1.0 / k, 0.0), (b.T[seen],))[1]
