"""Functions of every kind that capture is tried on: ``KERNELS`` pairs each with arguments."""

from __future__ import annotations

import math
from collections import namedtuple

import numpy as np
from numba import float64, guvectorize, njit, prange, stencil, types, vectorize
from numba.experimental import jitclass

GLOBAL_SCALAR, GLOBAL_ARRAY = 2.5, np.arange(6.0).reshape(2, 3)
LARGE_ARRAY, STRIDED_ARRAY = np.linspace(0.0, 1.0, 200_000), np.arange(10.0)[::2]
Pair = namedtuple("Pair", "left right")
x, m = np.linspace(0.5, 2.0, 7), np.arange(1.0, 13.0).reshape(3, 4)
record = np.array([(1.5, 2)], dtype=[("a", "f8"), ("b", "i8")])


@njit
def square(a):
    return a * a


@njit
def distance(a, b):
    return square(a - b) + square(a + b)


@njit
def power_sum(a, n=3, scale=2.0):
    return scale * a**n


@njit(float64(float64))
def explicit(a):
    return 3 * a


@njit(inline="always")
def spliced(a):
    return a + 1


@njit
def factorial(a):
    return 1.0 if a <= 1.0 else a * factorial(a - 1)


@njit
def even(a, n):
    return a if n == 0 else 2 * odd(a, n - 1)


@njit
def odd(a, n):
    return -a if n == 0 else 3 * even(a, n - 1)


@vectorize
def vectorized(a, b):
    return a * b if a > b else a - b


@guvectorize([(float64[:], float64, float64[:])], "(n),()->(n)")
def guvectorized(a, b, out):
    for i in range(a.shape[0]):
        out[i] = a[i] * b


@stencil
def neighbours(a):
    return a[-1] - 2 * a[0] + a[1]


@jitclass([("weight", float64)])
class Scaler:
    def __init__(self, weight):
        self.weight = weight

    def apply(self, a):
        return self.weight * square(a)


@njit
def make_adder(step):
    def add(a):
        return a + step

    return add(step)


def plus(offset):
    @njit
    def add(a):
        return a + offset

    return add


add_two, add_array = plus(2.0), plus(np.array([1.0, 2.0]))


@njit
def scalar(a, b):
    return math.sin(a) * math.exp(b) / a


@njit
def for_loop(a):
    s = 0.0
    for i in range(1, a.shape[0]):
        s += a[i] * a[i - 1]
    return s


@njit
def while_loop(a):
    n = 0
    while a > 1e-3:
        a, n = a / 2, n + 1
    return a * n


@njit
def break_continue(a):
    s = 0.0
    for i in range(a.size - 1, -1, -1):
        if a[i] > 1.8:
            continue
        if a[i] < 0.6:
            break
        s += a[i]
    return s


@njit
def nested(a):
    s = 0.0
    for i in range(a.shape[0]):
        for j in range(i + 1):
            s += a[i, j] * a[j, i]
    return s


@njit
def cube(a):
    s = 0.0
    for i, j, k in np.ndindex(a.shape):
        s += a[i, j, k] * (i + j - k)
    return s


@njit
def in_place(a):
    b = a.copy()
    for i in range(1, b.size):
        b[i] += b[i - 1] ** 2
    return b


@njit
def swap(pair):
    a, b = pair
    return b.sum(), a


@njit
def named(pair):
    return pair.left * pair.right[0]


@njit
def closures(a):
    return add_two(a) + add_array(a)[1] + make_adder(a)


@njit
def constants(a):
    return a * GLOBAL_SCALAR + GLOBAL_ARRAY[1, 2]


@njit
def small_constants(i):
    return GLOBAL_ARRAY[i, i]


@njit
def large_constants(i):
    return LARGE_ARRAY[i] + STRIDED_ARRAY[i]


@njit
def helpers(a):
    s = 0.0
    for i in range(a.size):
        s += distance(a[i], 1.0) + explicit(a[i]) + spliced(a[i])
    return s


