"""Log likelihood of a local linear trend by the Kalman filter: the series is scanned."""

from __future__ import annotations


def primal(xp, sigma, y):
    def step(carry, item):
        level, slope, a, b, d, total = carry
        level = level + slope
        a, b, d = a + 2.0 * b + d + sigma[0] * sigma[0], b + d, d + sigma[1] * sigma[1]
        f = a + sigma[2] * sigma[2]
        e = item[0] - level
        g, h = a / f, b / f
        return level + g * e, slope + h * e, a - g * a, b - g * b, d - h * b, total - 0.5 * (xp.log(f) + e * e / f)

    return xp.scan(step, (0.0, 0.0, 10.0, 0.0, 1.0, 0.0), (y,))[-1]
