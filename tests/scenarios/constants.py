"""What carries no derivative, or only through its parameters: random draws, strings, flags, what functions of C compute from constants."""

from __future__ import annotations

import ctypes

import numpy as np

from scenarios.scenario import Scenario, numbers

LIBRARY = ctypes.CDLL(None)
HALVED = LIBRARY.ldexp
HALVED.restype, HALVED.argtypes = ctypes.c_double, [ctypes.c_double, ctypes.c_int]
SET_BYTES = LIBRARY.memset
SET_BYTES.restype, SET_BYTES.argtypes = ctypes.c_size_t, [ctypes.c_size_t, ctypes.c_int, ctypes.c_size_t]


def random_weights(x):
    np.random.seed(3)
    weights = np.random.rand(len(x))
    scale = np.random.normal(0.0, 1.0) + np.random.random()
    k = np.random.randint(0, 3)
    order = np.random.permutation(len(x))
    np.random.shuffle(weights)
    s = x[k] * x[order[0]] * np.random.poisson(20.0)
    for i in range(len(x)):
        s += scale * weights[i] * x[i] * x[i]
    return s


def drawn_with_parameters(x):
    np.random.seed(5)
    return np.random.normal(x[0], x[1]) * np.random.uniform(x[0], x[2]) * np.random.exponential(x[0])


def strings_and_flags(x, mode):
    s = x[0]
    if mode == "square":
        s = s * s
    elif mode.startswith("cu"):
        s = s**3
    names = ("a", "bb")
    flag = x[0] > x[1]
    count = 0
    for v in x:
        if (v > 1) == flag:
            count += 2
    return s * len(names[1]) * len(mode + "x") + (x[0] * count if flag else x[1] * float(count))


def constants_through_c(x, n):
    ones = np.ones(3, np.int64)
    SET_BYTES(ones.ctypes.data + 8, 0, 8)
    return x[0] * ones[1] + x[1] * ones[0] + HALVED(3.0, n) * x[0] * x[0]


SCENARIOS = (
    Scenario(random_weights, [(numbers(5),)]),
    Scenario(drawn_with_parameters, [(numbers(3),)]),
    Scenario(strings_and_flags, [(numbers(5), "square"), (numbers(5)[::-1].copy(), "cube"), (numbers(5), "")], argnums=(0,)),
    Scenario(constants_through_c, [(numbers(2), -1)], argnums=(0,), derivative=lambda x, n: [[3.0 * x[0], 1.0]]),
)
