"""Rules of your own: functions that bring their derivative along, values that count as constants, solutions of equations."""

from __future__ import annotations

from typing import Any

from numba import njit
from numba.core import types
from numba.core.registry import CPUDispatcher
from numba.extending import overload

from irad.derivative import jitted
from irad.errors import UnsupportedError
from irad.numba_ import rule_values
from irad.numba_.parameters import signature
from irad.numba_.stop import stopped
from irad.operators import vjp
from irad_passes.request import Mode

__all__ = ["WithRule", "custom_jvp", "custom_vjp", "stop_gradient"]


class WithRule(CPUDispatcher):
    """An njit function that brings its derivative along: made by `custom_jvp` and `custom_vjp`.

    Attributes
    ----------
    py_func
        The Python function.
    """

    _irad_noinline = True

    def __init__(self, function: CPUDispatcher) -> None:
        self._compiler: Any
        super().__init__(function.py_func, function.locals, dict(function.targetoptions), function._compiler.pipeline_class)
        self._plain = function
        self._jvp: Any = None
        self._vjp: tuple[Any, Any] | None = None
        self._transposed: tuple[Any, Any] | None = None
        self._irad_called = _caller(self)

    def defjvp(self, rule: Any) -> Any:
        """Give the function its derivative for forward mode; reverse mode transposes it, unless it has a rule of its own.

        Parameters
        ----------
        rule : njit function or Python function
            ``rule(primals, tangents) -> (y, y_dot)``; both are tuples with one entry for each argument, None as the tangent of
            what holds no floats. ``y_dot`` has to be linear in the tangents.

        Returns
        -------
        The rule, so that this is a decorator too.
        """
        self._jvp = jitted(rule, "defjvp")
        return rule

    def defvjp(self, forward: Any, backward: Any) -> None:
        """Give the function its derivative for reverse mode.

        Parameters
        ----------
        forward : njit function or Python function
            ``forward(*args) -> (y, residuals)``: the value, and whatever ``backward`` needs.
        backward : njit function or Python function
            ``backward(residuals, y_bar) -> bars``: a tuple with one entry for each argument, of its shape; anything for an argument
            that holds no floats. It must not raise: an adjoint that cannot be computed is nan.
        """
        self._vjp = jitted(forward, "defvjp"), jitted(backward, "defvjp")

    def rule(self, mode: Mode) -> Any:
        """The rule for a mode: a function, or a pair of them; None if there is none."""
        if mode is Mode.FORWARD:
            return self._jvp
        if self._vjp is None and self._jvp is not None and self._transposed is None:
            rule = self._jvp

            def move(tangents, primals, y):  # type: ignore[no-untyped-def]
                return rule(primals, tangents)[1]

            self._transposed = transposed(self, njit(move))
        return self._vjp or self._transposed

    def _irad_twin(self, twin_class: Any) -> Any:
        if self._jvp is None and self._vjp is None:
            raise UnsupportedError(f"`{self.py_func.__name__}` was to have a rule of its own and has none: call its defjvp or defvjp "
                                   f"before it is differentiated.")
        return twin_class(self.py_func, self.locals, dict(self.targetoptions), self._compiler.pipeline_class, noinline=True, owner=self)

    def _reduce_states(self) -> dict[str, Any]:
        return {"function": self._plain, "jvp": self._jvp, "vjp": self._vjp}

    @classmethod
    def _rebuild(cls, function: Any, jvp: Any, vjp: Any) -> WithRule:
        made = cls(function)
        made._jvp, made._vjp = jvp, vjp
        return made


def _caller(function: WithRule) -> Any:
    """An njit function that calls ``function``: what is differentiated in its place, since a rule is for calls."""
    names = [("*" if p.kind is p.VAR_POSITIONAL else "") + name for name, p in signature(function).parameters.items()]
    scope: dict[str, Any] = {"__name__": function.py_func.__module__, "__irad_function__": function}
    exec(f"def caller({', '.join(names)}):\n    return __irad_function__({', '.join(names)})\n", scope)
    caller: Any = scope["caller"]
    caller.__name__ = caller.__qualname__ = function.py_func.__name__
    caller.__defaults__ = function.py_func.__defaults__
    return njit(caller)


