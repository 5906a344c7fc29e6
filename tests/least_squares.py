"""The test problems for nonlinear least squares of Moré, Garbow and Hillstrom (ACM TOMS 7, 1981), written from their formulas.

A problem is its residuals, in the order of the paper, the standard starting point, and sums of squares that the paper lists: at the
starting point where it is easily worked out, and at the minimum.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False)
class Problem:
    """Residuals of ``x``; ``start``; a minimiser where one is known in closed form or to many digits, and the sum of squares there."""

    residuals: Callable[[Any], Any]
    start: tuple[float, ...]
    minimum: float | None = None
    minimiser: tuple[float, ...] | None = None

    @property
    def name(self) -> str:
        return self.residuals.__name__


def rosenbrock(x):
    return np.array([10.0 * (x[1] - x[0] ** 2), 1.0 - x[0]])


def freudenstein_and_roth(x):
    return np.array([-13.0 + x[0] + ((5.0 - x[1]) * x[1] - 2.0) * x[1], -29.0 + x[0] + ((x[1] + 1.0) * x[1] - 14.0) * x[1]])


def powell_badly_scaled(x):
    return np.array([1e4 * x[0] * x[1] - 1.0, math.exp(-x[0]) + math.exp(-x[1]) - 1.0001])


def brown_badly_scaled(x):
    return np.array([x[0] - 1e6, x[1] - 2e-6, x[0] * x[1] - 2.0])


BEALE = (1.5, 2.25, 2.625)


def beale(x):
    return np.array([BEALE[i] - x[0] * (1.0 - x[1] ** (i + 1)) for i in range(3)])


def jennrich_and_sampson(x):
    return np.array([2.0 + 2.0 * (i + 1) - (math.exp((i + 1) * x[0]) + math.exp((i + 1) * x[1])) for i in range(10)])


def helical_valley(x):
    theta = math.atan(x[1] / x[0]) / (2.0 * math.pi) + (0.5 if x[0] < 0.0 else 0.0)
    return np.array([10.0 * (x[2] - 10.0 * theta), 10.0 * (math.sqrt(x[0] ** 2 + x[1] ** 2) - 1.0), x[2]])


BARD = (0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.10, 4.39)


def bard(x):
    return np.array([BARD[i] - (x[0] + (i + 1.0) / ((15.0 - i) * x[1] + min(i + 1.0, 15.0 - i) * x[2])) for i in range(15)])


GAUSSIAN = (0.0009, 0.0044, 0.0175, 0.0540, 0.1295, 0.2420, 0.3521, 0.3989, 0.3521, 0.2420, 0.1295, 0.0540, 0.0175, 0.0044, 0.0009)


def gaussian(x):
    return np.array([x[0] * math.exp(-x[1] * ((8.0 - (i + 1)) / 2.0 - x[2]) ** 2 / 2.0) - GAUSSIAN[i] for i in range(15)])


MEYER = (34780.0, 28610.0, 23650.0, 19630.0, 16370.0, 13720.0, 11540.0, 9744.0, 8261.0, 7030.0, 6005.0, 5147.0, 4427.0, 3820.0, 3307.0,
         2872.0)


def meyer(x):
    return np.array([x[0] * math.exp(x[1] / (45.0 + 5.0 * (i + 1) + x[2])) - MEYER[i] for i in range(16)])


def gulf_research(x):
    out = np.empty(10)
    for i in range(10):
        t = (i + 1) / 100.0
        y = 25.0 + (-50.0 * math.log(t)) ** (2.0 / 3.0)
        out[i] = math.exp(-(abs(y - x[1]) ** x[2]) / x[0]) - t
    return out


def box_three_dimensional(x):
    out = np.empty(10)
    for i in range(10):
        t = 0.1 * (i + 1)
        out[i] = math.exp(-t * x[0]) - math.exp(-t * x[1]) - x[2] * (math.exp(-t) - math.exp(-10.0 * t))
    return out


def powell_singular(x):
    return np.array([x[0] + 10.0 * x[1], math.sqrt(5.0) * (x[2] - x[3]), (x[1] - 2.0 * x[2]) ** 2, math.sqrt(10.0) * (x[0] - x[3]) ** 2])


def wood(x):
    return np.array([10.0 * (x[1] - x[0] ** 2), 1.0 - x[0], math.sqrt(90.0) * (x[3] - x[2] ** 2), 1.0 - x[2],
            math.sqrt(10.0) * (x[1] + x[3] - 2.0), (x[1] - x[3]) / math.sqrt(10.0)])


KOWALIK_Y = (0.1957, 0.1947, 0.1735, 0.1600, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246)
KOWALIK_U = (4.0, 2.0, 1.0, 0.5, 0.25, 0.1670, 0.1250, 0.1, 0.0833, 0.0714, 0.0625)


def kowalik_and_osborne(x):
    return np.array([KOWALIK_Y[i] - x[0] * (KOWALIK_U[i] ** 2 + KOWALIK_U[i] * x[1]) / (KOWALIK_U[i] ** 2 + KOWALIK_U[i] * x[2] + x[3])
            for i in range(11)])


def brown_and_dennis(x):
    out = np.empty(20)
    for i in range(20):
        t = (i + 1) / 5.0
        out[i] = (x[0] + t * x[1] - math.exp(t)) ** 2 + (x[2] + x[3] * math.sin(t) - math.cos(t)) ** 2
    return out


OSBORNE_1 = (0.844, 0.908, 0.932, 0.936, 0.925, 0.908, 0.881, 0.850, 0.818, 0.784, 0.751, 0.718, 0.685, 0.658, 0.628, 0.603, 0.580, 0.558,
             0.538, 0.522, 0.506, 0.490, 0.478, 0.467, 0.457, 0.448, 0.438, 0.431, 0.424, 0.420, 0.414, 0.411, 0.406)


def osborne_1(x):
    return np.array([OSBORNE_1[i] - (x[0] + x[1] * math.exp(-10.0 * i * x[3]) + x[2] * math.exp(-10.0 * i * x[4])) for i in range(33)])


def biggs_exp6(x):
    out = np.empty(13)
    for i in range(13):
        t = 0.1 * (i + 1)
        y = math.exp(-t) - 5.0 * math.exp(-10.0 * t) + 3.0 * math.exp(-4.0 * t)
        out[i] = x[2] * math.exp(-t * x[0]) - x[3] * math.exp(-t * x[1]) + x[5] * math.exp(-t * x[4]) - y
    return out


OSBORNE_2 = (1.366, 1.191, 1.112, 1.013, 0.991, 0.885, 0.831, 0.847, 0.786, 0.725, 0.746, 0.679, 0.608, 0.655, 0.616, 0.606, 0.602, 0.626,
             0.651, 0.724, 0.649, 0.649, 0.694, 0.644, 0.624, 0.661, 0.612, 0.558, 0.533, 0.495, 0.500, 0.423, 0.395, 0.375, 0.372, 0.391,
             0.396, 0.405, 0.428, 0.429, 0.523, 0.562, 0.607, 0.653, 0.672, 0.708, 0.633, 0.668, 0.645, 0.632, 0.591, 0.559, 0.597, 0.625,
             0.739, 0.710, 0.729, 0.720, 0.636, 0.581, 0.428, 0.292, 0.162, 0.098, 0.054)


def osborne_2(x):
    out = np.empty(65)
    for i in range(65):
        t = i / 10.0
        out[i] = (OSBORNE_2[i] - x[0] * math.exp(-t * x[4]) - x[1] * math.exp(-((t - x[8]) ** 2) * x[5])
                  - x[2] * math.exp(-((t - x[9]) ** 2) * x[6]) - x[3] * math.exp(-((t - x[10]) ** 2) * x[7]))
    return out


def watson(x):
    out = np.empty(31)
    for i in range(29):
        t = (i + 1) / 29.0
        slope, value, power = 0.0, x[0], 1.0
        for j in range(1, len(x)):
            slope += j * x[j] * power
            power *= t
            value += x[j] * power
        out[i] = slope - value**2 - 1.0
    out[29], out[30] = x[0], x[1] - x[0] ** 2 - 1.0
    return out


def extended_rosenbrock(x):
    out = np.empty(len(x))
    for i in range(0, len(x), 2):
        out[i], out[i + 1] = 10.0 * (x[i + 1] - x[i] ** 2), 1.0 - x[i]
    return out


def extended_powell_singular(x):
    out = np.empty(len(x))
    for i in range(0, len(x), 4):
        out[i], out[i + 1] = x[i] + 10.0 * x[i + 1], math.sqrt(5.0) * (x[i + 2] - x[i + 3])
        out[i + 2], out[i + 3] = (x[i + 1] - 2.0 * x[i + 2]) ** 2, math.sqrt(10.0) * (x[i] - x[i + 3]) ** 2
    return out


def penalty_1(x):
    n, total = len(x), 0.0
    out = np.empty(n + 1)
    for i in range(n):
        out[i] = math.sqrt(1e-5) * (x[i] - 1.0)
        total += x[i] ** 2
    out[n] = total - 0.25
    return out


def penalty_2(x):
    n, root = len(x), math.sqrt(1e-5)
    out, total = np.empty(2 * n), n * x[0] ** 2
    out[0] = x[0] - 0.2
    for i in range(1, n):
        out[i] = root * (math.exp(x[i] / 10.0) + math.exp(x[i - 1] / 10.0) - (math.exp((i + 1) / 10.0) + math.exp(i / 10.0)))
        out[n + i - 1] = root * (math.exp(x[i] / 10.0) - math.exp(-0.1))
        total += (n - i) * x[i] ** 2
    out[2 * n - 1] = total - 1.0
    return out


def variably_dimensioned(x):
    n, total = len(x), 0.0
    out = np.empty(n + 2)
    for j in range(n):
        out[j] = x[j] - 1.0
        total += (j + 1) * (x[j] - 1.0)
    out[n], out[n + 1] = total, total**2
    return out


def trigonometric(x):
    n, cosines = len(x), 0.0
    out = np.empty(n)
    for i in range(n):
        cosines += math.cos(x[i])
    for i in range(n):
        out[i] = n - cosines + (i + 1) * (1.0 - math.cos(x[i])) - math.sin(x[i])
    return out


def brown_almost_linear(x):
    n, total, product = len(x), 0.0, 1.0
    out = np.empty(n)
    for i in range(n):
        total += x[i]
        product *= x[i]
    for i in range(n - 1):
        out[i] = x[i] + total - (n + 1.0)
    out[n - 1] = product - 1.0
    return out


def discrete_boundary_value(x):
    n = len(x)
    h = 1.0 / (n + 1)
    out = np.empty(n)
    for i in range(n):
        f = 2.0 * x[i] + h**2 * (x[i] + (i + 1) * h + 1.0) ** 3 / 2.0
        if i > 0:
            f -= x[i - 1]
        if i < n - 1:
            f -= x[i + 1]
        out[i] = f
    return out


def discrete_integral_equation(x):
    n = len(x)
    h = 1.0 / (n + 1)
    out = np.empty(n)
    for i in range(n):
        t, left, right = (i + 1) * h, 0.0, 0.0
        for j in range(n):
            s = (j + 1) * h
            if j <= i:
                left += s * (x[j] + s + 1.0) ** 3
            else:
                right += (1.0 - s) * (x[j] + s + 1.0) ** 3
        out[i] = x[i] + h * ((1.0 - t) * left + t * right) / 2.0
    return out


def broyden_tridiagonal(x):
    n = len(x)
    out = np.empty(n)
    for i in range(n):
        f = (3.0 - 2.0 * x[i]) * x[i] + 1.0
        if i > 0:
            f -= x[i - 1]
        if i < n - 1:
            f -= 2.0 * x[i + 1]
        out[i] = f
    return out


def broyden_banded(x):
    n = len(x)
    out = np.empty(n)
    for i in range(n):
        f = x[i] * (2.0 + 5.0 * x[i] ** 2) + 1.0
        for j in range(max(0, i - 5), min(n, i + 2)):
            if j != i:
                f -= x[j] * (1.0 + x[j])
        out[i] = f
    return out


def linear_full_rank(x):
    n, total = len(x), 0.0
    out = np.empty(20)
    for i in range(n):
        total += x[i]
    for i in range(20):
        out[i] = -2.0 * total / 20 - 1.0
        if i < n:
            out[i] += x[i]
    return out


def linear_rank_1(x):
    total, out = 0.0, np.empty(20)
    for j in range(len(x)):
        total += (j + 1) * x[j]
    for i in range(20):
        out[i] = (i + 1) * total - 1.0
    return out


def linear_rank_1_with_zeros(x):
    total, out = 0.0, np.full(20, -1.0)
    for j in range(1, len(x) - 1):
        total += (j + 1) * x[j]
    for i in range(1, 19):
        out[i] += i * total
    return out


def chebyquad(x):
    n = len(x)
    out = np.empty(n)
    for i in range(1, n + 1):
        total = 0.0
        for value in x:
            y = 2.0 * value - 1.0
            before, chebyshev = 1.0, y
            for _ in range(1, i):
                before, chebyshev = chebyshev, 2.0 * y * chebyshev - before
            total += chebyshev
        out[i - 1] = total / n + (1.0 / (i**2 - 1.0) if i % 2 == 0 else 0.0)
    return out


PROBLEMS = (
    Problem(rosenbrock, (-1.2, 1.0), 0.0, (1.0, 1.0)),
    Problem(freudenstein_and_roth, (0.5, -2.0), 0.0, (5.0, 4.0)),
    Problem(powell_badly_scaled, (0.0, 1.0)),
    Problem(brown_badly_scaled, (1.0, 1.0), 0.0, (1e6, 2e-6)),
    Problem(beale, (1.0, 1.0), 0.0, (3.0, 0.5)),
    Problem(jennrich_and_sampson, (0.3, 0.4), 124.362, (0.2578, 0.2578)),
    Problem(helical_valley, (-1.0, 0.0, 0.0), 0.0, (1.0, 0.0, 0.0)),
    Problem(bard, (1.0, 1.0, 1.0), 8.21487e-3),
    Problem(gaussian, (0.4, 1.0, 0.0), 1.12793e-8),
    Problem(meyer, (0.02, 4000.0, 250.0), 87.9458),
    Problem(gulf_research, (5.0, 2.5, 0.15), 0.0, (50.0, 25.0, 1.5)),
    Problem(box_three_dimensional, (0.0, 10.0, 20.0), 0.0, (1.0, 10.0, 1.0)),
    Problem(powell_singular, (3.0, -1.0, 0.0, 1.0), 0.0, (0.0, 0.0, 0.0, 0.0)),
    Problem(wood, (-3.0, -1.0, -3.0, -1.0), 0.0, (1.0, 1.0, 1.0, 1.0)),
    Problem(kowalik_and_osborne, (0.25, 0.39, 0.415, 0.39), 3.07505e-4),
    Problem(brown_and_dennis, (25.0, 5.0, -5.0, -1.0), 85822.2),
    Problem(osborne_1, (0.5, 1.5, -1.0, 0.01, 0.02), 5.46489e-5),
    Problem(biggs_exp6, (1.0, 2.0, 1.0, 1.0, 1.0, 1.0), 0.0, (1.0, 10.0, 1.0, 5.0, 4.0, 3.0)),
    Problem(osborne_2, (1.3, 0.65, 0.65, 0.7, 0.6, 3.0, 5.0, 7.0, 2.0, 4.5, 5.5), 4.01377e-2),
    Problem(watson, (0.0,) * 6, 2.28767e-3),
    Problem(extended_rosenbrock, (-1.2, 1.0) * 4, 0.0, (1.0,) * 8),
    Problem(extended_powell_singular, (3.0, -1.0, 0.0, 1.0) * 2, 0.0, (0.0,) * 8),
    Problem(penalty_1, (1.0, 2.0, 3.0, 4.0), 2.24997e-5),
    Problem(penalty_2, (0.5,) * 4, 9.37629e-6),
    Problem(variably_dimensioned, tuple(1.0 - (j + 1) / 6.0 for j in range(6)), 0.0, (1.0,) * 6),
    Problem(trigonometric, (1.0 / 6.0,) * 6, 0.0, (0.0,) * 6),
    Problem(brown_almost_linear, (0.5,) * 6, 0.0, (1.0,) * 6),
    Problem(discrete_boundary_value, tuple((j + 1) / 9.0 * ((j + 1) / 9.0 - 1.0) for j in range(8)), 0.0),
    Problem(discrete_integral_equation, tuple((j + 1) / 9.0 * ((j + 1) / 9.0 - 1.0) for j in range(8)), 0.0),
    Problem(broyden_tridiagonal, (-1.0,) * 8, 0.0),
    Problem(broyden_banded, (-1.0,) * 8, 0.0),
    Problem(linear_full_rank, (1.0,) * 8, 12.0, (-1.0,) * 8),
    Problem(linear_rank_1, (1.0,) * 8, 20 * 19 / (2.0 * 41)),
    Problem(linear_rank_1_with_zeros, (1.0,) * 8, (20.0**2 + 3 * 20 - 6) / (2.0 * 37)),
    Problem(chebyquad, tuple((j + 1) / 9.0 for j in range(8)), 3.51687e-3),
)
