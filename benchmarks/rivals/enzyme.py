"""Enzyme on the C++ twins, in its fastest mode: forward and reverse sweep in one function, called without JAX.

It comes with ``enzyme_ad`` from PyPI, which has to have the JAX that it was built for, in an environment of its own::

    pip install numba scipy jax==0.8.0 jaxlib==0.8.0 absl_py && pip install --no-deps enzyme_ad==0.0.16
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks import native
from benchmarks.problem import Arguments, Problem
from benchmarks.rivals.rival import Case, Rival, Skip

_DRIVER = """
void driver(enzyme::tensor<double, 1>& out, const enzyme::tensor<double, {words}>& in) {{
    const long *a = (const long *)&in;
    {body}
}}
"""


class Enzyme(Rival):
    packages = ("enzyme_ad", "jaxlib", "numba", "numpy")

    def case(self, problem: Problem, arguments: Arguments) -> Case:
        source = native.primal_source(problem)
        if source is None:
            raise Skip("not written")
        results = tuple(np.zeros_like(arguments[index]) for index in problem.argnums)
        kinds = native.parameters(arguments)
        words = [_word(value) for value in native.flattened(arguments)]
        starts = np.cumsum([0, *(1 + a.ndim if isinstance(a, np.ndarray) else 1 for a in arguments)])
        values = [f"*(double *)(a + {at})" if kind == "double" else f"({kind})a[{at}]" for at, kind in enumerate(kinds)]
        active = {int(starts[index]): f"(double *)a[{len(words) + k}]" for k, index in enumerate(problem.argnums)}
        clear = "".join(f"ZERO({active[int(starts[i])]}, {g.size});" for i, g in zip(problem.argnums, results, strict=True))
        given = "".join(f", enzyme_dup, {value}, {active[at]}" if at in active else f", enzyme_const, {value}"
                        for at, value in enumerate(values))
        words += [g.ctypes.data for g in results]
        bodies = f"{clear} enzyme::__enzyme_autodiff<double>((void *)primal{given});", f"*(double *)&out = primal({', '.join(values)});"
        gradient, primal = (kernel(source + _DRIVER.format(words=len(words), body=body), words, "CPP") for body in bodies)
        return Case(gradient, lambda _: results, primal)


def _word(value: Any) -> int:
    """The 64 bits of a C value."""
    return int(np.float64(value.value).view(np.int64)) if isinstance(value, ctypes.c_double) else int(value.value)


def kernel(source: str, words: list[int], language: str) -> Callable[[], object]:
    """Compile the function ``driver`` of ``source``, which finds ``words`` in its input, and return a call of it."""
    import llvmlite.binding as llvm
    from enzyme_ad.jax import enzyme_call
    from enzyme_ad.jax.primitives import cflags, resource_dir

    options = "-O3", "-target-cpu", llvm.get_host_cpu_name(), "-resource-dir", resource_dir(), *cflags()
    number, _ = enzyme_call.create_enzyme_kernel(
        source, "driver", [("double", [1])], [("double", [len(words)])], options, enzyme_call.ABI.Primal,
        getattr(enzyme_call.Language, language), False, "", "cpu")
    address = ctypes.pythonapi.PyCapsule_GetPointer
    address.restype, address.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    call = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)(address(enzyme_call.get_callback(), b"xla._CUSTOM_CALL_TARGET"))
    numbers, given, out = np.array([number]), np.array(words), np.zeros(1)
    inputs = np.array([numbers.ctypes.data, given.ctypes.data])
    pointers = native.pointer(out), native.pointer(inputs)
    kept = numbers, given, out, inputs

    def run() -> object:
        call(*pointers)
        return kept

    return run


RIVALS = {"enzyme": Enzyme()}
