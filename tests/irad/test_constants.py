"""What carries no derivative is computed once, as the primal computes it; what cannot be followed is an error."""

from __future__ import annotations

import ctypes
import math

import numpy as np
import pytest
from numba import njit, objmode, typed
from numba.extending import get_cython_function_address

import irad
from irad.errors import NoDerivativeError, UnsupportedError

X = np.array([0.5, 1.5, 2.5])
SINE = ctypes.CDLL(None).ldexp
SINE.restype, SINE.argtypes = ctypes.c_double, [ctypes.c_double, ctypes.c_int]
UNNAMED = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_double, ctypes.c_int)(ctypes.cast(SINE, ctypes.c_void_p).value)
SET_BYTES = ctypes.CDLL(None).memset
SET_BYTES.restype, SET_BYTES.argtypes = ctypes.c_size_t, [ctypes.c_size_t, ctypes.c_int, ctypes.c_size_t]
MODES = {
    "reverse": lambda f: irad.gradient(f)(X),
    "forward": lambda f: irad.jvp(f)((X,), (np.ones(3),)),
    "forward over reverse": lambda f: irad.jvp(irad.gradient(f))((X,), (np.ones(3),)),
}


@njit
def seeded(seed):
    np.random.seed(seed)


@njit
def following():
    return np.random.random()


@njit
def noisy(x):
    return np.random.normal(x[0], x[1]) * np.random.random() * x[2]


@pytest.mark.parametrize("mode", MODES)
def test_draws_are_those_of_the_primal(mode):
    seeded(1)
    noisy(X)
    expected = following()
    seeded(1)
    MODES[mode](noisy)
    assert following() == expected


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_all_columns_and_rows_are_of_the_same_draws(mode):
    scaled = njit(lambda x: np.random.random() * x)
    seeded(1)
    first, second = following(), following()
    seeded(1)
    matrix = irad.jacobian(scaled, mode=mode, chunk=2)(np.ones(5)) if mode == "forward" else irad.jacobian(scaled, mode=mode)(np.ones(5))
    np.testing.assert_array_equal(matrix, first * np.eye(5))
    assert following() == second


def test_slopes_of_other_draws_are_refused():
    with pytest.raises(UnsupportedError, match="draws random numbers, and would draw others for each entry of argnums"):
        irad.derivative(njit(lambda x, y: np.random.random() * x * y), (0, 1))(1.0, 2.0)


@njit
def drawn(x, generator, flag=None, factor=None):
    y = generator.normal() * x[0] * x[1] + generator.random() * x[2] ** 2
    found = None
    if flag is not None:
        found = x[0] * y
    if factor is not None:
        y *= factor
    return y if found is None else found * 1.0


def test_generators_and_optional_values():
    draws = np.random.default_rng(1)
    normal, uniform = draws.normal(), draws.random()
    partial = np.array([normal * X[1], normal * X[0], 2.0 * uniform * X[2]])
    value = normal * X[0] * X[1] + uniform * X[2] ** 2
    for given, expected in (((), partial), ((None, 3.0), 3.0 * partial), ((True, 3.0), X[0] * partial + [value, 0.0, 0.0])):
        generator = np.random.default_rng(1)
        np.testing.assert_allclose(irad.gradient(drawn)(X, generator, *given), expected, rtol=1e-14)
        assert generator.bit_generator.state == draws.bit_generator.state
        moved = irad.jvp(drawn)((X, np.random.default_rng(1), *given), (np.ones(3), None, *(None for _ in given)))[1]
        np.testing.assert_allclose(moved, sum(expected), rtol=1e-14)
    with pytest.raises(UnsupportedError, match="changes its argument 'generator', and would do so once for each row or column"):
        irad.jacobian(drawn)(X, np.random.default_rng(1))


@njit
def printing(x):
    y = x[0] * x[1]
    print("the product is", y, 7)
    return y * y


@pytest.mark.parametrize("mode", MODES)
def test_prints_once(mode, capfd):
    MODES[mode](printing)
    assert capfd.readouterr().out == "the product is 0.75 7\n"


@njit
def through_address(x):
    return SINE(x[0], 1) * x[1]


@njit
def through_unnamed_address(x):
    return UNNAMED(x[0], 1) * x[1]


@njit
def memory_to_address(x):
    y = x * 2.0
    SET_BYTES(y.ctypes.data + 8, 0, 8)
    return y[0] * y[1]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("function", "words"), [
    (through_address, r"the call to `ldexp at 0x[0-9a-f]+`, of which only the address is known, in `through_address` "
                      rf"\(test_constants.py:{through_address.py_func.__code__.co_firstlineno + 2}\)"),
    (through_unnamed_address, r"the call to `CFunctionType at 0x[0-9a-f]+`.*, in `through_unnamed_address` \(test_constants.py:\d+\)"),
    (memory_to_address, r"the call to `memset at 0x[0-9a-f]+`.*, in `memory_to_address` \(test_constants.py:\d+\)"),
])
def test_active_values_in_foreign_functions(function, words, mode):
    with pytest.raises(NoDerivativeError, match=words) as caught:
        MODES[mode](function)
    assert " at 0x" in caught.value.callee


def by_address(symbol, *types):
    function = ctypes.CDLL(None)[symbol]
    function.restype, function.argtypes = types[0], types[1:]
    return function


