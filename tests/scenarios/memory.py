"""Reading, writing and overwriting arrays, also the arguments, also where the overwritten value was needed."""

from __future__ import annotations

import math

import numpy as np

from scenarios.scenario import Scenario, numbers, signed


def square_in_place_then_sum(a):
    for i in range(a.shape[0]):
        a[i] = a[i] * a[i]
    s = 0.0
    for i in range(a.shape[0]):
        s += a[i]
    return s


def squared_again_and_again(a, n):
    for _ in range(n):
        for i in range(a.shape[0]):
            a[i] *= a[i]
    return a[0] + a[1]


def read_write_read(a):
    x = a[0]
    a[0] = x * x
    return a[0] * x


def scalar_through_memory(x, buffer):
    buffer[0] = x * x
    buffer[1] = math.sin(buffer[0])
    buffer[0] = buffer[1] * buffer[0]
    return buffer[0] + buffer[1]


def work_buffer(a, work):
    for i in range(a.shape[0]):
        work[i] = math.sin(a[i])
    s = 0.0
    for i in range(a.shape[0]):
        s += work[i] * work[a.shape[0] - 1 - i]
    return s


def constant_stored_over_active(a):
    s = a[0] * a[1]
    a[0] = 3.0
    return s + a[0] * a[1] * a[2]


def cleared_after_use(a):
    s = 0.0
    for i in range(a.shape[0]):
        s += a[i] * a[i]
    a[:] = 0.0
    for i in range(a.shape[0]):
        s += a[i] * s
    return s


def cleared_before_use(a, b):
    a[:] = 0.0
    for i in range(a.shape[0]):
        a[i] += b[i] * b[i]
    return a[0] * a[1] + a[2]


def middle_cleared(a):
    a[1:3] = 0.0
    return a[0] * a[0] + a[1] * a[1] + a[2] + a[3] * a[0]


def scratch_refilled(a, n):
    scratch = np.empty(a.shape[0])
    s = 0.0
    for k in range(n):
        for i in range(a.shape[0]):
            scratch[i] = a[i] * a[i] + k * s
        for i in range(a.shape[0]):
            s += math.sin(scratch[i]) * scratch[0]
    return s


def scratch_gathered(a, order):
    scratch = np.zeros(a.shape[0])
    s = 0.0
    for k in range(3):
        for i in range(a.shape[0]):
            scratch[i] = math.exp(-a[i] * (k + 1))
        for i in range(order.shape[0]):
            s += scratch[order[i]] * scratch[i]
    return s


def forward_substitution(l, b, x):  # noqa: E741
    for i in range(b.shape[0]):
        t = b[i]
        for j in range(i):
            t -= l[i, j] * x[j]
        x[i] = t / l[i, i]
    return x[b.shape[0] - 1] * x[0]


def copy_then_overwrite_source(a, b):
    b[:] = a
    for i in range(a.shape[0]):
        a[i] = math.sin(a[i])
    s = 0.0
    for i in range(a.shape[0]):
        s += a[i] * b[i]
    return s


def copy_of_one(a, b):
    b[:1] = a[1:2]
    return b[0] * b[0] * a[1]


def overlapping_copy(a):
    a[1:] = a[:-1]
    return a[0] * a[1] + a[2] * a[2] * a[3]


def overlapping_copy_down(a):
    a[:-1] = a[1:] * a[1:]
    return a[0] * a[1] + a[2] * a[3]


def through_integer_registers(a, b):
    source = a.view(np.int64)
    target = b.view(np.int64)
    for i in range(a.shape[0]):
        target[i] = source[a.shape[0] - 1 - i]
    s = 0.0
    for i in range(b.shape[0]):
        s += b[i] * b[i] * (i + 1)
    return s


def integers_stay_constant(a, index, count):
    s = 0.0
    for i in range(index.shape[0]):
        s += a[index[i]] * a[index[i]] * count
        index[i] = index[i] + 1
        count = index[i] * 2
    return s * index[0]


def scatter_with_collisions(a, index, out):
    for i in range(a.shape[0]):
        out[index[i]] += a[i] * a[i]
    s = 0.0
    for i in range(out.shape[0]):
        s += out[i] * out[i]
    return s


