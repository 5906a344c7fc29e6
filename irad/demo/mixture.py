"""A mixture of Gaussians with full covariances, by maximum likelihood: the objective as plain loops, beside scikit-learn's fit.

The parameters are one vector: k logits of the weights, then for each component its mean (d numbers) and the rows of the lower
triangle L of its covariance L Lᵀ, with the logarithm of the diagonal in place of the diagonal. Every vector is a valid mixture, so
there are no constraints.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from irad.demo.problem import Check, Problem

Array = NDArray[np.float64]
TOLERANCE = 1e-3  # of the log-likelihood, in nats: what scikit-learn's own default tolerance would not tell apart


@njit
def log_sum_exp(values):  # type: ignore[no-untyped-def]
    """Return log Σ exp(values), without overflow."""
    largest = values[0]
    for value in values:
        largest = max(largest, value)
    total = 0.0
    for value in values:
        total += math.exp(value - largest)
    return largest + math.log(total)


@njit
def negative_log_likelihood(parameters, x, k):  # type: ignore[no-untyped-def]
    """-Σᵢ log Σ_c w_c N(xᵢ; μ_c, L_c L_cᵀ) for the rows xᵢ of ``x``."""
    n, d = x.shape
    size = d + d * (d + 1) // 2
    scale = np.empty((k, d))
    constant = np.empty(k)
    for c in range(k):
        factor = k + c * size + d
        constant[c] = parameters[c] - 0.5 * d * math.log(2.0 * math.pi)
        for row in range(d):
            log_diagonal = parameters[factor + row * (row + 1) // 2 + row]
            scale[c, row] = math.exp(-log_diagonal)
            constant[c] -= log_diagonal

    z = np.empty(d)
    terms = np.empty(k)
    total = 0.0
    for i in range(n):
        for c in range(k):
            mean = k + c * size
            factor = mean + d
            squares = 0.0
            for row in range(d):  # solve L z = x - μ
                residual = x[i, row] - parameters[mean + row]
                start = factor + row * (row + 1) // 2
                for column in range(row):
                    residual -= parameters[start + column] * z[column]
                z[row] = residual * scale[c, row]
                squares += z[row] * z[row]
            terms[c] = constant[c] - 0.5 * squares
        total += log_sum_exp(terms)
    return n * log_sum_exp(parameters[:k]) - total


def pack(weights: Array, means: Array, covariances: Array) -> Array:
    """The parameter vector of a mixture. ``weights``: (k,), ``means``: (k, d), ``covariances``: (k, d, d)."""
    d = means.shape[1]
    diagonal = np.arange(d)
    parts = [np.log(weights)]
    for mean, covariance in zip(means, covariances, strict=True):
        factor = np.linalg.cholesky(covariance)
        factor[diagonal, diagonal] = np.log(factor[diagonal, diagonal])
        parts += [mean, factor[np.tril_indices(d)]]
    return np.concatenate(parts)


def mixture_problem(name: str, x: Array, k: int) -> Problem:
    """Fit k Gaussians to the rows of ``x``; scikit-learn's EM starts where L-BFGS starts, from the clusters of k-means."""
    from sklearn.cluster import KMeans
    from sklearn.mixture import GaussianMixture

    labels = KMeans(k, n_init=10, random_state=0).fit(x).labels_
    clusters = [x[labels == c] for c in range(k)]
    weights = np.array([len(cluster) / len(x) for cluster in clusters])
    means = np.array([cluster.mean(axis=0) for cluster in clusters])
    ridge = 1e-6 * np.eye(x.shape[1])  # scikit-learn's default reg_covar
    covariances = np.array([np.cov(cluster.T, bias=True) + ridge for cluster in clusters])

    def compare(parameters: Array) -> list[Check]:
        """Check that the likelihood is at least that of scikit-learn's EM, run to convergence from the same start."""
        theirs = GaussianMixture(
            k, tol=1e-7, max_iter=5000, weights_init=weights, means_init=means, precisions_init=np.linalg.inv(covariances)
        ).fit(x)
        likelihood, reference = -float(negative_log_likelihood(parameters, x, k)), float(theirs.score(x)) * len(x)
        text = f"log-likelihood {likelihood:.4f}, GaussianMixture's {reference:.4f} after {theirs.n_iter_} iterations of EM"
        return [Check("as good as scikit-learn", likelihood >= reference - TOLERANCE, text)]

    description = f"mixture of {k} Gaussians with full covariances"
    return Problem(name, description, negative_log_likelihood, pack(weights, means, covariances), (x, k), compare)
