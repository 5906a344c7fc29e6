"""Derivatives of `parallel=True` functions on Numba's threads: the same to the last bit on any number of them, on each threading layer.

That they are right, the scenarios show (`scenarios.parallel`).
"""

from __future__ import annotations

import math
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
from numba import config, get_num_threads, njit, prange, set_num_threads

import irad
from calling import leaked
from irad.numba_ import pool
from irad_passes.rules.memory import PARALLEL

HERE = Path(__file__).parents[1]
RANDOM = np.random.default_rng(5)


@njit
def root(x):
    if x < 0.0:
        raise ValueError("a negative number")
    return math.sqrt(x)


@njit(parallel=True, nogil=True)
def elementwise(x, c):
    y = np.empty_like(x)
    for i in prange(x.shape[0]):
        y[i] = math.exp(-c * x[i]) * root(x[i])
    return np.sum(y * y)


@njit(parallel=True, nogil=True)
def rows(a, w):
    total = 0.0
    for i in prange(a.shape[0]):
        t = 0.0
        for j in range(a.shape[1]):
            t += a[i, j] * w[j]
        total += math.tanh(t)
    return total


@njit(parallel=True)
def stepping(u, steps):
    u, v = u.copy(), np.zeros_like(u)
    for _ in range(steps):
        for i in prange(1, u.size - 1):
            v[i] = u[i] + 0.1 * (u[i + 1] - 2.0 * u[i] + u[i - 1]) * u[i]
        u, v = v, u
    return np.sum(u * u * u)


@njit(parallel=True)
def collisions(x, index):
    least, product = np.inf, 1.0
    together = np.zeros(3)
    for i in prange(index.size):
        least = min(least, x[index[i]])
        product *= 0.9 + 0.1 * x[index[i]]
        together += x[:3] * x[index[i]]
    return least * product + together[0] * together[2]


@njit(nogil=True)
def calling(a, w, x, c):
    out = np.zeros_like(x)
    filling(x, out)
    return rows(a, w) * rows(a, w * w) + elementwise(x, c) * np.sum(out)


@njit(parallel=True)
def filling(x, out):
    for i in prange(x.size):
        out[i] += x[i] * x[i] * x[i]


@njit(parallel=True)
def histogram(x, index):
    counts = np.zeros(4)
    for i in prange(x.size):
        counts[index[i]] += x[i] * x[i]
    return counts[0] * counts[1] + counts[3]


N = 300
CASES = {
    "elementwise": (elementwise, (RANDOM.uniform(0.5, 1.0, N), 1.3), (0, 1)),
    "rows": (rows, (RANDOM.uniform(0.5, 1.0, (N, 3)), RANDOM.uniform(0.5, 1.0, 3)), (0, 1)),
    "stepping": (stepping, (RANDOM.uniform(0.5, 1.0, N), 3), (0,)),
    "collisions": (collisions, (RANDOM.uniform(0.5, 1.0, 5), RANDOM.integers(0, 5, N)), (0,)),
    "calling": (calling, (RANDOM.uniform(0.5, 1.0, (N, 3)), RANDOM.uniform(0.5, 1.0, 3), RANDOM.uniform(0.5, 1.0, N), 1.3), (0, 1, 2, 3)),
}


@pytest.fixture(autouse=True)
def _threads():
    yield
    set_num_threads(config.NUMBA_NUM_THREADS)


def flat(tree):
    return np.concatenate([np.ravel(leaf) for leaf in (tree if isinstance(tree, tuple) else (tree,))])


def agree(most: int, *names: str) -> None:
    """Compare cases on up to so many threads, and with the loops of ``parallel=False``."""
    for name in names:
        function, args, argnums = CASES[name]
        gradient = irad.value_and_gradient(function, argnums=argnums)
        found = []
        for number in range(1, most + 1):
            set_num_threads(number)
            assert get_num_threads() == number
            value, slopes = gradient(*args)
            found.append((value, flat(slopes)))
        value, slopes = irad.value_and_gradient(njit(function.py_func), argnums=argnums)(*args)
        for own, its in found:
            assert own == found[0][0]
            np.testing.assert_array_equal(its, found[0][1])
            np.testing.assert_allclose(own, value, rtol=1e-12)  # sums of 300 numbers in another order
            np.testing.assert_allclose(its, flat(slopes), rtol=1e-12, atol=1e-13)


def test_any_number_of_threads_gives_the_same():
    agree(config.NUMBA_NUM_THREADS, *CASES)


