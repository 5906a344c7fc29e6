"""Vector functions in place of libm's: as right as they should be, in the derivative alone, and gone where they are not wanted."""

from __future__ import annotations

import ctypes
import math
import re
import subprocess
import sys

import cloudpickle
import llvmlite.binding as llvm
import numpy as np
import pytest
from numba import njit

import irad
from irad.numba_ import vector_math

needed = pytest.mark.skipif(not vector_math.variants(), reason="there is no libmvec here")

KERNEL = """
define void @kernel(ptr noalias %x, ptr noalias %y, ptr noalias %to, i64 %n) {{
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr {type}, ptr %x, i64 %i
  %q = getelementptr {type}, ptr %y, i64 %i
  %r = getelementptr {type}, ptr %to, i64 %i
  %a = load {type}, ptr %p
  %b = load {type}, ptr %q
  %c = call afn {type} @{name}({arguments})
  store {type} %c, ptr %r
  %next = add nuw nsw i64 %i, 1
  %done = icmp eq i64 %next, %n
  br i1 %done, label %exit, label %loop
exit:
  ret void
}}
declare {type} @{name}({types})
"""


def points(real: type) -> np.ndarray:
    """Numbers of all sizes, and the edges: a multiple of 64."""
    info, rng = np.finfo(real), np.random.default_rng(3)
    edges = [0.0, math.inf, math.nan, info.tiny, info.smallest_subnormal, info.tiny / 3, info.max, 1.0, 0.5, 1 + info.eps, 1 - info.eps / 2,
             26.0, 38.5, 45.0, 88.0, 89.0, 104.0, 150.0, 309.0, 324.0, 710.0, 746.0, 1024.0, 1075.0, 1e-8, 1e5]
    turns = np.arange(1000) * np.pi / 2
    some = [rng.uniform(0, 3, 4000), 10 ** rng.uniform(-30, 30, 2000), rng.uniform(0, 700, 1000), turns, rng.uniform(0, 1e-3, 1000), edges]
    found = np.concatenate(some)
    return np.resize(np.concatenate([found, -found]), 64 * 300).astype(real)


def computed(name: str, x: np.ndarray, y: np.ndarray, features: str) -> np.ndarray:
    """A function of libm of all numbers, by a loop that has been vectorised for a processor with ``features``."""
    real = "double" if x.dtype == np.float64 else "float"
    count = 2 if name.removesuffix("f") in vector_math.BINARY else 1
    text = vector_math.vectorisable(KERNEL.format(type=real, name=name, arguments=", ".join([f"{real} %a", f"{real} %b"][:count]),
                                                  types=", ".join([real] * count)))
    module = llvm.parse_assembly(text)
    machine = llvm.Target.from_default_triple().create_target_machine(cpu="x86-64", features=features, opt=3)
    tuning = llvm.create_pipeline_tuning_options(3)
    tuning.loop_vectorization = True
    builder = llvm.create_pass_builder(machine, tuning)
    builder.getModulePassManager().run(module, builder)
    assert re.search(r"call [^\n]*@_ZGV\w+\(", str(module)), f"{name} has not become a vector function"
    engine = llvm.create_mcjit_compiler(module, machine)
    engine.finalize_object()
    pointer = ctypes.c_void_p
    kernel = ctypes.CFUNCTYPE(None, pointer, pointer, pointer, ctypes.c_int64)(engine.get_function_address("kernel"))
    to = np.empty_like(x)
    kernel(x.ctypes.data, y.ctypes.data, to.ctypes.data, x.size)
    return to


