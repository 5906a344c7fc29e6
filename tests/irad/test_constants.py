"""What carries no derivative is computed once, as the primal computes it; what cannot be followed is an error."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest
from numba import njit, objmode

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
                      r"\(test_constants.py:67\)"),
    (through_unnamed_address, r"the call to `CFunctionType at 0x[0-9a-f]+`.*, in `through_unnamed_address` \(test_constants.py:72\)"),
    (memory_to_address, r"the call to `memset at 0x[0-9a-f]+`.*, in `memory_to_address` \(test_constants.py:7\d\)"),
])
def test_active_values_in_foreign_functions(function, words, mode):
    with pytest.raises(NoDerivativeError, match=words) as caught:
        MODES[mode](function)
    assert " at 0x" in caught.value.callee


@njit
def with_object_mode(x):
    with objmode(n="int64"):
        n = len(x)
    return x[0] * n


def test_object_mode():
    with pytest.raises(UnsupportedError, match=r"with objmode` block.*Compute it before the call and pass it as an argument"):
        irad.gradient(with_object_mode)(X)
