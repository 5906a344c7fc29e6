"""Potential energy of bodies: all pairs twice, less each body with itself."""

from __future__ import annotations


def primal(xp, x):
    x = xp.reshape(x, (-1, 3))
    apart = x[:, None] - x[None]
    near = 1.0 / xp.sqrt(xp.sum(apart * apart, 2) + 0.01)
    return -0.5 * (xp.sum(near) - x.shape[0] / 0.1)