def expected(name: str, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The same by libm itself."""
    function = getattr(ctypes.CDLL("libm.so.6"), name)
    real = ctypes.c_double if x.dtype == np.float64 else ctypes.c_float
    function.restype, count = real, 2 if name.removesuffix("f") in vector_math.BINARY else 1
    function.argtypes = [real] * count
    return np.array([function(*pair) for pair in zip(*[x.tolist(), y.tolist()][:count], strict=True)], x.dtype)


@needed
@pytest.mark.parametrize("features", ["", "+avx2", "+avx2,+avx512f"])
@pytest.mark.parametrize("name", sorted(vector_math.variants()))
def test_functions(name: str, features: str) -> None:
    """4 units in the last place, beside libm's own 1; edges as libm has them; and no value that the function cannot have."""
    if not set(features.split(",")) - {""} <= set(llvm.get_host_cpu_features().flatten().split(",")):
        pytest.skip("the processor cannot run it")
    x = points(np.float32 if name.endswith("f") and name != "erf" else np.float64)
    y = np.random.default_rng(4).permutation(x)
    found, wanted = computed(name, x, y, features), expected(name, x, y)
    np.testing.assert_array_equal(np.isnan(found), np.isnan(wanted))
    np.testing.assert_array_equal(np.isinf(found), np.isinf(wanted))
    finite = np.isfinite(wanted)
    np.testing.assert_array_equal(np.signbit(found[finite]), np.signbit(wanted[finite]))
    np.testing.assert_array_equal(found[np.isinf(wanted)], wanted[np.isinf(wanted)])
    with np.errstate(over="ignore"):
        error = np.abs(found[finite].astype(np.float64) - wanted[finite])
        assert np.all(error <= 5 * np.spacing(np.abs(wanted[finite])).astype(np.float64))
    for bound, sign in ((1.0, 1.0), (-1.0, -1.0)):
        if np.nanmax(sign * wanted) == bound * sign:
            assert np.nanmax(sign * found) == bound * sign


@njit
def waves(x):
    total = 0.0
    for i in range(x.size):
        total += np.sin(x[i]) * np.exp(-x[i] * x[i])
    return total


@njit
def spread_out(x):
    return np.tanh(x) + np.log1p(x * x)


@njit
def growing(x):
    return np.exp(x) * np.sin(x)


def calls(derivative: object) -> set[str]:
    """The vector functions in the machine code of what has been compiled."""
    return {name for text in derivative.inspect_asm().values() for name in re.findall(r"_ZGV\w+?_(\w+)", text)}


X = np.linspace(-2.0, 2.0, 101)


@needed
def test_gradient_uses_them() -> None:
    """Nobody looks at the value."""
    gradient, scalar = irad.gradient(waves), irad.gradient(waves, vector_math=False)
    exact = (np.cos(X) - 2 * X * np.sin(X)) * np.exp(-X * X)
    np.testing.assert_allclose(gradient(X), exact, rtol=0, atol=1e-14)
    np.testing.assert_allclose(scalar(X), exact, rtol=0, atol=1e-14)
    assert {"sin", "cos", "exp"} <= calls(gradient)
    assert not calls(scalar)


@needed
def test_value_is_that_of_the_function() -> None:
    """To the last bit, unless the option says otherwise; then to some units in the last place of the terms."""
    value, gradient = irad.value_and_gradient(waves)(X)
    assert value == waves(X)
    np.testing.assert_allclose(gradient, irad.gradient(waves, vector_math=False)(X), rtol=0, atol=1e-14)
    plain, vector = irad.jvp(spread_out), irad.jvp(spread_out, vector_math=True)
    np.testing.assert_array_equal(plain((X,), (X,))[0], spread_out(X))
    np.testing.assert_allclose(vector((X,), (X,))[0], spread_out(X), rtol=8 * np.finfo(float).eps, atol=1e-15)
    assert "tanh" not in calls(plain)
    assert {"tanh", "log1p"} <= calls(vector)


@njit
def largest(x):
    """Ties, an index and a branch, each by a function."""
    total = 0.0
    for i in range(0, x.size, 2):
        total += max(np.exp(x[i]), np.exp(x[i + 1]))
    for i in range(x.size):
        total += x[int(np.cosh(x[i])) % x.size] * np.sin(x[i])
        if np.sin(x[i]) > 0.5:
            total += x[i] * x[i]
    return total


@pytest.mark.parametrize("vector_math", [None, True, False])
def test_choices_are_the_functions_own(vector_math: bool | None) -> None:
    """On a tie the first operand has all of the slope, whichever lane it is in."""
    x = np.repeat(np.linspace(-1.0, 2.0, 20), 2)
    found = irad.gradient(largest, vector_math=vector_math)(x)
    wanted = np.where(np.arange(40) % 2 == 0, np.exp(x), 0.0) + x[np.cosh(x).astype(int)] * np.cos(x) + np.where(np.sin(x) > 0.5, 2 * x, 0)
    np.add.at(wanted, np.cosh(x).astype(int), np.sin(x))
    np.testing.assert_allclose(found, wanted, rtol=1e-13, atol=1e-13)
    text = "".join(irad.gradient(largest, vector_math=vector_math).inspect_llvm().values())
    assert not re.search(r"afn double @(llvm\.)?cosh", text)


@pytest.mark.parametrize("operator", [irad.hessian, irad.hessian_diagonal, irad.jacfwd, irad.jacrev, irad.value_and_gradient])
def test_operators_take_the_option(operator) -> None:
    """And pass it on to what they are made of."""
    function = growing if operator in (irad.jacfwd, irad.jacrev) else waves
    vector, scalar = operator(function), operator(function, vector_math=False)
    for one, other in zip(vector(X), scalar(X), strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-13)
    assert "afn" in "".join(vector.inspect_llvm().values())
    assert "afn" not in "".join(scalar.inspect_llvm().values())


def test_products_take_the_option() -> None:
    v = np.cos(X)
    np.testing.assert_allclose(irad.hvp(waves, vector_math=True)(X, v), irad.hvp(waves, vector_math=False)(X, v), atol=1e-13)
    np.testing.assert_allclose(irad.vjp(spread_out, vector_math=True)((X,), v)[1],
                               irad.vjp(spread_out, vector_math=False)((X,), v)[1], atol=1e-13)
    np.testing.assert_allclose(irad.gauss_newton(spread_out, vector_math=True)(X, v),
                               irad.gauss_newton(spread_out, vector_math=False)(X, v), atol=1e-13)
    assert irad.derivative(lambda x: math.sin(x), vector_math=True)(0.5) == math.cos(0.5)


def test_inside_njit() -> None:
    @njit
    def slope(x):
        return irad.gradient(waves, vector_math=False)(x), irad.gradient(waves, vector_math=True)(x)

    scalar, vector = slope(X)
    np.testing.assert_array_equal(scalar, irad.gradient(waves, vector_math=False)(X))
    np.testing.assert_allclose(vector, scalar, rtol=0, atol=1e-14)


def test_option_is_part_of_what_a_derivative_is() -> None:
    """Two derivatives, each made once, that pickle as what they are."""
    default, vector = irad.gradient(waves), irad.gradient(waves, vector_math=True)
    assert default is not vector and vector is irad.gradient(waves, vector_math=True)
    assert cloudpickle.loads(cloudpickle.dumps(vector))._compiler.form.vector_math is True


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is changed, and code from a cache says what it lacks."""
    monkeypatch.setattr(vector_math, "variants", dict)
    text = "  %y = call afn double @llvm.exp.f64(double %x)\n"
    assert vector_math.vectorisable(text) == text
    monkeypatch.setattr(vector_math, "load", lambda: False)
    with pytest.raises(ImportError, match=r"libmvec.so.1, which is not here: .* Remove the files in __pycache__ that end in .nbi and .nbc"):
        vector_math.reload()


MODEL = """
import numpy as np
from numba import njit
import irad

@njit(cache=True)
def waves(x):
    total = 0.0
    for i in range(x.size):
        total += np.sin(x[i]) * np.exp(-x[i] * x[i])
    return total

gradient = irad.gradient(waves)

@njit(cache=True)
def step(x):
    return x - gradient(x)

for call in (irad.gradient(waves), irad.gradient(waves, vector_math=True), irad.gradient(waves, vector_math=False), step):
    result = call(np.linspace(-2.0, 2.0, 101))
    print(sum(call.stats.cache_hits.values()), result.sum().hex())
"""


def test_cached(tmp_path) -> None:
    """The next process finds each by its option, and the library, also for a function that calls a derivative."""
    (tmp_path / "model.py").write_text(MODEL)

    def run() -> list[list[str]]:
        done = subprocess.run([sys.executable, tmp_path / "model.py"], check=True, capture_output=True, text=True, cwd=tmp_path)
        return [line.split() for line in done.stdout.splitlines()]

    first, second = run(), run()
    assert [hits for hits, _ in first] == ["0"] * 4
    assert [hits for hits, _ in second] == ["1"] * 4
    assert [value for _, value in first] == [value for _, value in second]
