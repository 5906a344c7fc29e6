"""First and second derivatives of the problems of Moré, Garbow and Hillstrom in closed form, written from their formulas.

Each function is called as its problem in `least_squares`, and returns the Jacobian of the residuals, ``(m, n)``, as MINPACK's SSQJAC and
VECJAC have it where they have the problem, and the Hessian of each residual, ``(m, n, n)``. All are by hand: nothing here comes of
automatic or numerical differentiation. The Hessian of the sum of squares is ``2 (JᵀJ + Σ rᵢ Hᵢ)``: for eighteen of the problems it is
what HESFCN of TOMS 566 (Averbukh, Figueroa and Schlick, 1994) writes out entry by entry.
"""

from __future__ import annotations

import numpy as np
from numpy.polynomial import Chebyshev

from least_squares import BARD, GAUSSIAN, KOWALIK_U, MEYER, OSBORNE_1, OSBORNE_2

ROOT = np.sqrt(1e-5)


def stacked(rows, entries):
    """Jacobian and Hessians of residuals: their partials, column by column, and those second partials, ``(j, k)``, that are not zero."""
    size = np.broadcast_shapes(*(np.shape(row) for row in rows))[0]
    jacobian = np.stack([np.broadcast_to(row, size) for row in rows], axis=1)
    hessians = np.zeros((size, len(rows), len(rows)))
    for (j, k), value in entries.items():
        hessians[:, j, k] = hessians[:, k, j] = value
    return jacobian, hessians


def linear(jacobian):
    return jacobian, np.zeros((*jacobian.shape, jacobian.shape[1]))


def only(m, index, hessian):
    """Hessians of ``m`` residuals of which one alone is not linear."""
    hessians = np.zeros((m, *hessian.shape))
    hessians[index] = hessian
    return hessians


def diagonals(values):
    """Hessians whose off-diagonal entries are zero."""
    return values[:, :, None] * np.eye(values.shape[1])


def repeated(block, x, size):
    """A problem that is the same one for each ``size`` of the variables."""
    n = x.size
    jacobian, hessians = np.zeros((n, n)), np.zeros((n, n, n))
    for i in range(0, n, size):
        part = slice(i, i + size)
        jacobian[part, part], hessians[part, part, part] = block(x[part])
    return jacobian, hessians


def rosenbrock(x):
    return np.array([[-20.0 * x[0], 10.0], [-1.0, 0.0]]), only(2, 0, np.diag([-20.0, 0.0]))


def freudenstein_and_roth(x):
    slopes = np.array([10.0 * x[1] - 3.0 * x[1] ** 2 - 2.0, 3.0 * x[1] ** 2 + 2.0 * x[1] - 14.0])
    return stacked([np.ones(2), slopes], {(1, 1): np.array([10.0 - 6.0 * x[1], 6.0 * x[1] + 2.0])})


def powell_badly_scaled(x):
    falling = np.exp(-x)
    return np.array([[1e4 * x[1], 1e4 * x[0]], -falling]), np.array([[[0.0, 1e4], [1e4, 0.0]], np.diag(falling)])


def brown_badly_scaled(x):
    return np.array([[1.0, 0.0], [0.0, 1.0], [x[1], x[0]]]), only(3, 2, np.array([[0.0, 1.0], [1.0, 0.0]]))


def beale(x):
    k = np.arange(1, 4)
    slope = k * x[1] ** (k - 1)
    return stacked([x[1]**k - 1.0, x[0] * slope], {(0, 1): slope, (1, 1): x[0] * np.array([0.0, 2.0, 6.0 * x[1]])})


def jennrich_and_sampson(x):
    k = np.arange(1.0, 11.0)[:, None]
    return -k * np.exp(k * x), diagonals(-k**2 * np.exp(k * x))


