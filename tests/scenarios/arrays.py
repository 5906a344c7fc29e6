"""Arrays of every layout, views and slices, array expressions and reductions."""

from __future__ import annotations

import math

import numpy as np

from scenarios.scenario import Scenario, numbers, signed


def weighted_squares(a):
    s = 0.0
    for i in range(a.shape[0]):
        s += a[i] * a[i] * (i + 1)
        a[i] = s
    return s * a[0]


def weighted_table(a):
    s = 0.0
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            s += a[i, j] * a[i, j] * (i + 2 * j) * a[0, 0]
            a[i, j] = math.sin(s)
    return s + a[0, 1] * a[1, 0]


def zero_dimensional(a):
    x = a[()]
    a[()] = x * x
    return math.sin(a[()]) * x


def three_dimensional(a):
    s = 0.0
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            for k in range(a.shape[2]):
                s = math.sin(s) + a[i, j, k] * a[i, j, a.shape[2] - 1 - k]
    return s


def four_dimensional(a):
    t = a * a[:, ::-1]
    return np.sum(t[1]) * t[0, 0, 0, 0] + t.sum()


def strided_inside(a):
    odd = a[1::2]
    back = a[::-1]
    s = 0.0
    for i in range(odd.shape[0]):
        s += odd[i] * back[i]
        odd[i] = s
    return s * a[1]


def views_of_views(a):
    v = a[1:][::2][1:]
    w = a[::-1][1:-1]
    v[0] = v[0] * w[0]
    return v[0] * v[0] * a[0] + w[1]


def negative_index(a):
    a[-1] = a[-2] * a[0]
    return a[-1] * a[a.shape[0] - 1]


def transposed(a):
    t = a.T
    s = 0.0
    for i in range(t.shape[0]):
        for j in range(t.shape[1]):
            s += t[i, j] * a[j, i] * t[i, 0]
    return s


def reshaped(a):
    t = a.reshape(2, 3)
    u = t.ravel()
    t[1, 2] = u[0] * t[0, 1]
    return a[5] * a[5] + u[5] * t[1, 0]


def rows_and_columns(a):
    row = a[1]
    column = a[:, 2]
    row[2] = row[0] * column[0]
    return column[1] * row[1] + a[1, 2]


def slice_assignment(a):
    a[1:4] = a[0:3] * a[2:5]
    a[::2] = np.sin(a[::2])
    return a[0] * a[1] + a[2] * a[3] * a[4]


def slice_assignment_two_dimensional(a, b):
    a[1:, :2] = b[:-1, 1:] * 2.0
    a[0, :] = b[1, :] * a[0, :]
    return np.sum(a * a)


def augmented_slices(a):
    a[1:] += a[:-1] * 2.0
    a[:2] *= a[2:4]
    a /= 1.7
    a -= a[0]
    return np.sum(a * a * a)


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def rosenbrock_gradient(x):
    g = np.zeros(x.size)
    g[:-1] = -400.0 * x[:-1] * (x[1:] - x[:-1] ** 2) - 2.0 * (1.0 - x[:-1])
    g[1:] += 200.0 * (x[1:] - x[:-1] ** 2)
    return [g]


def broadcast_expression(a, v, x):
    t = a * v + x
    u = np.exp(-t) / (1.0 + v * v)
    return (u * a).sum()


def outer_by_broadcasting(a, b):
    t = a.reshape(-1, 1) * b.reshape(1, -1)
    return np.sum(np.sin(t) * t)


def elementwise_functions(a):
    return np.sqrt(a) + np.log(a) * np.cos(a) - np.tanh(a) / np.abs(a) + np.maximum(a, 0.9) * np.minimum(a, 1.1)


def elementwise_powers(a):
    return a**2 + a**3 * 0.5 - a**-1 + a**0.5 + 2.0**a + np.power(a, a)


def sums_and_means(a):
    return np.sum(a) * np.mean(a) + a.sum() * a.mean() + np.prod(a) * a.prod()


def extremes(a):
    return np.max(a) * np.min(a) + a.max() * a.min() + np.argmax(a) * a[np.argmin(a)]


def spreads(a):
    return np.std(a) * np.var(a) + np.sqrt(np.var(a))


def cumulative(a):
    s = np.cumsum(a)
    p = np.cumprod(a)
    return np.sum(s * p) + s[1] * p[-1]


def sum_along_axes(a):
    rows = np.sum(a, axis=1)
    columns = a.sum(axis=0)
    return rows[0] * rows[1] + columns[0] * columns[1] * columns[2]


def reductions_of_a_table(a):
    return np.sum(a) * np.mean(a) + np.max(a) * np.min(a) + np.prod(a) + np.var(a)


def differences(a):
    d = np.diff(a)
    return np.sum(d * d * a[:-1]) + (np.max(a) - np.min(a)) * d[0]


def where_chosen(a, b):
    return np.sum(np.where(a > 0.0, a * b, b * b))


def masked_elements(a):
    positive = a[a > 0.0]
    return np.sum(positive * positive * positive)


def gathered_elements(a, index):
    t = a[index]
    return t[0] * t[1] + np.sum(t * t)


def concatenated(a, b):
    t = np.concatenate((a, b, a))
    return np.sum(t[:-1] * t[1:])


