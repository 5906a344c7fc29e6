"""Captured text is valid, clean, and computes what Numba's own function computes."""

from __future__ import annotations

import gc
import math
import re
import threading
import weakref

import llvmlite.binding as llvm
import numpy as np
import pytest
from numba import float64, int64, jit, njit, typeof, types
from numba.core import config
from numba.core.errors import TypingError
from numba.extending import intrinsic, overload, overload_classmethod

import kernels
from irad.errors import UnsupportedError
from irad.numba_ import target
from irad.numba_.capture import capture
from running import runnable

RECURSIVE = {"factorial", "even", "odd"}


def captured(function, *arguments):
    return capture(function, tuple(map(typeof, arguments)))


@pytest.mark.parametrize("function, arguments", kernels.KERNELS, ids=lambda v: getattr(v, "__name__", None) or "")
def test_kernel(function, arguments):
    result = captured(function, *arguments)

    module = llvm.parse_assembly(result.text)
    module.verify()
    assert not re.search(r"<\d+ x ", result.text)
    assert not module.get_function(result.name).is_declaration
    defined = {f.name for f in module.functions if not f.is_declaration}
    called = defined & set(re.findall(r'\bcall [^@]*@"?([^"( ]+)', result.text))
    assert all(name.startswith(("NRT_", "irad.powi")) or any(r in name for r in RECURSIVE) for name in called)

    assert captured(function, *arguments) is result
    assert capture(function, result.arguments) is result
    np.testing.assert_equal(runnable(result)(*arguments), function(*arguments))


def test_nothing_is_compiled_for_the_machine():
    @njit
    def outer(a):
        return kernels.distance(a, 2.0) * a**3

    before = set(kernels.distance.signatures)
    captured(outer, 1.0)
    assert not outer.signatures
    assert set(kernels.distance.signatures) == before
    assert not hasattr(target.ADDispatcher.targetdescr.target_context.codegen(), "_engine")


def test_loops_stay_loops():
    text = captured(kernels.for_loop, kernels.x).text
    body = text[text.index("define"):text.index("\n}")]
    assert body.count("fmul") == 1 and "unroll" not in text


def test_how_much_numba_optimises_makes_no_difference(monkeypatch):
    def text():
        result = captured(njit(lambda x, n: np.sum(x[:n] * x[1]) + x[n]), np.ones(3), 2)
        return re.sub(r"v\d+B\d+", "", result.text.replace(result.name, "f"))

    as_usual = text()
    monkeypatch.setattr(config, "OPT", type(config.OPT)(0))
    assert text() == as_usual


def test_constant_powers_are_multiplications():
    @njit
    def f(a):
        return a**2 + a**-5 + math.pow(a, 3)

    text = captured(f, 1.0).text
    assert "irad.powi" not in text and "llvm.pow" not in text
    assert runnable(capture(f, (float64,)))(1.7) == f(1.7)


@pytest.mark.parametrize("a", [1.7, np.float32(1.7)])
@pytest.mark.parametrize("n", [0, 1, 6, -1, -5, 65_536, 65_537])
def test_powers_that_become_constant_are_multiplications(a, n):
    @njit
    def f(a):
        return power(a, n)

    result = captured(f, a)
    assert ("irad.powi" in result.text) == (n > 65_536)
    assert_same_outcome(runnable(result), f, a)


@njit
def power(a, n):
    return a**n


@pytest.mark.parametrize("real", [np.float64, np.float32])
@pytest.mark.parametrize("integer", [np.int64, np.int32, np.uint64, np.uint8])
def test_run_time_powers_agree_bit_for_bit(real, integer):
    result = captured(power, real(1), integer(1))
    assert re.search(rf"call \w+ @irad\.powi\.f{np.dtype(real).itemsize * 8}\(", result.text)
    run = runnable(result)
    bases = [real(b) for b in (0.0, -0.0, 1.0, -1.0, 0.3, -1.7, 1.0001, 1e-30, np.inf, np.nan)]
    exponents = {0, 1, 2, 3, 7, 100, 65535, 65536, 65537, 100_000, -1, -2, -3, -65536, -65537, np.iinfo(integer).max}
    for base in bases:
        for exponent in sorted(exponents):
            if np.iinfo(integer).min <= exponent <= np.iinfo(integer).max:
                assert_same_outcome(run, power, base, integer(exponent))


def test_error_model_decides_about_negative_powers_of_zero():
    lenient = njit(error_model="numpy")(power.py_func)
    assert runnable(capture(lenient, (float64, int64)))(0.0, -2) == np.inf
    run = runnable(capture(power, (float64, int64)))
    for base, exponent in ((0.0, -2), (1e-200, -2), (2.0, np.iinfo(np.int64).min)):
        assert_same_outcome(run, power, base, exponent)


