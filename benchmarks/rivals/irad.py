"""irad itself, as a user calls it: a `Derivative` from Python, that returns new arrays."""

from __future__ import annotations

import ctypes
from functools import partial

from benchmarks.problem import Arguments, Problem
from benchmarks.rivals.rival import Case, Rival
from benchmarks.stages import compilation


class Irad(Rival):
    packages = ("numba", "llvmlite", "numpy")

    def case(self, problem: Problem, arguments: Arguments) -> Case:
        import irad

        gradient = irad.gradient(problem.primal, problem.argnums)
        return Case(lambda: gradient(*arguments), lambda result: result, tape=lambda: tape(problem, arguments),
                    compilation=lambda: compilation(problem, arguments))


def tape(problem: Problem, arguments: Arguments) -> int:
    """Bytes that a gradient takes from its arena in a call.

    The arena stays in a pool behind the call: a variable of the machine code (see ``irad_passes.transforms.tape_runtime``), where the
    name leads to the code that was compiled last; so the gradient is compiled anew. The arena says how far it was filled when it was
    given back. Whoever takes no arena leaves the mark.
    """
    import numba
    from numba.core.registry import cpu_target

    import irad

    anew = irad.gradient(numba.njit(problem.primal.py_func), problem.argnums)
    gradient = partial(anew, *arguments)
    gradient()
    pool = cpu_target.target_context.codegen()._engine._ee.get_global_value_address("irad.tape.pool")
    address = ctypes.c_int64.from_address(pool).value if pool else 0
    if not address:
        return 0
    gradient()  # what grew in the first call is one piece afterwards
    gradient()
    address = ctypes.c_int64.from_address(pool).value
    top = ctypes.c_int64.from_address(address + 56)
    top.value = mark = 0
    gradient()
    return top.value - address - 64 if top.value != mark else 0


RIVALS = {"irad": Irad()}