@pytest.mark.parametrize("name", CASES)
def test_loops_run_in_parallel_in_both_modes(name):
    function, args, argnums = CASES[name]
    gradient = irad.value_and_gradient(function, argnums=argnums)
    gradient(*args)
    wanted = {"stepping": 4, "calling": 8}.get(name, 2)  # forwards and backwards; neighbours in two turns
    assert calls(gradient) >= wanted


@pytest.mark.parametrize("name", ["stepping", "rows"])
def test_second_derivatives_run_in_parallel_and_are_the_same_on_any_number_of_threads(name):
    function, (first, *rest), _ = CASES[name]
    product, found = irad.hvp(function), []
    for number in range(1, config.NUMBA_NUM_THREADS + 1):
        set_num_threads(number)
        found.append(product(first, first, *rest))
    assert calls(product) >= 2  # forwards and backwards
    expected = irad.hvp(njit(function.py_func))(first, first, *rest)
    for own in found:
        np.testing.assert_array_equal(own, found[0])
        np.testing.assert_allclose(own, expected, rtol=1e-11, atol=1e-12)  # sums of 300 numbers in another order


def calls(derivative):
    """How often the code of a derivative has calls that run at once."""
    (text,) = derivative.inspect_llvm().values()
    return len(re.findall(rf"call void @\S*\.{PARALLEL}\(", text))


def test_a_loop_without_derivatives_runs_in_parallel_too():
    @njit(parallel=True)
    def decay(rates, times, out):
        for i in prange(times.size):
            out[i] = root(times[i])
        return math.exp(-rates[0] * out[0] - rates[1] * out[times.size - 1])

    rates, times, out = np.array([0.3, 0.2]), np.linspace(0.5, 1.0, N), np.zeros(N)
    gradient = irad.gradient(decay)
    slopes = gradient(rates, times, out)
    assert calls(gradient) == 1
    np.testing.assert_array_equal(out, np.sqrt(times))
    ends = out[[0, -1]]
    np.testing.assert_allclose(slopes, -ends * math.exp(-rates @ ends), rtol=1e-15)


def test_a_loop_that_writes_one_element_twice_runs_in_order():
    x, index = RANDOM.uniform(0.5, 1.0, N), RANDOM.integers(0, 4, N)
    found = irad.gradient(histogram)(x, index)
    sums = np.bincount(index, x * x, 4)
    slopes = np.array([sums[1], sums[0], 0.0, 1.0])
    np.testing.assert_allclose(found, 2.0 * x * slopes[index], rtol=1e-13)


def run(code: str, **environment: str) -> str:
    """What Python prints for ``code``, in a process of its own with four threads."""
    path = os.pathsep.join([str(HERE), str(HERE / "irad"), *sys.path])
    done = subprocess.run([sys.executable, "-X", "faulthandler", "-c", textwrap.dedent(code)], capture_output=True, text=True, timeout=300,
                          env={**os.environ, "PYTHONPATH": path, "NUMBA_NUM_THREADS": "4", **environment})
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_four_threads_take_parts():
    """The calls reach Numba's scheduler, and the pool makes them on several threads."""
    assert run("""
        import ctypes, threading
        import llvmlite.binding as llvm, numpy as np, numba
        from numba.np.ufunc import parallel
        parallel._launch_threads()
        address = llvm.address_of_symbol("numba_parallel_for")
        types = [ctypes.c_void_p] * 5 + [ctypes.c_size_t] * 3
        real, seen = ctypes.CFUNCTYPE(None, *types)(address), []
        def spy(task, firsts, lengths, *rest):
            seen.append((ctypes.cast(lengths, ctypes.POINTER(ctypes.c_size_t))[0], rest[-1]))
            real(task, firsts, lengths, *rest)
        kept = ctypes.CFUNCTYPE(None, *types)(spy)
        llvm.add_symbol("numba_parallel_for", ctypes.cast(kept, ctypes.c_void_p).value)
        import irad, test_parallel
        test_parallel.agree(4, "rows", "stepping")
        numba.set_num_threads(3)
        seen.clear()
        function, args, argnums = test_parallel.CASES["rows"]
        irad.value_and_gradient(function, argnums=argnums)(*args)
        print(seen)
    """).strip() == str([(64, 3), (16, 3)])  # chunks forwards; backwards lanes with copies of the weights


