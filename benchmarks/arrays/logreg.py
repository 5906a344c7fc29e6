"""Logistic regression with a penalty: a product, and a log for each sample."""

from __future__ import annotations


def primal(xp, w, x, y):
    return xp.sum(xp.log(1.0 + xp.exp(-y * (x @ w[:-1] + w[-1])))) + 0.5 * xp.sum(w[:-1] * w[:-1])
