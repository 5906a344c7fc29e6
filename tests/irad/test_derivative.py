"""`Derivative` as a Numba dispatcher; side effects, exceptions, shared memory; nothing leaks, nothing is compiled before it is called."""

from __future__ import annotations

import gc
import pickle
import subprocess
import sys
import threading
from contextlib import suppress

import numba
import numpy as np
import pytest
from numba import njit
from numba.core.runtime import rtsys
from numba.core.runtime._nrt_python import memsys_enable_stats

import irad
from irad.errors import UnsupportedError

memsys_enable_stats()
X = np.array([1.0, -2.0, 3.0])


@njit
def norm(x):
    total = 0.0
    for i in range(x.size):
        if x[i] > 100:
            raise ValueError("too large")
        total += x[i] * x[i]
    return total


@njit
def buffered(x, work):
    """Overwrites a work buffer, twice."""
    for i in range(x.size):
        work[i] = x[i] * x[i]
    total = 0.0
    for i in range(x.size):
        work[i] = work[i] * x[i]
        total += work[i]
    return total


@njit
def squared_in_place(x):
    for i in range(x.size):
        x[i] = x[i] * x[i]
    return x.sum()


@njit
def fill(x, out):
    for i in range(x.size):
        out[i] = x[i] * 3.0
    return out


def live():
    """Allocations of Numba's runtime that were not freed."""
    gc.collect()
    stats = rtsys.get_allocation_stats()
    return stats.alloc - stats.free, stats.mi_alloc - stats.mi_free


def test_it_is_a_dispatcher():
    @njit
    def f(x):
        return x * x

    g = irad.gradient(f)
    assert isinstance(g, irad.Derivative) and isinstance(g, numba.core.registry.CPUDispatcher)
    assert g.signatures == []
    g.compile((numba.float64,))
    assert g.signatures == [(numba.float64,)]
    assert g(3.0) == 6.0
    assert g.py_func(3.0) == 6.0
    assert g.nopython_signatures[0].return_type == numba.float64
    assert "gradient_of_f" in g.inspect_llvm(g.signatures[0])
    assert "gradient_of_f" in g.inspect_asm()[g.signatures[0]]
    g.disable_compile()
    with pytest.raises(TypeError):
        g(np.ones(3))


def test_it_is_pickled_with_its_function():
    g = pickle.loads(pickle.dumps(irad.gradient(norm)))
    np.testing.assert_allclose(g(X), 2 * X)
    second = pickle.loads(pickle.dumps(irad.jvp(irad.gradient(norm))))
    np.testing.assert_allclose(second((X,), (X,))[1], 2 * X)


def test_importing_loads_nothing_that_only_compiling_needs():
    program = ("import sys, numba\n"
               "before = set(sys.modules)\n"
               "import irad\n"
               "heavy = {'numba.np.arrayobj', 'numba.np.linalg', 'numba.typed', 'scipy', 'rich', 'sympy', 'IPython', 'numpy.typing',\n"
               "         'irad_passes.pipeline'}\n"
               "assert not heavy & (set(sys.modules) - before), heavy & (set(sys.modules) - before)\n")
    subprocess.run([sys.executable, "-c", program], check=True, env={"PYTHONPATH": ":".join(sys.path), "PATH": ""})


def test_nothing_is_compiled_at_import_or_when_it_is_made():
    program = ("import numba.core.event as event\n"
               "with event.install_recorder('numba:compile') as record:\n"
               "    import irad, numba\n"
               "    g = irad.gradient(numba.njit(lambda x: x * x))\n"
               "assert not record.buffer, record.buffer\n"
               "assert g(3.0) == 6.0\n")
    subprocess.run([sys.executable, "-c", program], check=True, env={"PYTHONPATH": ":".join(sys.path), "PATH": ""})


def test_the_exception_of_the_function_is_raised():
    x = np.array([1.0, 200.0])
    for call in (lambda: irad.gradient(norm)(x), lambda: irad.jvp(norm)((x,), (x,)), lambda: irad.vjp(norm)((x,), 1.0)):
        with pytest.raises(ValueError, match="too large"):
            call()


def test_work_buffers_need_no_annotation():
    work = np.zeros(3)
    np.testing.assert_allclose(irad.gradient(buffered)(X, work), 3 * X**2)
    np.testing.assert_allclose(work, X**3)
    strided = np.zeros(6)
    np.testing.assert_allclose(irad.gradient(buffered)(X, strided[::2]), 3 * X**2)
    np.testing.assert_allclose(strided[::2], X**3)
    np.testing.assert_array_equal(strided[1::2], np.zeros(3))
    value, tangent = irad.jvp(buffered)((X, work), (np.ones(3), None))
    assert value == (X**3).sum() and tangent == (3 * X**2).sum()


def test_side_effects_happen_once_and_the_gradient_is_that_on_entry():
    for make in (lambda: X.copy(), lambda: np.repeat(X, 2)[::2], lambda: X[::-1].copy()[::-1]):
        x = make()
        np.testing.assert_allclose(irad.gradient(squared_in_place)(x), 2 * X)
        np.testing.assert_allclose(x, X**2)


