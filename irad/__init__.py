"""Derivatives of Numba functions, compiled: differentiates the LLVM code of ``@njit`` functions, forward and reverse.

The operators are `gradient`, `value_and_gradient`, `derivative`, `jvp` and `vjp`; `check_gradients` compares them with finite
differences, `explain` says what they keep and compute again. What can go wrong is in `irad.errors`.
"""

from irad import errors, overloads
from irad.check import check_gradients
from irad.derivative import Derivative
from irad.explanation import explain
from irad.operators import derivative, grad, gradient, jvp, value_and_grad, value_and_gradient, vjp

__version__ = "0.1.0"
__all__ = [
    "Derivative",
    "check_gradients",
    "derivative",
    "errors",
    "explain",
    "grad",
    "gradient",
    "jvp",
    "value_and_grad",
    "value_and_gradient",
    "vjp",
]
del overloads
