"""Derivatives of Numba functions, compiled: differentiates the LLVM code of ``@njit`` functions, forward and reverse.

The operators are `gradient`, `value_and_gradient`, `derivative`, `jacobian`, `hessian`, `hessian_diagonal`, and the products `jvp`,
`vjp`, `hvp` and `gauss_newton`; `check_gradients` compares them with finite differences, `explain` says what they keep and compute
again. What can go wrong is in `irad.errors`.
"""

from irad import errors, overloads
from irad.autodiff import Active, Const, Duplicated, Forward, Reverse, autodiff
from irad.check import check_gradients
from irad.custom import WithRule, custom_jvp, custom_vjp, stop_gradient
from irad.derivative import Derivative
from irad.explanation import explain
from irad.implicit import implicit
from irad.operators import (
    derivative,
    gauss_newton,
    grad,
    gradient,
    hessian,
    hessian_diagonal,
    hvp,
    jacfwd,
    jacobian,
    jacrev,
    jvp,
    value_and_grad,
    value_and_gradient,
    vjp,
)

__version__ = "0.1.0"
__all__ = [
    "Active",
    "Const",
    "Derivative",
    "Duplicated",
    "Forward",
    "Reverse",
    "WithRule",
    "autodiff",
    "check_gradients",
    "custom_jvp",
    "custom_vjp",
    "derivative",
    "errors",
    "explain",
    "gauss_newton",
    "grad",
    "gradient",
    "hessian",
    "hessian_diagonal",
    "hvp",
    "implicit",
    "jacfwd",
    "jacobian",
    "jacrev",
    "jvp",
    "stop_gradient",
    "value_and_grad",
    "value_and_gradient",
    "vjp",
]
del overloads