def stacked(x, y):
    t = np.array((x, y, x * y))
    m = np.array(((x, x), (y, x * x)))
    return np.sum(t * t) * m[1, 1] + m[1, 0] * t[2]


def with_constant_grid(a):
    grid = np.linspace(0.0, 1.0, 5)
    return np.sum(np.exp(-a[0] * grid) * a[1] + np.arange(5) * a[2])


def log_sum_exp(a):
    m = np.max(a)
    return m + np.log(np.sum(np.exp(a - m)))


def flattened(a):
    s = 0.0
    for x in a.flat:
        s = s * 0.5 + x * x
    return s * a.flatten()[1]


def sorted_values(a):
    t = np.sort(a)
    s = 0.0
    for i in range(t.shape[0]):
        s += t[i] * t[i] * (i + 1)
    return s


def count_and_shape(a):
    return a.size * a[0] * a.ndim + len(a) * a[1] * a.shape[0]


def complex_intermediate(x, y):
    z = complex(x, y)
    w = z * z + 1.0 / z
    return w.real * w.imag + abs(w)


def complex_array(a):
    z = np.empty(a.shape[0], np.complex128)
    for i in range(a.shape[0]):
        z[i] = complex(a[i], a[a.shape[0] - 1 - i])
    s = 1.0 + 0.0j
    for i in range(a.shape[0]):
        s = s * z[i] + z[0]
    return s.real * s.real - s.imag


TABLE = numbers(3, 4)

SCENARIOS = (
    Scenario(weighted_squares, [(numbers(4),), (numbers(1),)]),
    Scenario(weighted_squares, [(numbers(9)[::2],), (numbers(9)[1:8:3],)], name="strided"),
    Scenario(weighted_squares, [(numbers(9)[::-1],), (numbers(9)[7:0:-3],)], name="negative_stride"),
    Scenario(weighted_table, [(TABLE,)]),
    Scenario(weighted_table, [(np.asfortranarray(TABLE),)], name="fortran_order"),
    Scenario(weighted_table, [(numbers(6, 8)[::2, ::-2],), (numbers(4, 3).T[:, ::-1],)], name="strided_table"),
    Scenario(zero_dimensional, [(np.array(0.8),)], derivative=lambda a: [[math.sin(a**2) + 2 * a**2 * math.cos(a**2)]]),
    Scenario(three_dimensional, [(numbers(2, 3, 2),)]),
    Scenario(three_dimensional, [(np.asfortranarray(numbers(2, 3, 2)),)], name="three_dimensional_fortran"),
    Scenario(four_dimensional, [(numbers(2, 2, 1, 3),)]),
    Scenario(strided_inside, [(numbers(7),)]),
    Scenario(views_of_views, [(numbers(8),)]),
    Scenario(negative_index, [(numbers(4),)]),
    Scenario(transposed, [(TABLE,)]),
    Scenario(reshaped, [(numbers(6),)]),
    Scenario(rows_and_columns, [(TABLE,)]),
    Scenario(slice_assignment, [(numbers(5),)]),
    Scenario(slice_assignment_two_dimensional, [(numbers(3, 3), signed(3, 3))]),
    Scenario(augmented_slices, [(numbers(5),)]),
    Scenario(rosenbrock, [(numbers(6),), (numbers(2),), (numbers(1),)], derivative=rosenbrock_gradient),
    Scenario(broadcast_expression, [(TABLE, numbers(4), 0.3)]),
    Scenario(outer_by_broadcasting, [(numbers(3), signed(2))]),
    Scenario(elementwise_functions, [(numbers(5),), (numbers(0),)]),
    Scenario(elementwise_powers, [(numbers(5),)]),
    Scenario(sums_and_means, [(numbers(5),)]),
    Scenario(extremes, [(numbers(5),)]),
    Scenario(spreads, [(numbers(5),)]),
    Scenario(cumulative, [(numbers(4),)]),
    Scenario(sum_along_axes, [(TABLE,)]),
    Scenario(reductions_of_a_table, [(TABLE,)]),
    Scenario(reductions_of_a_table, [(np.asfortranarray(TABLE),)], name="reductions_in_fortran_order"),
    Scenario(differences, [(numbers(5),)]),
    Scenario(where_chosen, [(signed(5), numbers(5))]),
    Scenario(masked_elements, [(signed(6),)], derivative=lambda a: [3 * a * a * (a > 0)]),
    Scenario(gathered_elements, [(numbers(5), np.array([3, 0, 3]))]),
    Scenario(concatenated, [(numbers(3), signed(2))]),
    Scenario(stacked, [(0.8, 1.3)]),
    Scenario(with_constant_grid, [(numbers(3),)]),
    Scenario(log_sum_exp, [(signed(5),)], derivative=lambda a: [np.exp(a) / np.exp(a).sum()]),
    Scenario(flattened, [(TABLE,)]),
    Scenario(sorted_values, [(numbers(7),)], derivative=lambda a: [2 * a * (1 + np.argsort(np.argsort(a)))]),
    Scenario(count_and_shape, [(numbers(3),)], derivative=lambda a: [[a.size, a.size * a.size, 0.0]]),
    Scenario(complex_intermediate, [(0.8, 1.3)]),
    Scenario(complex_array, [(numbers(4),)]),
)