def transposed(function: Any, move: Any) -> tuple[Any, Any]:
    """Forward and backward rule of ``function`` from ``move(tangents, primals, y)``, the tangent of its result: the gradient, by the
    tangents, of what is linear in them."""
    pull, blank = vjp(move, 0), rule_values.blank
    names = ", ".join(signature(function).parameters)
    scope: dict[str, Any] = {"function": function}
    exec(f"def forward({names}):\n    y = function({names})\n    return y, (({names},), y)\n", scope)

    def backward(residuals, y_bar):  # type: ignore[no-untyped-def]
        primals, y = residuals
        return pull((blank(primals), primals, y), y_bar)[1]

    return njit(scope["forward"]), njit(backward)


def custom_vjp(function: Any) -> Any:
    """Give a function a derivative for reverse mode: a decorator.

    Parameters
    ----------
    function : njit function or Python function
        Its result is used where it is not differentiated. It must not write its arguments or return one of them. Arguments and
        result are floats, arrays of floats, tuples of them, and constants.

    Returns
    -------
    WithRule
        The function; give it its rule with `WithRule.defvjp`, and with `WithRule.defjvp` one for forward mode too.

    Raises
    ------
    NoDerivativeError
        Where the function is differentiated in forward mode and has no rule for it.

    Notes
    -----
    The rule is called wherever the function is, also in compiled code and in loops. A second derivative is that of the rule.

    Examples
    --------
    >>> import irad, math
    >>> from numba import njit
    >>> @irad.custom_vjp
    ... def log1pexp(x):
    ...     return math.log1p(math.exp(x))
    >>> @njit
    ... def forward(x):
    ...     return log1pexp(x), x
    >>> @njit
    ... def backward(x, y_bar):
    ...     return (y_bar / (1.0 + math.exp(-x)),)
    >>> log1pexp.defvjp(forward, backward)
    >>> irad.gradient(log1pexp)(0.0)
    0.5
    """
    return WithRule(jitted(function, "custom_vjp"))


def custom_jvp(function: Any) -> Any:
    """Give a function a derivative for forward mode, from which reverse mode takes its own: a decorator.

    Parameters
    ----------
    function : njit function or Python function
        As for `custom_vjp`.

    Returns
    -------
    WithRule
        The function; give it its rule with `WithRule.defjvp`.

    Notes
    -----
    Reverse mode transposes the rule: it differentiates the tangent of the result by the tangents of the arguments.

    Examples
    --------
    >>> import irad, math
    >>> @irad.custom_jvp
    ... def sine(x):
    ...     return math.sin(x)
    >>> @sine.defjvp
    ... def rule(primals, tangents):
    ...     return math.sin(primals[0]), math.cos(primals[0]) * tangents[0]
    >>> irad.derivative(sine)(0.0), irad.gradient(sine)(0.0)
    (1.0, 1.0)
    """
    return WithRule(jitted(function, "custom_jvp"))


def stop_gradient(x: Any) -> Any:
    """The value of ``x``, which counts as a constant: for Python and njit code.

    Parameters
    ----------
    x : float, array of floats, or tuple of them
        Anything else comes back as it is.

    Returns
    -------
    float, array or tuple
        Equal to ``x``. An array is a copy.

    Examples
    --------
    >>> import irad
    >>> from numba import njit
    >>> @njit
    ... def f(x):
    ...     return x * irad.stop_gradient(x)
    >>> irad.gradient(f)(3.0)
    3.0
    """
    if isinstance(x, tuple):
        items = [stop_gradient(item) for item in x]
        return type(x)(*items) if hasattr(x, "_fields") else tuple(items)
    return x.copy() if hasattr(x, "copy") and hasattr(x, "dtype") else x


@overload(stop_gradient)
def _stop_gradient(x):  # type: ignore[no-untyped-def]
    if isinstance(x, types.Float):
        return lambda x: stopped(x)
    if isinstance(x, types.Complex):
        return lambda x: complex(stopped(x.real), stopped(x.imag))
    if isinstance(x, types.Array) and isinstance(x.dtype, (types.Float, types.Complex)):
        def copied(x):  # type: ignore[no-untyped-def]
            made = x.copy()
            for index, value in enumerate(x.flat):
                made.flat[index] = stop_gradient(value)
            return made

        return copied
    if isinstance(x, types.BaseTuple):
        scope: dict[str, Any] = {"stop_gradient": stop_gradient, "make": getattr(x, "instance_class", None)}
        parts = "".join(f"stop_gradient(x[{index}]), " for index in range(len(x)))
        exec(f"def implementation(x):\n    return {'make' if scope['make'] else ''}({parts})\n", scope)
        return scope["implementation"]
    return lambda x: x