def swap_elements(a):
    n = a.shape[0]
    for i in range(n // 2):
        a[i], a[n - 1 - i] = a[n - 1 - i] * 2.0, a[i]
    s = 0.0
    for i in range(n):
        s += a[i] * a[i] * i
    return s


def rotation_in_place(a, angle):
    c = math.cos(angle)
    s = math.sin(angle)
    for j in range(a.shape[1]):
        x = a[0, j]
        y = a[1, j]
        a[0, j] = c * x - s * y
        a[1, j] = s * x + c * y
    return a[0, 0] * a[1, 1] + a[0, 1]


def prefix_sums_in_place(a):
    for i in range(1, a.shape[0]):
        a[i] += a[i - 1]
    p = 1.0
    for i in range(a.shape[0]):
        p *= a[i]
    return p


def relaxation(u, rounds):
    n = u.shape[0]
    m = u.shape[1]
    for _ in range(rounds):
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                u[i, j] = 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] * u[i, j + 1])
    s = 0.0
    for i in range(n):
        for j in range(m):
            s += u[i, j] * u[i, j]
    return s


def heat_with_two_buffers(u, rounds):
    n = u.shape[0]
    old = u
    new = np.zeros_like(u)
    for _ in range(rounds):
        for i in range(1, n - 1):
            new[i] = old[i] + 0.2 * (old[i - 1] - 2.0 * old[i] + old[i + 1]) * old[i]
        old, new = new, old
    s = 0.0
    for i in range(n):
        s += old[i] * old[i]
    return s


def cholesky_in_place(a):
    n = a.shape[0]
    for j in range(n):
        for k in range(j):
            for i in range(j, n):
                a[i, j] -= a[i, k] * a[j, k]
        a[j, j] = math.sqrt(a[j, j])
        for i in range(j + 1, n):
            a[i, j] /= a[j, j]
    s = 0.0
    for i in range(n):
        s += math.log(a[i, i])
    return s + a[n - 1, 0]


def elimination(a, b):
    n = a.shape[0]
    for k in range(n):
        for i in range(k + 1, n):
            factor = a[i, k] / a[k, k]
            for j in range(k, n):
                a[i, j] -= factor * a[k, j]
            b[i] -= factor * b[k]
    for i in range(n - 1, -1, -1):
        for j in range(i + 1, n):
            b[i] -= a[i, j] * b[j]
        b[i] /= a[i, i]
    return b[0] * b[0] + b[n - 1]


def tridiagonal_solve(d, u, b):
    n = d.shape[0]
    for i in range(1, n):
        w = u[i - 1] / d[i - 1]
        d[i] -= w * u[i - 1]
        b[i] -= w * b[i - 1]
    b[n - 1] /= d[n - 1]
    for i in range(n - 2, -1, -1):
        b[i] = (b[i] - u[i] * b[i + 1]) / d[i]
    return b[0]


def matrix_product(a, b, c):
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            c[i, j] = 0.0
            for k in range(a.shape[1]):
                c[i, j] += a[i, k] * b[k, j]
    s = 0.0
    for i in range(c.shape[0]):
        for j in range(c.shape[1]):
            s += c[i, j] * c[i, j]
    return s


def outputs_into_arguments(x, sines, squares):
    for i in range(x.shape[0]):
        sines[i] = math.sin(x[i])
        squares[i] = x[i] * x[i] * sines[i]
    return squares


