"""digamma against mpmath, and libm's functions lane by lane."""

from __future__ import annotations

import ctypes
import math
import random
from collections.abc import Callable

import mpmath
import numpy as np
import pytest

from irad_passes.ir import types as T
from irad_passes.ir.builder import Builder
from irad_passes.ir.model import Module, Value
from irad_passes.rules.special import digamma
from irad_passes.rules.val import Number, Val, apply
from tests.passes.rules.machine import machine_code, on_pointers


def code_of(function: Callable[..., Number], type_: T.Type, arity: int, *declarations: str) -> Callable[..., None]:
    """Machine code of a function of pointers: to where its result goes, and to its operands."""

    def body(builder: Builder, operands: list[Value]) -> Value:
        result = function(*(Val(builder, operand, type_) for operand in operands))
        assert isinstance(result, Val)
        return result.value

    module = Module({"f": on_pointers("f", [type_] * arity, body)}, trailer=list(declarations))
    return ctypes.CFUNCTYPE(None, *(ctypes.c_void_p,) * (arity + 1))(machine_code(module)["f"])


@pytest.fixture(scope="module")
def machine_digamma() -> Callable[[float], float]:
    code = code_of(digamma, T.DOUBLE, 1)

    def call(x: float) -> float:
        given, result = np.array(x), np.empty(())
        code(result.ctypes.data, given.ctypes.data)
        return float(result)

    return call


@pytest.mark.parametrize("low, high", [(1e-8, 1.0), (1.0, 20.0), (9.9, 10.1), (20.0, 1e6), (-5.0, 0.0), (-1000.0, -999.0)])
def test_digamma(machine_digamma: Callable[[float], float], low: float, high: float) -> None:
    source = random.Random(low)
    for _ in range(500):
        x = source.uniform(low, high)
        expected = mpmath.digamma(x)
        # Rounding in x moves the result by x ψ'(x): that is all that counts beside a zero or a pole.
        spread = abs(x * mpmath.polygamma(1, x)) + abs(mpmath.polygamma(0, abs(x))) + 1
        assert abs(machine_digamma(x) - expected) < 8 * np.finfo(float).eps * spread, x


def test_digamma_of_extremes(machine_digamma: Callable[[float], float]) -> None:
    assert machine_digamma(1e308) == pytest.approx(math.log(1e308), rel=1e-15)
    assert machine_digamma(math.inf) == math.inf
    assert math.isnan(machine_digamma(math.nan))
    assert math.isnan(machine_digamma(-3.0))
    assert math.isnan(machine_digamma(0.0))


def test_functions_without_intrinsic_are_called_for_each_lane() -> None:
    def hypot_of_erf(x: Number, y: Number) -> Number:
        return apply("hypot", apply("erf", x), y)

    type_ = T.vector(4, T.FLOAT)
    code = code_of(hypot_of_erf, type_, 2, "declare float @erff(float)", "declare float @hypotf(float, float)")
    x, y, result = np.float32([0.1, -0.5, 2.0, 0.0]), np.float32([1.0, 2.0, -3.0, 4.0]), np.empty(4, np.float32)
    code(result.ctypes.data, x.ctypes.data, y.ctypes.data)
    np.testing.assert_allclose(result, [math.hypot(math.erf(a), b) for a, b in zip(x, y, strict=True)], rtol=4 * np.finfo(np.float32).eps)


def test_operations_on_no_number_are_refused() -> None:
    with pytest.raises(TypeError, match="one operand at least must be a Number"):
        apply("sin", 1.0)