def assert_same_outcome(first, second, *arguments):
    """Both raise the same exception, or return the same bits."""
    outcomes = []
    for function in (first, second):
        try:
            value = function(*arguments)
        except ArithmeticError as error:
            outcomes.append((type(error), str(error)))
        else:
            outcomes.append("nan" if np.isnan(value) else np.float64(value).tobytes())
    assert outcomes[0] == outcomes[1], arguments


def test_exceptions_are_the_functions_own():
    run = runnable(captured(kernels.raises, 1.0))
    with pytest.raises(ValueError, match=r"negative.*-3"):
        run(-3.0)
    with pytest.raises(AssertionError):
        run(1000.0)
    with pytest.raises(IndexError):
        runnable(captured(kernels.checked, kernels.x, 0))(kernels.x, 99)


def test_large_constant_arrays_stay_where_they_are():
    assert f"numba.dynamic.globals.{kernels.LARGE_ARRAY.ctypes.data:x}" in captured(kernels.large_constants, 1).text
    assert ".const.array.data" in captured(kernels.small_constants, 1).text


def test_a_function_as_argument_is_inlined():
    result = captured(kernels.argument_function, kernels.square, 1.0)
    assert "call" not in result.text and "fmul" in result.text


def test_defaults_are_omitted():
    result = captured(kernels.power_sum, 1.0)
    assert result.arguments == (float64, types.Omitted(3), types.Omitted(2.0))
    assert result.argument_names == ("a", "n", "scale")


def test_explicit_signatures_hold():
    assert capture(kernels.explicit, (int64,)).arguments == (float64,)


def test_noinline_keeps_a_call():
    @njit
    def inner(a):
        return a * a + 1

    inner._irad_noinline = True

    @njit
    def outer(a):
        return inner(a) * 2

    result = captured(outer, 1.0)
    assert re.search(r"call i32 @\S*inner", result.text)
    assert runnable(result)(3.0) == 20.0


def test_a_dispatcher_may_bring_its_own_twin():
    class Own(type(kernels.square)):
        def _irad_twin(self, twin_class):
            return twin_class(lambda a: a + 100)

    own = Own(lambda a: a, targetoptions={"nopython": True})

    @njit
    def outer(a):
        return own(a)

    assert runnable(captured(outer, 1.0))(1.0) == 101.0


def test_intrinsics_know_that_they_are_captured():
    @intrinsic
    def asks(typingctx):
        return types.boolean(), lambda context, builder, sig, args: context.get_constant(types.boolean, target.is_capturing(context))

    @njit
    def f():
        return asks()

    assert not f()
    assert runnable(captured(f))()


def test_fastmath_is_the_functions_own():
    assert re.search(r"fadd fast", captured(kernels.options, kernels.x).text)
    assert "fast" not in captured(kernels.for_loop, kernels.x).text


def test_errors_of_numba_come_out_as_they_are():
    @njit
    def f(a):
        return a.nonexistent

    with pytest.raises(TypingError, match="nonexistent"):
        captured(f, 1.0)


def test_object_mode_is_refused():
    @jit(forceobj=True)
    def whole(a):
        return a

    with pytest.raises(UnsupportedError, match=r"`.*whole` is compiled in object mode .*in a `with objmode` block, where it counts as"):
        captured(whole, 1.0)


@pytest.mark.filterwarnings("ignore:First-class")
def test_calls_through_variables_stay_in_the_module():
    @njit
    def choose(a, first):
        function = kernels.square if first else kernels.factorial
        return function(a)

    result = captured(choose, 3.0, True)
    assert len(re.findall(r"^define .*(?:square|factorial)", result.text, re.M)) == 2
    run = runnable(result)
    assert run(3.0, True) == 9.0
    assert run(3.0, False) == 6.0


def test_threads_get_one_result():
    @njit
    def f(a):
        return np.sin(a) * a

    results = []
    threads = [threading.Thread(target=lambda: results.append(captured(f, 1.0))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4 and len(set(map(id, results))) == 1


def test_a_capture_keeps_nothing_alive():
    def make():
        return njit(lambda a: a + 1)

    function = make()
    captured(function, 1.0)
    reference = weakref.ref(function)
    del function
    gc.collect()
    assert reference() is None


@overload_classmethod(types.Array, "irad_doubled")
def _doubled(cls, number):
    return lambda cls, number: number + number


@njit
def doubled(kind, number):
    return kind.irad_doubled(number)


ARRAY = types.TypeRef(types.Array)


def compiled_meanwhile():
    """Has `doubled` compiled for the machine while it is captured, as types of jitclasses have their constructors."""


@overload(compiled_meanwhile)
def _compiled_meanwhile():
    doubled.compile((ARRAY, float64))
    return lambda: None


def test_overloads_are_apart_from_those_of_the_machine():
    """Numba shares the type of a method among targets, with the context that met it first, and resolves in that."""
    capture(doubled, (ARRAY, int64))
    capture(njit(lambda: compiled_meanwhile()), ())
    assert doubled.nopython_signatures == [float64(ARRAY, float64)]
    assert "fadd" in capture(doubled, (ARRAY, float64)).text