def test_the_version_for_shared_memory_is_compiled_when_it_is_needed():
    gradient = irad.gradient(njit(buffered.py_func))
    both = np.arange(6.0)
    gradient(both[:3], both[3:])
    gradient(both[:0], both[:0])
    assert not gradient._irad_shared.signatures
    gradient(both[:3], both[2:5])
    gradient(both[:3], both[:3])
    assert len(gradient._irad_shared.signatures) == 1


def test_shared_memory_that_is_only_read_is_fine():
    @njit
    def f(x, y):
        return (x * y).sum()

    first, second = irad.gradient(f, argnums=(0, 1))(X, X)
    np.testing.assert_allclose(first, X)
    np.testing.assert_allclose(second, X)


def test_functions_that_fill_an_output():
    out = np.zeros(3)
    value, tangent = irad.jvp(fill)((X, out), (np.ones(3), None))
    np.testing.assert_allclose(value, 3 * X)
    np.testing.assert_allclose(tangent, [3.0, 3.0, 3.0])
    np.testing.assert_allclose(out, 3 * X)


def test_constant_results_have_zero_tangents():
    @njit
    def f(x, y):
        return x * 0 + 1, np.ones(3) * y[0], y

    _, tangent = irad.jvp(f)((X, X), (np.ones(3), None))
    for part in tangent:
        np.testing.assert_array_equal(part, np.zeros(3))


@pytest.mark.parametrize("call", [
    lambda: irad.gradient(norm)(X),
    lambda: irad.gradient(norm)(X[::2]),
    lambda: irad.value_and_gradient(norm)(X),
    lambda: irad.jvp(fill)((X, np.zeros(3)), (np.ones(3), None)),
    lambda: irad.jvp(fill)((X[::2], np.zeros(3)), (np.ones(3)[::2], None)),
    lambda: irad.vjp(fill)((X, np.zeros(3)), np.ones(3)),
    lambda: irad.vjp(doubled)((X,), np.ones(3)),
    lambda: irad.jvp(doubled)((X,), (X,)),
    lambda: irad.derivative(ramp)(2.0),
    lambda: irad.gradient(with_aux, has_aux=True)(X),
    lambda: irad.gradient(buffered)(X, np.zeros(3)),
    lambda: irad.jvp(irad.gradient(norm))((X,), (X,)),
    lambda: irad.gradient(norm)(np.array([1.0, 200.0])),
    lambda: irad.gradient(norm)(np.array([1.0, 200.0])[::-1]),
    lambda: irad.jvp(norm)((np.array([1.0, 200.0]),), (np.ones(2)[::-1],)),
    lambda: irad.jvp(norm)((X,), (np.ones(2),)),
    lambda: irad.gradient(buffered)(X, X),
])
def test_nothing_leaks(call):
    def attempt():
        with suppress(ValueError, TypeError, UnsupportedError):
            call()

    attempt()
    before = live()
    references = sys.getrefcount(X)
    for _ in range(10):
        attempt()
    assert live() == before
    assert sys.getrefcount(X) == references


@njit
def doubled(x):
    return x * 2


@njit
def ramp(x):
    return np.arange(3) * x


@njit
def with_aux(x):
    return (x * x).sum(), x * 2


def test_threads_may_compile_and_call_at_once():
    @njit(nogil=True)
    def f(x):
        return (x * x * x).sum()

    results = []

    def work():
        results.append(irad.gradient(f)(X))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 8
    for result in results:
        np.testing.assert_allclose(result, 3 * X**2)


def test_loops_are_vectorised_and_not_unrolled_at_run_time():
    """The remainder that LLVM makes where it unrolls a loop of unknown trip count begins with ``xtraiter``."""
    @njit
    def mean(x):
        last, total = 1.0, 0.0
        for i in range(x.size):
            last = 0.5 * (last + x[i] / last)
        for i in range(x.size):
            total += x[i] * x[i]
        return last * total

    def machine_level(function):
        function.compile((numba.float64[::1],))
        return str(function.overloads[(numba.float64[::1],)].library._final_module)

    slope = machine_level(irad.gradient(mean))
    assert "xtraiter" in machine_level(mean) and "xtraiter" not in slope
    assert "<4 x double>" in slope or "<2 x double>" in slope or "<8 x double>" in slope


def test_explicit_signatures():
    @njit("float64(float64[:], int64)")
    def f(x, n):
        return (x * n).sum()

    np.testing.assert_allclose(irad.gradient(f)(X, 2), [2.0, 2.0, 2.0])
    np.testing.assert_allclose(irad.gradient(f)(X[::2], np.int8(2)), [2.0, 2.0])


def test_methods():
    class Model:
        @njit
        def energy(x, k):
            return k * x * x

    assert irad.gradient(Model.energy)(3.0, 2.0) == 12.0