def views_of_one_buffer(a):
    head = a[: a.shape[0] // 2]
    tail = a[a.shape[0] // 2 :]
    for i in range(head.shape[0]):
        head[i] = head[i] * tail[i]
        tail[i] = math.sin(head[i])
    s = 0.0
    for i in range(a.shape[0]):
        s += a[i] * a[i]
    return s


def overlapping_views(a):
    left = a[:-1]
    right = a[1:]
    for i in range(left.shape[0]):
        right[i] = left[i] * right[i]
    return a[a.shape[0] - 1] * left[0] * right[0]


def same_slot_twice(a, i, j):
    x = a[i] * a[j]
    a[i] = x
    y = a[j] * x
    a[j] = y
    return a[i] * y


def long_chain_of_small_values(a):
    s = 0.0
    for i in range(a.shape[0]):
        u = math.sin(a[i]) * a[i]
        v = math.exp(-u * u)
        w = v / (1.0 + v)
        a[i] = w
        s += w * w
    return s


def value_needed_twice(a):
    s = 0.0
    t = 1.0
    for i in range(a.shape[0]):
        e = math.exp(a[i] * t)
        s += e * e * t
        t = e / (1.0 + s)
        a[i] = t
    return s * t


SCENARIOS = (
    Scenario(square_in_place_then_sum, [(signed(4),)], derivative=lambda a: [2 * a]),
    Scenario(
        squared_again_and_again,
        [(numbers(3), n) for n in (0, 1, 3)],
        derivative=lambda a, n: [[2**n * a[0] ** (2**n - 1), 2**n * a[1] ** (2**n - 1), 0.0]],
    ),
    Scenario(read_write_read, [(np.array([1.7]),)], derivative=lambda a: [3 * a**2]),
    Scenario(scalar_through_memory, [(0.8, np.zeros(2))], argnums=(0,)),
    Scenario(work_buffer, [(numbers(5), np.zeros(5))], argnums=(0,)),
    Scenario(constant_stored_over_active, [(numbers(3),)], derivative=lambda a: [[a[1], a[0] + 3 * a[2], 3 * a[1]]]),
    Scenario(cleared_after_use, [(signed(5),), (signed(0),)], derivative=lambda a: [2 * a]),
    Scenario(
        cleared_before_use,
        [(signed(3), numbers(3))],
        derivative=lambda a, b: [[0, 0, 0, 2 * b[0] * b[1] ** 2, 2 * b[0] ** 2 * b[1], 2 * b[2]]],
    ),
    Scenario(middle_cleared, [(numbers(4),)], derivative=lambda a: [[2 * a[0] + a[3], 0, 0, a[0]]]),
    Scenario(scratch_refilled, [(numbers(4), 3), (numbers(4), 0)]),
    Scenario(scratch_gathered, [(numbers(4), np.array([2, 0, 2, 3]))]),
    Scenario(forward_substitution, [(numbers(4, 4) + 2 * np.eye(4), numbers(4), np.zeros(4))], argnums=(0, 1)),
    Scenario(copy_then_overwrite_source, [(numbers(5), np.zeros(5))], argnums=(0,)),
    Scenario(copy_of_one, [(numbers(3), np.zeros(3))], derivative=lambda a, b: [[0, 3 * a[1] ** 2, 0, 0, 0, 0]]),
    Scenario(overlapping_copy, [(numbers(4),)]),
    Scenario(overlapping_copy_down, [(numbers(4),)]),
    Scenario(
        through_integer_registers,
        [(numbers(4), np.zeros(4))],
        argnums=(0,),
        derivative=lambda a, b: [2 * a * np.arange(a.size, 0, -1)],
        bits=True,
    ),
    Scenario(integers_stay_constant, [(numbers(5), np.array([1, 3, 0]), 7)]),
    Scenario(scatter_with_collisions, [(numbers(6), np.array([0, 2, 2, 0, 1, 2]), np.zeros(3))], argnums=(0,)),
    Scenario(swap_elements, [(numbers(5),)]),
    Scenario(rotation_in_place, [(numbers(2, 3), 0.7)]),
    Scenario(prefix_sums_in_place, [(numbers(5),)]),
    Scenario(relaxation, [(numbers(4, 5), 3)]),
    Scenario(heat_with_two_buffers, [(numbers(6), n) for n in (3, 2, 0)]),
    Scenario(cholesky_in_place, [(0.1 * numbers(4, 4) + 2 * np.eye(4),)]),
    Scenario(elimination, [(0.3 * numbers(4, 4) + 2 * np.eye(4), numbers(4))]),
    Scenario(tridiagonal_solve, [(numbers(5) + 3.0, numbers(4), numbers(5))]),
    Scenario(matrix_product, [(numbers(2, 3), signed(3, 4), np.zeros((2, 4)))], argnums=(0, 1)),
    Scenario(outputs_into_arguments, [(numbers(4), np.zeros(4), np.zeros(4))], argnums=(0,)),
    Scenario(views_of_one_buffer, [(numbers(6),)]),
    Scenario(overlapping_views, [(numbers(4),)]),
    Scenario(same_slot_twice, [(numbers(3), 0, 1), (numbers(3), 1, 1)]),
    Scenario(long_chain_of_small_values, [(numbers(6),)]),
    Scenario(value_needed_twice, [(0.5 * numbers(5),)]),
)
