"""Derivatives on disk: found again by the next process, told apart from look-alikes, forgotten with their versions; and sent to others."""

from __future__ import annotations

import ctypes
import json
import math
import os
import subprocess
import sys
import time
from types import SimpleNamespace

import cloudpickle
import numpy as np
import pytest
from numba import float64, jit, njit, types, vectorize
from numba.experimental import jitclass

import irad
from irad.errors import ArgumentTypeError
from irad.numba_ import cache as caching
from irad.numba_.cache import normalised
from irad.numba_.fingerprint import Unknown, fingerprint

MODEL = '''
from numba import njit

@njit
def square(x):
    return x * x

@njit
def cube(x):
    return x * x * x

def summed(callee):
    @njit(cache=True)
    def look_alike(x):
        total = 0.0
        for i in range(x.size):
            if x[i] > 100.0:
                raise ValueError("too large", i)
            total += callee(x[i])
        return total
    return look_alike

@njit(cache=True)
def moved(x, y):
    for i in range(x.size):
        y[i] = x[i] * x[i]
    return y.sum()

first, second = summed(square), summed(cube)
'''
USE = '''
import json, multiprocessing, sys, time
import numpy as np
import irad, model

def main():
    x = np.array([1.0, 2.0, 3.0])
    derivatives = [irad.gradient(model.first), irad.gradient(model.second), irad.hessian(model.second), irad.gradient(model.moved)]
    began = time.process_time()
    found = [derivatives[0](x).tolist()]
    took = time.process_time() - began
    found += [derivative(x).tolist() for derivative in derivatives[1:3]]
    ready = "numba.np.arraymath" in sys.modules  # Numba has loaded what it can compile
    both = np.arange(1.0, 5.0)
    found.append(derivatives[3](both[:3], both[1:]).tolist())  # they share memory: another version is compiled
    try:
        derivatives[0](x * 100)
    except ValueError as error:
        found.append(list(error.args))
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        found.append(pool.map(derivatives[1], [x])[0].tolist() if "pool" in sys.argv else None)
    print(json.dumps([found, [sum(derivative._cache_hits.values()) for derivative in derivatives], took, ready]))

if __name__ == "__main__":
    main()
'''


def test_the_next_process_finds_them(tmp_path):
    (tmp_path / "model.py").write_text(MODEL)
    (tmp_path / "use.py").write_text(USE)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path]), "NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    runs = [subprocess.run([sys.executable, "use.py", *more], cwd=tmp_path, env=environment, check=True, capture_output=True, text=True)
            for more in ([], ["pool"])]
    (first, misses, _, prepared), (again, hits, took, ready) = (json.loads(run.stdout) for run in runs)
    x = np.array([1.0, 2.0, 3.0])
    for found in (first, again):
        np.testing.assert_allclose(found[0], 2 * x)
        np.testing.assert_allclose(found[1], 3 * x**2)
        np.testing.assert_allclose(found[2], np.diag(6 * x))
        np.testing.assert_allclose(found[3], [2.0 + 4.0 + 8.0, 0.0, 0.0])  # y[i] = x[i]² is x[i + 1]: the sum is x² + x⁴ + x⁸
        assert found[4] == ["too large", 1]
    np.testing.assert_allclose(again[5], 3 * x**2)
    assert misses == [0, 0, 0, 0]
    assert hits == [1, 1, 1, 1]
    assert prepared and not ready
    assert took < 0.3  # 0.04 s, on a quiet machine


def test_what_stored_code_needs_is_loaded_first(monkeypatch):
    derivative = irad.gradient(njit(one.py_func))
    derivative.compile((float64,))
    made, (result,) = [], derivative.overloads.values()
    names, starts, stored = caching.Loadable.reduce(caching.Loadable.__new__(caching.Loadable), result)
    assert not starts
    assert "PyFloat_AsDouble" in names and not any(name.startswith("llvm.") for name in names)
    monkeypatch.setattr(caching.CompileResultCacheImpl, "rebuild", lambda self, context, payload: payload)
    context = SimpleNamespace(refresh=lambda: made.append("refreshed"))
    loader = caching.Loadable.__new__(caching.Loadable)
    assert loader.rebuild(context, (names, starts, stored)) is stored and not made
    starts = (lambda: made.append("started"),)
    assert loader.rebuild(context, ([*names, "no_such_symbol"], starts, stored)) is stored and made == ["started", "refreshed"]


@njit
def one(x):
    return x + 1.0


@njit
def two(x):
    return x + 2.0


def over(callee, options=None):
    @njit(**(options or {}))
    def look_alike(x):
        return callee(x) * 2.0

    return look_alike


TABLE = np.arange(3.0)