def helical_valley(x):
    square, radius = x[0] ** 2 + x[1] ** 2, np.hypot(x[0], x[1])
    turn, point = 50.0 / np.pi, x[:2]
    jacobian = np.array([[turn * x[1] / square, -turn * x[0] / square, 10.0], [*(10.0 * point / radius), 0.0], [0.0, 0.0, 1.0]])
    hessians = np.zeros((3, 3, 3))
    across, along = (x[0] ** 2 - x[1] ** 2) / square**2, 2.0 * x[0] * x[1] / square**2
    hessians[0, :2, :2] = turn * np.array([[-along, across], [across, along]])
    hessians[1, :2, :2] = 10.0 * (np.eye(2) / radius - np.outer(point, point) / radius**3)
    return jacobian, hessians


def bard(x):
    u = np.arange(1.0, len(BARD) + 1)
    v = 16.0 - u
    w = np.minimum(u, v)
    d = v * x[1] + w * x[2]
    return stacked([np.full(u.size, -1.0), u * v / d**2, u * w / d**2],
                   {(1, 1): -2.0 * u * v**2 / d**3, (1, 2): -2.0 * u * v * w / d**3, (2, 2): -2.0 * u * w**2 / d**3})


def gaussian(x):
    d = (7.0 - np.arange(len(GAUSSIAN))) / 2.0 - x[2]
    e = np.exp(-x[1] * d**2 / 2.0)
    return stacked([e, -x[0] * d**2 * e / 2.0, x[0] * x[1] * d * e],
                   {(0, 1): -(d**2) * e / 2.0, (0, 2): x[1] * d * e, (1, 1): x[0] * d**4 * e / 4.0,
                    (1, 2): x[0] * d * e * (1.0 - x[1] * d**2 / 2.0), (2, 2): x[0] * x[1] * e * (x[1] * d**2 - 1.0)})


def meyer(x):
    d = 45.0 + 5.0 * np.arange(1, len(MEYER) + 1) + x[2]
    e = np.exp(x[1] / d)
    return stacked([e, x[0] * e / d, -x[0] * x[1] * e / d**2],
                   {(0, 1): e / d, (0, 2): -x[1] * e / d**2, (1, 1): x[0] * e / d**2,
                    (1, 2): -x[0] * e * (d + x[1]) / d**3, (2, 2): x[0] * x[1] * e * (2.0 * d + x[1]) / d**4})


def gulf_research(x):
    y = 25.0 + (-50.0 * np.log(np.arange(1, 11) / 100.0)) ** (2.0 / 3.0) - x[1]
    side, q = np.sign(y), np.abs(y)
    p, log = q ** x[2], np.log(q)
    e = np.exp(-p / x[0])
    slopes, second = stacked([p / x[0] ** 2, side * x[2] * p / (q * x[0]), -p * log / x[0]],  # of the exponent
                             {(0, 0): -2.0 * p / x[0] ** 3, (0, 1): -side * x[2] * p / (q * x[0] ** 2), (0, 2): p * log / x[0] ** 2,
                              (1, 1): -x[2] * (x[2] - 1.0) * p / (q**2 * x[0]), (1, 2): side * p * (1.0 + x[2] * log) / (q * x[0]),
                              (2, 2): -p * log**2 / x[0]})
    return e[:, None] * slopes, e[:, None, None] * (slopes[:, :, None] * slopes[:, None, :] + second)


def box_three_dimensional(x):
    t = np.arange(1, 11) / 10.0
    first, second = np.exp(-t * x[0]), np.exp(-t * x[1])
    return stacked([-t * first, t * second, np.exp(-10.0 * t) - np.exp(-t)], {(0, 0): t**2 * first, (1, 1): -(t**2) * second})


def powell_singular(x):
    third, fourth = np.array([0.0, 1.0, -2.0, 0.0]), np.array([1.0, 0.0, 0.0, -1.0])
    jacobian = np.array([[1.0, 10.0, 0.0, 0.0], np.sqrt(5.0) * np.array([0.0, 0.0, 1.0, -1.0]), 2.0 * (x[1] - 2.0 * x[2]) * third,
                         2.0 * np.sqrt(10.0) * (x[0] - x[3]) * fourth])
    return jacobian, only(4, 2, 2.0 * np.outer(third, third)) + only(4, 3, 2.0 * np.sqrt(10.0) * np.outer(fourth, fourth))


