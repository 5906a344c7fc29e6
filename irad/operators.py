"""The operators: what users call. Each is a function and a decorator, bare or with options; all are sugar over `irad.forms`."""

from __future__ import annotations

from typing import Any

from irad.argnums import Argnums
from irad.derivative import Form, differentiated
from irad.forms.forward import Jvp, Slope
from irad.forms.matrices import Hessian, HessianDiagonal, Jacobian, MatrixMode
from irad.forms.products import GaussNewton, Hvp
from irad.forms.reverse import Gradient, ValueAndGradient, Vjp


def _operator(function: Any, form: Form) -> Any:
    """The derivative of ``function``; without one, the decorator that makes it."""
    if function is None:
        return lambda decorated: differentiated(decorated, form)
    return differentiated(function, form)


def gradient(function: Any = None, argnums: Argnums = 0, *, has_aux: bool = False, vector_math: bool | None = None) -> Any:
    """Gradient of a function that returns a float, compiled.

    Parameters
    ----------
    function : njit function or Python function
        Returns a float. A Python function is jitted first. Left out, ``gradient(argnums=…)`` is a decorator.
    argnums : int, str, or tuple of them
        The arguments to differentiate with respect to, by index (negative from the end) or name.
    has_aux : bool
        The function returns ``(y, aux)``, of which only the float ``y`` is differentiated.
    vector_math : bool, optional
        Whether vector functions of glibc (4 units in the last place) take the place of libm's: in the value too, nowhere, or, if left
        out, in what only the derivative needs. Control flow, indices and comparisons are libm's. Without glibc on x86-64: no effect.

    Returns
    -------
    Derivative
        Called as ``function`` is, and with ``out``, an array to fill. Returns the gradient, shaped and typed like the argument; a tuple
        of them for a tuple ``argnums``; ``(gradient, aux)`` with ``has_aux``.

    Raises
    ------
    ValueError
        ``argnums`` is out of range, unknown, or names an argument twice.
    ArgumentTypeError
        At the call: the argument is an integer, a boolean or an object; ``out`` has the wrong type or shares memory with an argument.
    OutputTypeError
        At the call: the function does not return one float.

    Notes
    -----
    One reverse sweep: a small constant times the cost of ``function``, whatever the size of the argument. Side effects of
    ``function`` happen once; the gradient is with respect to the values on entry. With respect to z = x + iy it is ∂f/∂x + i ∂f/∂y.

    Examples
    --------
    >>> import irad, numpy as np
    >>> from numba import njit
    >>> @njit
    ... def energy(x):
    ...     total = 0.0
    ...     for i in range(x.size):
    ...         total += x[i] ** 2
    ...     return total
    >>> irad.gradient(energy)(np.array([1.0, 2.0]))
    array([2., 4.])
    """
    return _operator(function, Gradient(argnums, has_aux, vector_math=vector_math))


def value_and_gradient(function: Any = None, argnums: Argnums = 0, *, has_aux: bool = False, vector_math: bool | None = None) -> Any:
    """Value and gradient of a function that returns a float, by one sweep.

    Parameters and errors are those of `gradient`.

    Returns
    -------
    Derivative
        Called as ``function`` is, and with ``out``. Returns ``(y, gradient)``, what ``scipy.optimize.minimize(…, jac=True)`` takes;
        ``((y, aux), gradient)`` with ``has_aux``.

    Examples
    --------
    >>> import irad
    >>> irad.value_and_gradient(lambda x: x * x)(3.0)
    (9.0, 6.0)
    """
    return _operator(function, ValueAndGradient(argnums, has_aux, vector_math=vector_math))


def derivative(function: Any = None, argnums: Argnums = 0, *, vector_math: bool | None = None) -> Any:
    """Derivative with respect to a scalar argument, compiled.

    Parameters
    ----------
    function : njit function or Python function
        Returns a float, a complex number, an array of them, or a tuple of those.
    argnums : int, str, or tuple of them
        The float arguments to differentiate with respect to.
    vector_math : bool, optional
        As in `gradient`.

    Returns
    -------
    Derivative
        Called as ``function`` is. Returns dy/dx with the structure of y; a tuple of them for a tuple ``argnums``.

    Raises
    ------
    ArgumentTypeError
        At the call: the argument is no float.

    Notes
    -----
    One forward sweep for each argument asked for, each about twice the cost of ``function``.

    Examples
    --------
    >>> import irad
    >>> irad.derivative(lambda x: x**3)(2.0)
    12.0
    """
    return _operator(function, Slope(argnums, vector_math=vector_math))


