"""Lorenz's system by the classical Runge-Kutta method: the step is repeated, its three numbers are its state."""

from __future__ import annotations


def primal(xp, p, steps):
    h = 1e-3
    sigma, rho, beta = p[3], p[4], p[5]

    def slope(x, y, z):
        return sigma * (y - x), x * (rho - z) - y, x * y - beta * z

    def step(state):
        x, y, z = state
        a, b, c = slope(x, y, z)
        d, e, f = slope(x + 0.5 * h * a, y + 0.5 * h * b, z + 0.5 * h * c)
        g, i, j = slope(x + 0.5 * h * d, y + 0.5 * h * e, z + 0.5 * h * f)
        k, m, n = slope(x + h * g, y + h * i, z + h * j)
        return (x + h / 6.0 * (a + 2.0 * d + 2.0 * g + k), y + h / 6.0 * (b + 2.0 * e + 2.0 * i + m),
                z + h / 6.0 * (c + 2.0 * f + 2.0 * j + n))

    x, y, z = xp.repeat(step, (p[0], p[1], p[2]), steps)
    return x + y + z
