"""The squared norm of a product of matrices, the tool's own."""

from __future__ import annotations


def primal(xp, a, b):
    c = a @ b
    return xp.sum(c * c)