def jvp(function: Any = None, *, has_aux: bool = False, vector_math: bool | None = None) -> Any:
    """Directional derivative, compiled: the Jacobian times a tangent.

    Parameters
    ----------
    function : njit function or Python function
        Returns a float, a complex number, an array of them, or a tuple of those.
    has_aux : bool
        The function returns ``(y, aux)``, of which only ``y`` is differentiated.
    vector_math : bool, optional
        As in `gradient`.

    Returns
    -------
    Derivative
        Called as ``(primals, tangents) -> (y, y_dot)``: two tuples with one entry for each argument of ``function``, None as the tangent
        of a constant. ``y_dot`` has the structure and shape of ``y``. With ``has_aux`` it returns ``(y, y_dot, aux)``.

    Raises
    ------
    ArgumentTypeError
        At the call: a tangent's shape or dtype differs from its primal's.

    Notes
    -----
    One forward sweep, about twice the cost of ``function``. Side effects of ``function`` happen once; tangents are never written.
    Complex numbers are pairs of real ones: where f is analytic, ``y_dot`` is f'(z) times the tangent.

    Examples
    --------
    >>> import irad
    >>> irad.jvp(lambda x, y: x * y)((2.0, 3.0), (1.0, None))
    (6.0, 3.0)
    """
    return _operator(function, Jvp(has_aux, vector_math=vector_math))


def vjp(function: Any = None, argnums: Argnums = 0, *, has_aux: bool = False, vector_math: bool | None = None) -> Any:
    """Product of a cotangent with the Jacobian, compiled.

    Parameters
    ----------
    function : njit function or Python function
        Returns a float, a complex number, an array of them, or a tuple of those.
    argnums : int, str, or tuple of them
        The arguments to differentiate with respect to.
    has_aux : bool
        The function returns ``(y, aux)``, of which only ``y`` is differentiated.
    vector_math : bool, optional
        As in `gradient`.

    Returns
    -------
    Derivative
        Called as ``(primals, cotangent) -> (y, x_bar)``: the tuple of all arguments, and a value with the structure of ``y`` (None for
        what has no part). ``x_bar`` is what `gradient` would return. With ``has_aux`` it returns ``(y, x_bar, aux)``.

    Raises
    ------
    ArgumentTypeError
        At the call: the cotangent's shape or dtype differs from the output's.

    Notes
    -----
    One reverse sweep: a small constant times the cost of ``function``. It is the transpose of `jvp` under the real inner product
    Re(Σ ā b): where f is analytic, ``x_bar`` is conj(f'(z)) times the cotangent.

    Examples
    --------
    >>> import irad
    >>> irad.vjp(lambda x, y: x * y, argnums=(0, 1))((2.0, 3.0), 1.0)
    (6.0, (3.0, 2.0))
    """
    return _operator(function, Vjp(argnums, has_aux, vector_math=vector_math))


def jacobian(function: Any = None, argnums: Argnums = 0, *, has_aux: bool = False, mode: MatrixMode = "auto",
             chunk: int | None = None, vector_math: bool | None = None) -> Any:
    """Jacobian, compiled: all derivatives of all outputs.

    Parameters
    ----------
    function : njit function or Python function
        Returns a float, an array of floats, or a tuple of them.
    argnums : int, str, or tuple of them
        The arguments to differentiate with respect to.
    has_aux : bool
        The function returns ``(y, aux)``, of which only ``y`` is differentiated.
    mode : {"auto", "forward", "reverse"}
        By columns, by rows, or whichever needs fewer sweeps; where only the extents tell, the first forward sweep tells them. Where the
        function has no reverse mode, "auto" goes by columns.
    chunk : int, optional
        How many columns or rows one sweep computes; if left out, 8 columns, or 4 rows (8 if there are so many for sure).
    vector_math : bool, optional
        As in `gradient`.

    Returns
    -------
    Derivative
        Called as ``function`` is, and with ``out``, an array to fill. Returns an array of the dtype of y and the shape
        ``y.shape + x.shape``; for tuples, the structure of y with that of x in each place; ``(jacobian, aux)`` with ``has_aux``.

    Raises
    ------
    ValueError
        ``mode`` or ``chunk`` is none, or ``argnums`` does not fit; at the call, ``out`` has the wrong shape.
    ArgumentTypeError
        At the call: the argument cannot be differentiated, ``out`` has the wrong type or shares memory with an argument.
    OutputTypeError
        At the call: the function returns no floats.

    Notes
    -----
    Forward mode: eight columns (``chunk``) travel in one sweep, as vectors, which costs about two to six times ``function``. Reverse
    mode: four rows do, for little more than the gradient of one, which costs about the same; the memory of the shadows is fourfold.
    ``function`` runs once for each sweep, always from the arguments as they were on entry; what it writes into them is what it
    writes when it runs once. Where there are more than twice as many columns as rows, "auto" goes by rows.

    Examples
    --------
    >>> import irad, numpy as np
    >>> irad.jacobian(lambda x: x * x)(np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    """
    return _operator(function, Jacobian(argnums, has_aux, mode, chunk, vector_math=vector_math))


def jacfwd(function: Any = None, argnums: Argnums = 0, *, has_aux: bool = False, chunk: int | None = None,
           vector_math: bool | None = None) -> Any:
    """`jacobian` by forward mode."""
    return jacobian(function, argnums, has_aux=has_aux, mode="forward", chunk=chunk, vector_math=vector_math)