@njit
def defaults(a, b=1.5, c=None):
    return power_sum(a) + power_sum(a, n=2) + power_sum(n=4, a=b, scale=1.0)


@njit
def star(*values):
    return values[0] * len(values) + values[1]


@njit
def call_star(a):
    return star(a, 2.0, 3)


@njit
def expression(a):
    return np.sqrt(a**2 + 2 * a * np.cos(a) + 5.0)


@njit
def reductions(a):
    return np.sum(a) + np.mean(a) + a.max() + np.prod(a) + np.std(a)


@njit
def axis(a):
    return a.sum(axis=0) + np.linspace(0.0, 1.0, 4)


@njit
def broadcast(a):
    return (a * a[0] - a[:, :1]).sum()


@njit
def slices(a):
    b = np.zeros_like(a)
    b[1:-1] = a[2:] - a[:-2]
    b[::2] += 1.0
    return b


@njit
def raises(a):
    if a < 0:
        raise ValueError("negative", a)
    assert a < 100
    return math.sqrt(a)


@njit(boundscheck=True)
def checked(a, i):
    return a[i]


@njit(error_model="numpy", fastmath=True, nogil=True)
def options(a):
    s = 0.0
    for i in range(a.size):
        s += 1.0 / a[i]
    return s


@njit(parallel=True)
def parallel(a):
    s = 0.0
    for i in prange(a.size):
        s += a[i] ** 2
    return s


@njit(locals={"b": types.float32})
def local_types(a):
    b = a / 3
    return b


@njit
def ufuncs(a):
    out = np.empty_like(a)
    guvectorized(a, 2.0, out)
    return vectorized(a, 1.0) + out


@njit
def stencils(a):
    return neighbours(a)


@njit
def recursion(a):
    return factorial(a) + even(a, 5)


@njit
def objects(a):
    return Scaler(2.0).apply(a)


@njit
def argument_function(function, a):
    return function(a)


@njit
def pass_function(a):
    return argument_function(square, a) + argument_function(add_two, a)


@njit
def integers(a, n):
    return (a // 3 + n % 4, n << 2, a > n)


@njit
def complex_numbers(z):
    return abs(z * z + 1j)


@njit
def records(r):
    return r[0].a * r[0].b


@njit
def lists(n):
    values = [0.5]
    for i in range(n):
        values.append(values[-1] * i + 1)
    return sum(values)


@njit
def several(a):
    return a.sum(), (a[0], a[::-1])


@njit
def optional(a):
    return a if a > 1 else None


@njit
def powers(a, n):
    return a**2, a**-3, a**n, a ** np.uint8(n), math.pow(a, n), pow(a, 5)


KERNELS = [
    (scalar, (0.7, 0.3)), (for_loop, (x,)), (for_loop, (x[::2],)), (for_loop, (x.astype(np.float32),)), (while_loop, (5.0,)),
    (break_continue, (x,)), (nested, (m[:, :3],)), (nested, (np.asfortranarray(m[:, :3]),)), (cube, (np.ones((2, 3, 4)),)),
    (in_place, (x,)), (in_place, (x[::-1],)), (swap, ((1.5, x),)), (named, (Pair(2.0, x),)), (closures, (1.25,)),
    (constants, (2.0,)), (small_constants, (1,)), (large_constants, (3,)), (helpers, (x,)), (defaults, (1.1,)),
    (call_star, (1.5,)), (star, (1.5, 2, 3.0)),
    (expression, (m,)), (reductions, (x,)), (axis, (m,)), (broadcast, (m,)), (slices, (x,)), (raises, (2.0,)), (checked, (x, 2)),
    (options, (np.ones(4),)), (parallel, (x,)), (local_types, (1.0,)), (ufuncs, (x,)), (stencils, (x,)), (recursion, (5.0,)),
    (objects, (1.5,)), (pass_function, (1.5,)), (integers, (7, 2)), (complex_numbers, (1 + 2j,)),
    (records, (record,)), (lists, (5,)), (several, (x,)), (optional, (0.5,)), (powers, (1.1, 3)), (powers, (np.float32(1.1), -2)),
]
