"""Brusselator in one dimension: neighbours by rolling, the step is repeated."""

from __future__ import annotations


def primal(xp, u, v, p, steps):
    n, dt = u.shape[0], 2e-3

    def step(state):
        u, v = state
        reaction = u * u * v
        du = p[0] + reaction - (p[1] + 1.0) * u + p[2] * n * (xp.roll(u, 1, 0) - 2.0 * u + xp.roll(u, -1, 0))
        dv = p[1] * u - reaction + p[3] * n * (xp.roll(v, 1, 0) - 2.0 * v + xp.roll(v, -1, 0))
        return u + dt * du, v + dt * dv

    u, v = xp.repeat(step, (u, v), steps)
    return xp.sum(u * u + v)