def jacrev(function: Any = None, argnums: Argnums = 0, *, has_aux: bool = False, vector_math: bool | None = None) -> Any:
    """`jacobian` by reverse mode."""
    return jacobian(function, argnums, has_aux=has_aux, mode="reverse", vector_math=vector_math)


def hessian(function: Any = None, argnums: Argnums = 0, *, has_aux: bool = False, vector_math: bool | None = None) -> Any:
    """Hessian, compiled: all second derivatives of a function that returns a float.

    Parameters and errors are those of `gradient`.

    Returns
    -------
    Derivative
        Called as ``function`` is, and with ``out``, an array to fill. Returns an array of the shape ``x.shape + x.shape``; for a tuple
        ``argnums``, a tuple of tuples of them; ``(hessian, aux)`` with ``has_aux``.

    Notes
    -----
    The Jacobian of the gradient, by columns, of which eight travel in one forward sweep. `hvp` multiplies with it at the cost of one.

    Examples
    --------
    >>> import irad, numpy as np
    >>> irad.hessian(lambda x: x[0] * x[1] ** 2)(np.array([3.0, 2.0]))
    array([[0., 4.],
           [4., 6.]])
    """
    return _operator(function, Hessian(argnums, has_aux, vector_math=vector_math))


def hessian_diagonal(function: Any = None, argnums: Argnums = 0, *, has_aux: bool = False, vector_math: bool | None = None) -> Any:
    """Diagonal of the Hessian, compiled: the second derivative with respect to each number, as iminuit's ``g2`` takes it.

    Parameters and errors are those of `gradient`.

    Returns
    -------
    Derivative
        Called as ``function`` is, and with ``out``, an array to fill. Returns what is shaped as the gradient.

    Notes
    -----
    The cost is that of `hessian`, the memory that of a gradient.

    Examples
    --------
    >>> import irad, numpy as np
    >>> irad.hessian_diagonal(lambda x: x[0] * x[1] ** 2)(np.array([3.0, 2.0]))
    array([0., 6.])
    """
    return _operator(function, HessianDiagonal(argnums, has_aux, vector_math=vector_math))


def hvp(function: Any = None, argnums: Argnums = 0, *, has_aux: bool = False, vector_math: bool | None = None) -> Any:
    """Product of the Hessian with a vector, compiled, without the Hessian.

    Parameters
    ----------
    function : njit function or Python function
        Returns a float.
    argnums : int, str, or tuple of them
        The arguments to differentiate with respect to.
    has_aux : bool
        The function returns ``(y, aux)``, of which only the float ``y`` is differentiated.
    vector_math : bool, optional
        As in `gradient`.

    Returns
    -------
    Derivative
        Called as ``(x, v, *rest)``: the arguments of ``function`` with the vector behind the first, as SciPy calls ``hessp``; and with
        ``out``, an array to fill. ``v`` has the structure and shape of what is differentiated by (a tuple for a tuple ``argnums``), and
        so has the product; ``(product, aux)`` with ``has_aux``.

    Raises
    ------
    ArgumentTypeError
        At the call: the shape or dtype of ``v`` is another.
    OutputTypeError
        At the call: the function does not return one float.

    Notes
    -----
    Forward over reverse: one sweep, about twice the cost of the gradient.

    Examples
    --------
    >>> import irad, numpy as np
    >>> irad.hvp(lambda x: x[0] * x[1] ** 2)(np.array([3.0, 2.0]), np.array([1.0, 0.0]))
    array([0., 4.])
    """
    return _operator(function, Hvp(argnums, has_aux, vector_math=vector_math))


def gauss_newton(function: Any = None, argnums: Argnums = 0, *, has_aux: bool = False, vector_math: bool | None = None) -> Any:
    """Products of the Gauss–Newton matrix JᵀJ of residuals r with vectors, compiled, without J.

    Parameters
    ----------
    function : njit function or Python function
        Returns the residuals: a float, an array of floats, or a tuple of them.
    argnums : int, str, or tuple of them
        The arguments to differentiate with respect to.
    has_aux : bool
        The function returns ``(r, aux)``, of which only ``r`` is differentiated.
    vector_math : bool, optional
        As in `gradient`.

    Returns
    -------
    Derivative
        Called as `hvp` is: ``(x, v, *rest)`` gives JᵀJ v, and ``(x, None, *rest)`` gives Jᵀr, the gradient of ‖r‖²/2.

    Raises
    ------
    ArgumentTypeError
        At the call: the shape or dtype of ``v`` is another than that of x.

    Notes
    -----
    JᵀJ v is one forward and one reverse sweep, Jᵀr one reverse sweep. What ``function`` writes into its arguments is what it writes
    when it runs once.

    Examples
    --------
    One step of Gauss and Newton for a linear problem in one unknown is the solution:

    >>> import irad, numpy as np
    >>> step = irad.gauss_newton(lambda x: 2.0 * x - 6.0)
    >>> 5.0 - step(5.0, None) / step(5.0, 1.0)
    3.0
    """
    return _operator(function, GaussNewton(argnums, has_aux, vector_math=vector_math))


grad = gradient
value_and_grad = value_and_gradient
