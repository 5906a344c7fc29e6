"""Rosenbrock's valley: shifted arrays."""

from __future__ import annotations


def primal(xp, x):
    return xp.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)
