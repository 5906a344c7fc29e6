"""Products of vectors and matrices, and dense linear algebra.

What uses `np.linalg` returns several numbers: second derivatives are not asked of it.
"""

from __future__ import annotations

import numpy as np

from scenarios.scenario import Scenario, numbers, signed


def products(a, b, x):
    y = np.dot(a, x)
    z = y @ b
    both = a.T @ (a @ b)
    return np.dot(x, x) * np.vdot(z, z) + both[0, 1] * both[1, 0] + (x @ a[::-1].copy().T).sum()


def products_into(a, b, out):
    np.dot(a, b, out)
    first = out[0, 0] * out[1, 1]
    np.dot(a, b[0], out[0])
    return first + out[0].sum()


def iterated_product(a, x, steps):
    for _ in range(steps):
        x = a @ x
        x = x / np.sqrt(np.dot(x, x))
    return x[0]


def no_columns(a, b):
    return (a @ b).sum() + 1.5


def mismatched(a, x):
    return (a @ x).sum()


def norms(x, a):
    return np.linalg.norm(x), np.linalg.norm(a)


def solutions(a, b):
    return np.linalg.solve(a, b)


def several_solutions(a, b):
    x = np.linalg.solve(a, b)
    return x[0, 0], 2.0 * x[2, 1]


def inverse(a):
    return np.linalg.inv(a)[0]


def determinants(a):
    return np.linalg.det(a), np.linalg.slogdet(a)[1]


def determinant_of_rank_two(a):
    return np.linalg.det(a), a[0, 0]


def factor(a):
    return np.log(np.diag(np.linalg.cholesky(a))).sum(), a[0, 0]


def singular(a, b):
    return np.linalg.solve(a, b)[0]


def indefinite(a):
    return np.linalg.cholesky(a)[0, 0]


def _solution(a, b, weights):
    """How ``sum(weights * solve(a, b))`` moves: by the adjoint solution."""
    x, back = np.linalg.solve(a, b), np.linalg.solve(a.T, weights)
    return np.concatenate([-(back.reshape(len(a), -1) @ x.reshape(len(a), -1).T).ravel(), back.ravel()])


def _inverse(a):
    inverted = np.linalg.inv(a)
    return [-np.outer(inverted[0], inverted[:, column]).ravel() for column in range(3)]


def _norms(x, a):
    return [[*x / np.linalg.norm(x), *0 * a.ravel()], [*0 * x, *a.ravel() / np.linalg.norm(a)]]


def _cofactors(a):
    """Of a matrix of three rows, also where it has no inverse."""
    return np.array([np.cross(a[1], a[2]), np.cross(a[2], a[0]), np.cross(a[0], a[1])]).ravel()


def _log_factor(a):
    """Only the lower triangle is read: an entry beside the diagonal stands for two."""
    half = np.linalg.inv(a)
    return [(np.tril(half, -1) + np.diag(np.diag(half)) / 2).ravel(), FIRST]


SQUARE = signed(3, 3) + np.diag([0.0, 3.0, 2.0])  # the first pivot is not on the diagonal
FLAT = np.array([[1.0, 2.0, 0.5], [0.5, -1.0, 1.5], [1.5, 1.0, 2.0]])  # the third row is the sum of the others
POSITIVE = np.array([[4.0, 0.7, 0.3], [0.7, 3.0, -0.5], [0.3, -0.5, 2.0]])
WEIGHTS = np.zeros((2, 3, 2))
WEIGHTS[0, 0, 0], WEIGHTS[1, 2, 1] = 1.0, 2.0
FIRST = np.eye(9)[0]

SCENARIOS = (
    Scenario(products, [(signed(3, 3), signed(3, 2), numbers(3))]),
    Scenario(products_into, [(signed(3, 3), signed(3, 3), numbers(3, 3))], argnums=(0, 1)),
    Scenario(iterated_product, [(numbers(3, 3), numbers(3), 3), (numbers(3, 3), numbers(3), 0)]),
    Scenario(no_columns, [(numbers(3, 0), numbers(0, 2))]),
    Scenario(mismatched, [(numbers(3, 2), numbers(3))], raises=ValueError),
    Scenario(norms, [(signed(4), signed(2, 3))], derivative=_norms),
    Scenario(solutions, [(SQUARE, signed(3))], derivative=lambda a, b: [_solution(a, b, row) for row in np.eye(3)]),
    Scenario(several_solutions, [(SQUARE, signed(3, 2))], derivative=lambda a, b: [_solution(a, b, weights) for weights in WEIGHTS]),
    Scenario(inverse, [(SQUARE,)], derivative=_inverse),
    Scenario(determinants, [(SQUARE,)], derivative=lambda a: [_cofactors(a), np.linalg.inv(a).T.ravel()]),
    Scenario(determinant_of_rank_two, [(FLAT,)], derivative=lambda a: [_cofactors(a), FIRST]),
    Scenario(factor, [(POSITIVE,)], derivative=_log_factor),
    Scenario(singular, [(np.ones((2, 2)), np.ones(2))], raises=np.linalg.LinAlgError),
    Scenario(indefinite, [(-POSITIVE,)], raises=np.linalg.LinAlgError),
)