ANGLE = by_address("atan2", ctypes.c_double, ctypes.c_double, ctypes.c_double)
ROOT = by_address("sqrtf", ctypes.c_float, ctypes.c_float)
BESSEL = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_double)(get_cython_function_address("scipy.special.cython_special", "j0"))


@pytest.mark.parametrize("mode", MODES)
def test_functions_of_libm_have_their_rules(mode):
    def function(x):
        return ANGLE(x[0], x[1] * x[2]) * ROOT(x[2])

    def same(x):
        return math.atan2(x[0], x[1] * x[2]) * math.sqrt(np.float32(x[2]))

    for found, expected in zip(MODES[mode](njit(function)), MODES[mode](njit(same)), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-6)  # the root of a float32


@pytest.mark.parametrize("mode", MODES)
def test_functions_of_scipy_are_named(mode):
    np.testing.assert_allclose(irad.gradient(njit(lambda x: x[0] * BESSEL(2.0)))(X)[0], 0.22389077914123567, rtol=1e-15)
    with pytest.raises(NoDerivativeError, match=r"the call to `scipy\.special\.j0 at 0x[0-9a-f]+`.*\(test_constants.py:\d+\)") as caught:
        MODES[mode](njit(lambda x: BESSEL(x[0])))
    assert caught.value.callee.startswith("scipy.special.j0 at 0x") and caught.value.line is not None


def triangle(n):
    if n < 0:
        raise ValueError("negative", n)
    return sum(range(n))


@njit
def from_python(x, n, k, table):
    with objmode(y="float64"):
        y = float(triangle(n)) * k[1].real
        table[:] = np.sort(table)[::-1]
    return y * x[0] * table[0] * x[1] + table[1] * x[2]


def test_python_of_what_is_constant():
    def arguments():
        return X.copy(), 3, (True, 2.0 + 1j), np.array([4.0, 7.0])

    expected = [6.0 * 7.0 * X[1], 6.0 * 7.0 * X[0], 4.0]
    np.testing.assert_array_equal(irad.gradient(from_python)(*arguments()), expected)
    ones = np.ones(3), None, None, None
    assert irad.jvp(from_python)(arguments(), ones) == (from_python(*arguments()), sum(expected))
    np.testing.assert_array_equal(irad.jvp(irad.gradient(from_python))(arguments(), ones)[1], [42.0, 42.0, 0.0])
    for derivative in (irad.gradient(from_python), njit(lambda *args: irad.gradient(from_python)(*args))):
        with pytest.raises(ValueError, match="negative"):
            derivative(X, -1, (True, 2j), X + 0.0)


@njit
def float_to_python(x):
    y = x[0] * x[1]
    with objmode(z="float64"):
        z = np.cos(y)
    return z * x[2]


@njit
def tuple_to_python(x):
    pair = (1, (x[0], 2j * x[1]))
    with objmode(z="float64"):
        z = pair[1][0]
    return z * x[2]


@njit
def array_to_python(x):
    y = x * 2.0
    with objmode(z="float64"):
        z = y.sum()
    return z * x[2]


@njit
def active_array_to_python(x):
    y = np.zeros(3)
    y[0] = x[0]
    with objmode():
        y[1] = 2.0
    return y[1] * x[2]


@njit
def active_list_to_python(x):
    values = typed.List([x[0]])
    with objmode():
        values.append(2.0)
    return values[0] * x[2]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("function", [active_array_to_python, active_list_to_python, float_to_python, tuple_to_python, array_to_python])
def test_python_of_what_is_active(function, mode):
    words = rf"inputs goes to Python .* or to be printed\), in `{function.__name__}` \(test_constants.py:\d+\)\. irad"
    with pytest.raises(UnsupportedError, match=words):
        MODES[mode](function)


KEPT = []


@njit
def filled_by_python(x):
    y = np.empty(3)
    with objmode():
        y[:] = 1.0
        KEPT.append(y)
    s = x[0]
    for i in range(3):
        s *= x[i] * y[i]
        with objmode():
            KEPT[-1][:] += 1.0
    return s + y[0] * x[1]


@pytest.mark.parametrize("operator", [irad.gradient, lambda f: lambda x: irad.jacobian(f, mode="forward")(x)])
def test_arrays_that_python_fills_and_keeps(operator):
    expected = 6.0 * X[0] * X.prod() / X * [2.0, 1.0, 1.0] + [0.0, 4.0, 0.0]
    np.testing.assert_allclose(operator(filled_by_python)(X), expected, rtol=1e-14)
    np.testing.assert_array_equal(KEPT[-1], 4.0)


@njit
def array_from_python(x):
    with objmode(k="intp", y="float64[:]"):
        k, y = 1, np.ones(3)
    return y[k] * x[2]


@njit
def integers_from_python(x):
    with objmode(order="intp[:]"):
        order = np.arange(3)[::-1].copy()
    return x[order[0]] * x[2]


@pytest.mark.parametrize("mode", MODES)
def test_arrays_from_python(mode):
    with pytest.raises(UnsupportedError, match=r"block at .*test_constants.py:\d+ returns an array, array\(float64, 1d, A\), whose"):
        MODES[mode](array_from_python)
    np.testing.assert_array_equal(irad.gradient(integers_from_python)(X), [0.0, 0.0, 2.0 * X[2]])
