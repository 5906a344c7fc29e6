"""Log likelihood of a GARCH(1,1) model: the series is scanned."""

from __future__ import annotations


def primal(xp, p, returns):
    def step(carry, item):
        variance, total = carry
        square = (item[0] - p[3]) ** 2
        return p[0] + p[1] * square + p[2] * variance, total - 0.5 * (xp.log(variance) + square / variance)

    return xp.scan(step, (p[0] / (1.0 - p[1] - p[2]), 0.0), (returns,))[1]