def wood(x):
    root = np.sqrt(10.0)
    jacobian = np.array([[-20.0 * x[0], 10.0, 0.0, 0.0], [-1.0, 0.0, 0.0, 0.0], [0.0, 0.0, -6.0 * root * x[2], 3.0 * root],
                         [0.0, 0.0, -1.0, 0.0], [0.0, root, 0.0, root], [0.0, 1.0 / root, 0.0, -1.0 / root]])
    return jacobian, only(6, 0, np.diag([-20.0, 0.0, 0.0, 0.0])) + only(6, 2, np.diag([0.0, 0.0, -6.0 * root, 0.0]))


def kowalik_and_osborne(x):
    u = np.array(KOWALIK_U)
    a, d = u**2 + u * x[1], u**2 + u * x[2] + x[3]
    q = a / d
    return stacked([-q, -x[0] * u / d, x[0] * q * u / d, x[0] * q / d],
                   {(0, 1): -u / d, (0, 2): q * u / d, (0, 3): q / d, (1, 2): x[0] * u**2 / d**2, (1, 3): x[0] * u / d**2,
                    (2, 2): -2.0 * x[0] * q * u**2 / d**2, (2, 3): -2.0 * x[0] * q * u / d**2, (3, 3): -2.0 * x[0] * q / d**2})


def brown_and_dennis(x):
    t = np.arange(1, 21) / 5.0
    one, zero = np.ones(20), np.zeros(20)
    left, right = np.stack([one, t, zero, zero], axis=1), np.stack([zero, zero, one, np.sin(t)], axis=1)
    a, b = left @ x - np.exp(t), right @ x - np.cos(t)
    return (2.0 * (a[:, None] * left + b[:, None] * right),
            2.0 * (left[:, :, None] * left[:, None, :] + right[:, :, None] * right[:, None, :]))


def osborne_1(x):
    t = 10.0 * np.arange(len(OSBORNE_1))
    e, f = np.exp(-t * x[3]), np.exp(-t * x[4])
    return stacked([np.full(t.size, -1.0), -e, -f, t * x[1] * e, t * x[2] * f],
                   {(1, 3): t * e, (2, 4): t * f, (3, 3): -(t**2) * x[1] * e, (4, 4): -(t**2) * x[2] * f})


def biggs_exp6(x):
    t = np.arange(1, 14) / 10.0
    e, f, g = np.exp(-t * x[0]), np.exp(-t * x[1]), np.exp(-t * x[4])
    return stacked([-t * x[2] * e, t * x[3] * f, e, -f, -t * x[5] * g, g],
                   {(0, 0): t**2 * x[2] * e, (0, 2): -t * e, (1, 1): -(t**2) * x[3] * f, (1, 3): t * f, (4, 4): t**2 * x[5] * g,
                    (4, 5): -t * g})


def osborne_2(x):
    t = np.arange(len(OSBORNE_2)) / 10.0
    e = np.exp(-t * x[4])
    columns = [-e, None, None, None, t * x[0] * e, None, None, None, None, None, None]
    entries = {(0, 4): t * e, (4, 4): -(t**2) * x[0] * e}
    for a, w, c in ((1, 5, 8), (2, 6, 9), (3, 7, 10)):
        d = t - x[c]
        g = np.exp(-(d**2) * x[w])
        columns[a], columns[w], columns[c] = -g, x[a] * d**2 * g, -2.0 * x[a] * x[w] * d * g
        entries |= {(a, w): d**2 * g, (a, c): -2.0 * x[w] * d * g, (w, w): -x[a] * d**4 * g,
                    (w, c): 2.0 * x[a] * d * g * (x[w] * d**2 - 1.0), (c, c): 2.0 * x[a] * x[w] * g * (1.0 - 2.0 * x[w] * d**2)}
    return stacked(columns, entries)


def watson(x):
    t, j = np.arange(1, 30)[:, None] / 29.0, np.arange(x.size)
    powers = t**j
    rows = j * t ** np.maximum(j - 1, 0) - 2.0 * (powers @ x)[:, None] * powers
    ends = np.zeros((2, x.size))
    ends[0, 0], ends[1, :2] = 1.0, (-2.0 * x[0], 1.0)
    hessians = only(31, 30, np.diag([-2.0] + [0.0] * (x.size - 1)))
    hessians[:29] = -2.0 * powers[:, :, None] * powers[:, None, :]
    return np.concatenate([rows, ends]), hessians


