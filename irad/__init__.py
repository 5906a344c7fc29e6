"""Derivatives of Numba functions, compiled: differentiates the LLVM code of ``@njit`` functions, forward and reverse.

The operators are `gradient`, `value_and_gradient`, `derivative`, `jvp` and `vjp`; `check_gradients` compares them with finite
differences. What can go wrong is in `irad.errors`.
"""

from irad import errors, overloads
from irad.check import check_gradients
from irad.derivative import Derivative
from irad.operators import derivative, grad, gradient, jvp, value_and_grad, value_and_gradient, vjp

__version__ = "0.1.0"
__all__ = [
    "Derivative",
    "check_gradients",
    "derivative",
    "errors",
    "grad",
    "gradient",
    "jvp",
    "value_and_grad",
    "value_and_gradient",
    "vjp",
]
del overloads
