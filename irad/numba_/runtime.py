"""What the symbols of Numba's runtime mean for differentiation: rows that go to the engine with each request."""

from __future__ import annotations

from collections.abc import Mapping

from irad.numba_ import complex_powers, typed_dicts
from irad.numba_.library import GEMM
from irad_passes.rules import libm
from irad_passes.rules.inactive import Inactive
from irad_passes.rules.memory import Allocation, Exposure, Free, Helper, Reallocation, RefCount, Shared
from irad_passes.rules.rule import Rule, ScalarRule
from irad_passes.rules.val import Number, Operand, pow, real, where

_DATA = 24
"""Offset of the data pointer in a ``MemInfo``, whose reference count comes first."""
_SIZE = 32
"""Offset of the size of the data."""

_SCALARS = {"gamma": libm.TGAMMA, "lgamma": libm.LGAMMA, "nextafter": libm.NEXTAFTER, "ldexp": libm.LDEXP, "erf": libm.ERF,
            "erfc": libm.ERFC, "fixed_fmod": libm.FMOD}


def _powi(x: Number, n: Number, ans: Number) -> tuple[Operand, Operand]:
    """x⁰ has slope 0 everywhere. Further derivatives are those of pow, which takes negative x where the exponent is whole."""
    return where(n == 0, 0.0, real(n) * pow(x, real(n - 1))), 0.0


def _frexp(x: Number, exponent: Number, ans: Number) -> tuple[Operand, Operand]:
    """The mantissa is x times a power of two that does not change; the exponent, which is stored, is an integer."""
    return ans / x, 0.0


RULES: Mapping[str, Rule] = {
    "NRT_MemInfo_alloc": Allocation(size=0, data_offset=_DATA, count_offset=0),
    "NRT_MemInfo_alloc_safe": Allocation(size=0, data_offset=_DATA, count_offset=0),
    "NRT_MemInfo_alloc_aligned": Allocation(size=0, align=1, data_offset=_DATA, count_offset=0),
    "NRT_MemInfo_alloc_safe_aligned": Allocation(size=0, align=1, data_offset=_DATA, count_offset=0),
    "NRT_MemInfo_alloc_dtor": Allocation(size=0, data_offset=_DATA, destructor=1, count_offset=0),
    "NRT_MemInfo_alloc_dtor_safe": Allocation(size=0, data_offset=_DATA, destructor=1, count_offset=0),
    "NRT_MemInfo_new_varsize": Allocation(size=0, data_offset=_DATA, size_offset=_SIZE, count_offset=0),
    "NRT_MemInfo_new_varsize_dtor": Allocation(size=0, data_offset=_DATA, size_offset=_SIZE, destructor=1, count_offset=0),
    "NRT_MemInfo_varsize_realloc": Reallocation(0, 1, _DATA, _SIZE, allocate="NRT_Allocate", free="NRT_Free"),
    "NRT_Allocate": Allocation(size=0),
    "NRT_Free": Free(),
    "NRT_incref": RefCount(+1),
    "NRT_decref": RefCount(-1),
    **{name: Helper() for name in ("numba_gil_ensure", "numba_gil_release", "numba_unpickle", "numba_fatal_error")},
    "NRT_adapt_ndarray_to_python_acqref": Exposure(),
    "numba_attempt_nocopy_reshape": Helper(writes=(5,)),
    **typed_dicts.RULES,
    GEMM: Helper(writes=(12,)),  # called by a function alone that has a derivative of its own
    **{name: Shared() for name in ("numba_get_np_random_state", "numba_get_py_random_state")},
    # The state of the generator is operand 0. A Poisson variate is an integer.
    **{name: Helper(writes=(0,)) for name in ("numba_rnd_init", "numba_rnd_shuffle", "numba_poisson_ptrs")},
    **{name: ScalarRule(name, _powi, ((-3.0, 3.0), (-4, 4)), singular=True) for name in ("irad.powi.f64", "irad.powi.f32")},
    **{name: ScalarRule(name, _frexp, ((0.1, 9.0), (0, 0)), singular=True) for name in ("numba_frexp", "numba_frexpf")},
    **{name: complex_powers.rule(name) for name in ("irad.cpow", "irad.cpowf")},
    **{f"llvm.arithmetic.fence.f{bits}": Inactive("stop_gradient") for bits in (32, 64)},  # see irad.numba_.stop
    **{f"numba_{name}{suffix}": rule for name, rule in _SCALARS.items() for suffix in ("", "f")},
}
