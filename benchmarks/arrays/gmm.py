"""Log posterior of a Gaussian mixture: a triangular matrix for each component, one product for all samples, logsumexp."""

from __future__ import annotations

import numpy as np


def primal(xp, alpha, mu, q, lower, x):
    d, below = q.shape[1], lower.shape[1]
    places = np.full((d, d), d + below)  # of the triangle's entries, column by column, behind those of the diagonal; zero elsewhere
    np.fill_diagonal(places, np.arange(d))
    columns, rows = np.triu_indices(d, 1)
    places[rows, columns] = d + np.arange(below)
    scale = xp.exp(q)
    triangles = xp.concatenate([scale, lower, 0.0 * q[:, :1]], 1)[:, places]
    white = (x[None] - mu[:, None]) @ xp.swapaxes(triangles, 1, 2)
    beta = (alpha + xp.sum(q, 1))[:, None] - 0.5 * xp.sum(white * white, 2)
    return (xp.sum(xp.logsumexp(beta, 0)) - x.shape[0] * xp.logsumexp(alpha, 0) - 0.5 * xp.sum(scale * scale)
            - 0.5 * xp.sum(lower * lower))