def test_the_pool_of_one_thread():
    """The workqueue layer ends the process where two threads, or a loop in a loop, use its pool: derivatives there do not."""
    assert run("""
        import threading
        import numpy as np, numba
        from numba import njit, prange
        import irad, test_parallel
        function, args, argnums = test_parallel.CASES["rows"]
        gradient = irad.gradient(function)
        expected = gradient(*args)
        @njit(parallel=True)
        def each(a, w, out):
            for k in prange(4):
                out[k] = gradient(a, w)
        out = np.zeros((4, *expected.shape))
        each(*args, out)
        assert (out == expected).all()
        found = []
        threads = [threading.Thread(target=lambda: found.append(gradient(*args))) for _ in range(4)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        assert len(found) == 4 and all((own == expected).all() for own in found)
        print(numba.threading_layer())
    """, NUMBA_THREADING_LAYER="workqueue").strip() == "workqueue"


def test_one_gradient_in_eight_python_threads():
    assert run("""
        import numpy as np
        import irad, test_parallel, test_threads
        gradient = irad.value_and_gradient(test_parallel.elementwise, argnums=(0, 1))
        points = [(np.linspace(0.5, 1.0, 70 * k + 1), 1.0 + k) for k in range(8)]
        expected = [gradient(*point) for point in points]
        bad = np.full(100, -1.0)
        def work(k):
            for turn in range(50):
                value, (slope, number) = gradient(*points[k])
                assert (value, number) == (expected[k][0], expected[k][1][1]) and (slope == expected[k][1][0]).all()
                try:
                    gradient(bad, 1.0)
                except ValueError:
                    continue
                raise AssertionError
        test_threads.together(work)
        print(gradient.targetoptions["nogil"])
    """).strip() == "True"


def test_what_an_iteration_raises_is_raised_and_nothing_is_kept():
    x, c = CASES["elementwise"][1]
    gradient, product = irad.value_and_gradient(elementwise), irad.jvp(elementwise)
    expected, moved = gradient(x, c), product((x, c), (x, c))
    bad = x.copy()
    bad[200] = -2.0

    def several() -> None:
        for _ in range(3):
            with pytest.raises(ValueError, match="a negative number"):
                gradient(bad, c)
            with pytest.raises(ValueError, match="a negative number"):
                product((bad, c), (x, c))
            again = gradient(x, c)
            assert again[0] == expected[0]
            np.testing.assert_array_equal(again[1], expected[1])
            assert product((x, c), (x, c)) == moved

    assert leaked(several) == 0


@njit
def checked(x):
    if x > 1.0:
        raise ValueError("a large number")
    return root(x)


def test_what_the_first_iteration_raises_is_raised_whichever_comes_first(monkeypatch):
    def sums(x):
        total = 0.0
        for i in prange(x.shape[0]):
            total += checked(x[i])
        return total

    x = CASES["elementwise"][1][0].copy()
    x[[100, 250]] = 2.0, -1.0
    backwards = pool.LOOP.replace("%several = icmp ugt i64 %count, 1", "%several = icmp ult i64 %count, 1").replace(
        "%number = add i64 %start, %k", "%last = sub i64 %length, 1\n  %number = sub i64 %last, %k")
    for loop in (pool.LOOP, backwards):
        monkeypatch.setattr(pool, "LOOP", loop)
        function = njit(parallel=True)(sums)
        for derivative, args in ((irad.gradient(function), (x,)), (irad.jvp(function), ((x,), (x,)))):
            with pytest.raises(ValueError, match="a large number"):
                derivative(*args)
            assert calls(derivative)


def test_a_parallel_derivative_from_the_cache(tmp_path):
    (tmp_path / "cached_model.py").write_text(textwrap.dedent("""
        from numba import njit, prange

        @njit(parallel=True, cache=True)
        def squares(x):
            total = 0.0
            for i in prange(x.size):
                total += x[i] * x[i]
            return total
    """))
    code = """
        import numpy as np, irad, cached_model
        gradient = irad.gradient(cached_model.squares)
        print(gradient(np.arange(100.0)).sum(), sum(gradient.stats.cache_hits.values()))
    """
    path = os.pathsep.join([str(tmp_path), *sys.path])
    outputs = [subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, timeout=300, check=True,
                              env={**os.environ, "PYTHONPATH": path, "NUMBA_CACHE_DIR": str(tmp_path)}).stdout for _ in range(2)]
    assert [output.split() for output in outputs] == [["9900.0", "0"], ["9900.0", "1"]]