def extended_rosenbrock(x):
    return repeated(rosenbrock, x, 2)


def extended_powell_singular(x):
    return repeated(powell_singular, x, 4)


def penalty_1(x):
    return np.concatenate([ROOT * np.eye(x.size), 2.0 * x[None]]), only(x.size + 1, x.size, 2.0 * np.eye(x.size))


def penalty_2(x):
    n = x.size
    e, weights = np.exp(x / 10.0), 2.0 * np.arange(n, 0, -1)
    here, before = np.eye(n)[1:], np.eye(n)[:-1]
    jacobian = np.concatenate([np.eye(n)[:1], ROOT / 10.0 * (here + before) * e, ROOT / 10.0 * here * e, [weights * x]])
    hessians = np.concatenate([np.zeros((1, n)), ROOT / 100.0 * (here + before) * e, ROOT / 100.0 * here * e, [weights]])
    return jacobian, diagonals(hessians)


def variably_dimensioned(x):
    j = np.arange(1.0, x.size + 1)
    return (np.concatenate([np.eye(x.size), [j, 2.0 * (j @ (x - 1.0)) * j]]), only(x.size + 2, x.size + 1, 2.0 * np.outer(j, j)))


def trigonometric(x):
    i, own = np.arange(1.0, x.size + 1), np.eye(x.size)
    return np.sin(x) + own * (i * np.sin(x) - np.cos(x)), diagonals(np.cos(x) + own * (i * np.cos(x) + np.sin(x)))


def brown_almost_linear(x):
    n = x.size
    jacobian, hessian = np.eye(n) + 1.0, np.zeros((n, n))
    jacobian[-1] = [np.prod(np.delete(x, j)) for j in range(n)]
    for j in range(n):
        for k in range(j):
            hessian[j, k] = hessian[k, j] = np.prod(np.delete(x, [j, k]))
    return jacobian, only(n, n - 1, hessian)


def discrete_boundary_value(x):
    h = 1.0 / (x.size + 1)
    s = x + h * np.arange(1, x.size + 1) + 1.0
    return (np.diag(2.0 + 1.5 * h**2 * s**2) - np.eye(x.size, k=1) - np.eye(x.size, k=-1), diagonals(np.diag(3.0 * h**2 * s)))


def discrete_integral_equation(x):
    h = 1.0 / (x.size + 1)
    t = h * np.arange(1, x.size + 1)
    kernel = h * np.where(t <= t[:, None], (1.0 - t[:, None]) * t, t[:, None] * (1.0 - t)) / 2.0
    s = x + t + 1.0
    return np.eye(x.size) + 3.0 * kernel * s**2, diagonals(6.0 * kernel * s)


def broyden_tridiagonal(x):
    return (np.diag(3.0 - 4.0 * x) - np.eye(x.size, k=-1) - 2.0 * np.eye(x.size, k=1), diagonals(-4.0 * np.eye(x.size)))


def broyden_banded(x):
    band = sum(np.eye(x.size, k=k) for k in (-5, -4, -3, -2, -1, 1))
    return np.diag(2.0 + 15.0 * x**2) - band * (1.0 + 2.0 * x), diagonals(np.diag(30.0 * x) - 2.0 * band)


def linear_full_rank(x):
    return linear(np.eye(20, x.size) - 2.0 / 20)


def linear_rank_1(x):
    return linear(np.outer(np.arange(1.0, 21.0), np.arange(1.0, x.size + 1)))


def linear_rank_1_with_zeros(x):
    rows, columns = np.arange(20.0), np.arange(1.0, x.size + 1)
    rows[[0, 19]], columns[[0, -1]] = 0.0, 0.0
    return linear(np.outer(rows, columns))


def chebyquad(x):
    shifted = [Chebyshev.basis(i, domain=[0.0, 1.0]) for i in range(1, x.size + 1)]
    return (np.array([basis.deriv(1)(x) for basis in shifted]) / x.size,
            diagonals(np.array([basis.deriv(2)(x) for basis in shifted]) / x.size))