@njit
def tabled(x):
    return x * TABLE[1] * math.pi


def test_look_alikes_have_hashes_of_their_own():
    same = fingerprint(over(one))
    assert fingerprint(over(one)) == same
    assert fingerprint(irad.gradient(over(one))) != same
    others = [over(two), over(one, {"fastmath": True}), over(njit(one.py_func, error_model="numpy")), over(irad.gradient(one)),
              over(irad.derivative(one))]
    assert len({same, *map(fingerprint, others)}) == 6
    before = fingerprint(tabled)
    TABLE[1] = 7.0
    try:
        assert fingerprint(tabled) != before
    finally:
        TABLE[1] = 1.0
    assert fingerprint(tabled) == before


@vectorize
def halved(x):
    return x / 2


@jitclass([("value", float64)])
class Box:
    def __init__(self, value):
        self.value = value


@pytest.mark.parametrize("thing", [halved, Box, {1: 2.0}, over(one).py_func, jit(forceobj=True)(one.py_func).overloads.__class__])
def test_what_cannot_be_told_from_outside(thing):
    @njit
    def uses(x):
        return x, thing

    with pytest.raises(Unknown):
        fingerprint(uses)


def test_the_code_of_a_derivative_is_the_same_in_each_process():
    text = 'define i32 @"f.v1"(ptr %x) {\n  call void @g()\n  ret i32 0\n}\n@table.7 = internal constant i64 1\ndeclare void @g()\n'
    other = text.replace("f.v1", "f.v22").replace("table.7", "table.9")
    assert normalised(text) == normalised(other)
    assert normalised(text) != normalised(text.replace("i32 0", "i32 1"))
    assert normalised(text) != normalised(text.replace("@g", "@h"))


def test_keys_hold_the_versions(tmp_path, monkeypatch):
    (tmp_path / "kept.py").write_text("from numba import njit\n@njit(cache=True)\ndef kept(x):\n    return x * x\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    from kept import kept  # type: ignore[import-not-found]

    derivative = irad.gradient(kept)
    signature, codegen = (types.float64,), derivative.targetctx.codegen()
    before = derivative._cache._index_key(signature, codegen)
    assert derivative._cache._index_key(signature, codegen) == before
    monkeypatch.setattr(caching, "stamp", lambda: ("another numba",))
    assert derivative._cache._index_key(signature, codegen) != before
    monkeypatch.undo()
    monkeypatch.setattr(caching, "fingerprint", lambda function: (_ for _ in ()).throw(Unknown))
    by_code = derivative._cache._index_key(signature, codegen)
    assert by_code != before and by_code == derivative._cache._index_key(signature, codegen)
    assert irad.gradient(one)._cache.__class__.__name__ == "NullCache"


def test_looking_it_up_takes_no_time():
    began = time.process_time()
    for _ in range(10):
        fingerprint(irad.gradient(over(one)))
    assert (time.process_time() - began) / 10 < 0.05  # half a millisecond, on a quiet machine


def test_cloudpickle_takes_them_with_their_closures():
    factor = 3.0

    @njit
    def local(x):
        return factor * x * x

    again = cloudpickle.loads(cloudpickle.dumps([irad.gradient(local), irad.jacobian(local, chunk=2), irad.hvp(local)]))
    assert again[0](2.0) == 12.0 and again[1](2.0) == 12.0 and again[2](2.0, 1.0) == 6.0
    assert again[1]._compiler.form.chunk == 2


def test_addresses_for_c():
    @njit
    def power(x, n):
        return x**n

    slope = irad.derivative(power)
    address = slope.address((float64, types.int64))
    assert address == slope.address("(float64, int64)")
    call = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_double, ctypes.c_int64)(address)
    assert call(2.0, 3) == 12.0
    with pytest.raises(ArgumentTypeError, match=r"C passes numbers as Numba does, and nothing else. Write a numba.cfunc"):
        irad.gradient(njit(lambda x: x.sum())).address((types.float64[::1],))


def test_llvm_code_has_the_names_of_the_primal():
    @njit
    def readable(angle, length):
        return math.sin(angle) * length

    gradient = irad.gradient(readable)
    gradient.compile((float64, float64))
    text = gradient.inspect_llvm()[(float64, float64)]
    assert text == gradient.inspect_llvm((float64, float64))
    assert text.startswith("; gradient_of_readable(float64, float64)\n")
    assert "@readable.vjp(" in text and "%arg.angle.bar" in text and "@llvm.cos" in text
    forward = irad.jacobian(readable, (0, 1))
    forward.compile((float64, float64, types.none))
    assert "@readable.jvp2(" in forward.inspect_llvm((float64, float64, types.none))
