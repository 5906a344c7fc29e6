"""Each row of the table of errors: its class, and what its message says."""

from __future__ import annotations

import pickle
import re
import sys

import numpy as np
import pytest
from numba import jit, njit

import irad
from irad.errors import (
    ArgumentTypeError,
    InternalError,
    IradError,
    NoDerivativeError,
    OutputTypeError,
    UnsupportedError,
    public,
)
from irad_passes import errors as engine

X = np.array([1.0, 2.0, 3.0])


@njit
def scaled(x, n):
    return (x * n).sum()


@njit
def square(x):
    return x * x


@pytest.mark.parametrize(("error", "builtin"), [
    (ArgumentTypeError, TypeError), (OutputTypeError, TypeError), (NoDerivativeError, NotImplementedError),
    (UnsupportedError, NotImplementedError), (InternalError, RuntimeError),
])
def test_classes(error, builtin):
    assert issubclass(error, IradError) and issubclass(error, builtin)
    assert not any(base.__module__.startswith("numba") for base in error.__mro__)
    assert str(pickle.loads(pickle.dumps(error("what")))) == "what"


@pytest.mark.parametrize(("argument", "words"), [
    (2, r"argument 0 \('x'\) is int64, not differentiable; pass 2\.0"),
    (True, r"argument 0 \('x'\) is bool, not differentiable; pass a float"),
    (np.arange(3), r"argument 0 \('x'\) is array\(int64, 1d, C\), not differentiable; pass it as an array of floats"),
    ((1, 2), r"argument 0 \('x'\) is UniTuple\(int64 x 2\), not differentiable"),
    (None, r"argument 0 \('x'\) is none, not differentiable"),
    ((1.0, ("text", 2)), r"Tuple\(float64, Tuple\(unicode_type, int64\)\): a gradient has no place for the unicode_type in it"),
    ("text", r"argument 0 \('x'\) is unicode_type, not differentiable"),
])
@pytest.mark.parametrize("operator", [irad.gradient, irad.value_and_gradient, irad.derivative])
def test_arguments_without_floats(operator, argument, words):
    with pytest.raises(ArgumentTypeError, match=words) as caught:
        operator(square)(argument)
    assert "`square`" in str(caught.value) and "test_errors.py" in str(caught.value)


def test_another_argument_is_named():
    with pytest.raises(ArgumentTypeError, match=r"argument 1 \('n'\) is int64"):
        irad.gradient(scaled, argnums=-1)(X, 2)


@pytest.mark.parametrize("argument", [X, 1j])
def test_derivative_wants_a_real_scalar(argument):
    with pytest.raises(ArgumentTypeError, match=r"a real scalar. Use irad\.gradient or irad\.jvp"):
        irad.derivative(square)(argument)


@pytest.mark.parametrize(("function", "words"), [
    (lambda x: abs(x), r"argument 0 \('x'\) .* is complex128, and jacobian is a matrix of floats"),
    (lambda x: (x, x.real), "argument 0"),
])
def test_a_matrix_is_one_of_floats(function, words):
    for operator in (irad.jacobian, irad.jacobian(mode="forward"), irad.jacobian(mode="reverse")):
        with pytest.raises(UnsupportedError, match=words):
            operator(njit(function))(1j)
    with pytest.raises(UnsupportedError, match=r"the result .* is Tuple\(float64, complex128\)|the result .* is complex128"):
        irad.jacobian(njit(lambda x: (x, x * 1j)))(1.0)
    with pytest.raises(UnsupportedError, match="hessian is a matrix of floats"):
        irad.hessian(njit(lambda x: abs(x)))(1j)


def test_a_complex_argument_has_a_complex_tangent():
    with pytest.raises(ArgumentTypeError, match=r"tangent of argument 0 \('x'\) is float64, and must be complex128"):
        irad.jvp(square)((1j,), (1.0,))


@pytest.mark.parametrize(("function", "words"), [
    (lambda x: x * 2, r"returns array\(float64, 1d, C\), and a gradient needs one float\. Sum it"),
    (lambda x: x.size, "returns int64, .* integers have no derivative"),
    (lambda x: (x[0], x[1]), r"returns UniTuple\(float64 x 2\).*has_aux=True"),
    (lambda x: None, "returns none"),
    (lambda x: x[0] > 0, "returns bool"),
    (lambda x: x[0] * 1j, r"returns complex128, .* real or imaginary part or its absolute value, or use irad\.vjp"),
])
def test_outputs_that_are_no_float(function, words):
    with pytest.raises(OutputTypeError, match=words):
        irad.gradient(njit(function))(X)


def test_outputs_without_a_tangent():
    for operator in (irad.jvp(njit(lambda x: x.size)), irad.vjp(njit(lambda x: x.size))):
        with pytest.raises(OutputTypeError, match="returns int64, which has no derivative"):
            operator((X,), (None,))


@pytest.mark.parametrize(("argnums", "words"), [
    ((0, 0), "twice"), ((0, "x"), "twice"), ((0, -2), "twice"), (2, "2 is out of range"), (-3, "-3 is out of range"),
    ("z", "no argument 'z'"), ((), "empty"),
])
def test_argnums(argnums, words):
    for operator in (irad.gradient, irad.value_and_gradient, irad.derivative, irad.vjp):
        with pytest.raises(ValueError, match=words):
            operator(scaled, argnums)


@pytest.mark.parametrize("argnums", [1.0, None, True])
def test_argnums_of_the_wrong_type(argnums):
    with pytest.raises(TypeError, match="indices and names"):
        irad.gradient(scaled, argnums)


@pytest.mark.parametrize("function", [3, "square", np.sin, len])
def test_what_is_no_function(function):
    with pytest.raises(TypeError, match="gradient takes an njit function, not"):
        irad.gradient(function)


def test_object_mode():
    with pytest.raises(UnsupportedError, match="object mode"):
        irad.gradient(jit(forceobj=True)(lambda x: x))


@pytest.mark.parametrize("operator", [irad.gradient, irad.jvp, irad.derivative, irad.jacobian])
def test_arguments_by_name_only(operator):
    for function, shown in ((njit(lambda x, *, scale=2.0: x * scale), "scale=2.0"), (njit(lambda x, **more: x), "**more")):
        with pytest.raises(UnsupportedError, match=rf"takes {re.escape(shown)} by name only, and Numba calls no such function\. Let it"):
            operator(function)


def test_star_arguments():
    with pytest.raises(UnsupportedError, match=r"takes \*args\. Write its arguments out, or pass a tuple"):
        irad.gradient(njit(lambda *args: args[0]))


@pytest.mark.parametrize(("primals", "tangents", "words"), [
    ((X, 2.0), (X.astype(np.float32), None), r"tangent of argument 0 \('x'\) is array\(float32, 1d, C\), and must be an array of float64"),
    ((X, 2.0), (X[:, None], None), "an array of float64 with 1 dimension"),
    ((X, 2.0), (X, 1), r"tangent of argument 1 \('n'\) is int64, and must be float64"),
    ((X, 2), (X, 1), "must be None: a value of type int64 has no derivative"),
    ((X, 2.0), (X,), "2 primals and 1 tangents"),
    ((X, 2.0), 1.0, "`tangents` is float64, and must be a tuple"),
    (X, (X,), "`primals` is array"),
    ((X, 2.0, 3.0), (X, None, None), "3 entries, and .* takes: x, n"),
    ((X,), (X,), "1 entries, and .* takes: x, n"),
    ((X, 2.0), (X[:2], None), "tangent of argument 'x' .* has another shape"),
])
def test_tangents(primals, tangents, words):
    with pytest.raises(ArgumentTypeError, match=words):
        irad.jvp(scaled)(primals, tangents)


@pytest.mark.parametrize(("cotangent", "words"), [
    (X.astype(np.float32), "the cotangent is array.float32, 1d, C., and must be an array of float64"),
    (1.0, "the cotangent is float64, and must be an array"),
    (X[:2], "the cotangent has another shape"),
])
def test_cotangents(cotangent, words):
    with pytest.raises(ArgumentTypeError, match=words):
        irad.vjp(square)((X,), cotangent)


def test_a_call_without_a_rule_names_it_and_its_line():
    import ctypes
    import ctypes.util

    library = ctypes.CDLL(ctypes.util.find_library("m"))
    bessel = library.j0
    bessel.argtypes, bessel.restype = [ctypes.c_double], ctypes.c_double

    @njit
    def f(x):
        y = x * x
        return bessel(y)

    for operator in (irad.gradient, irad.derivative):
        with pytest.raises(NoDerivativeError) as caught:
            operator(f)(2.0)
        error = caught.value
        assert error.function == "f" and error.callee.startswith("j0")
        assert error.line == f.py_func.__code__.co_firstlineno + 3
        assert "test_errors.py" in str(error)
        if sys.version_info >= (3, 11):
            assert error.__notes__[0].startswith("The instruction: ")
        assert error.__suppress_context__


def test_errors_come_out_of_njit_callers_unchanged():
    gradient = irad.gradient(square)

    @njit
    def caller(x):
        return gradient(x)

    with pytest.raises(ArgumentTypeError, match="argument 0"):
        caller(2)
    with pytest.raises(OutputTypeError, match="needs one float"):
        caller(X)

    @njit
    def inline(x):
        return irad.gradient(square, argnums=1)(x)

    with pytest.raises(ValueError, match="out of range"):
        inline(2.0)


def test_numbas_own_errors_stay_its_own():
    @njit
    def f(x):
        return x.no_such_attribute

    from numba.core.errors import TypingError

    with pytest.raises(TypingError, match="no_such_attribute"):
        irad.gradient(f)(2.0)


def test_engine_errors_become_public_ones(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    error = public(engine.VerificationError("after forward: no terminator", "; the IR"), "gradient(f)", "`f` (m.py:3)", 3)
    assert isinstance(error, InternalError)
    assert "after forward" in str(error)
    (file,) = tmp_path.iterdir()
    assert str(file) in str(error) and file.read_text() == "; the IR"
    assert isinstance(public(engine.Unsupported("varargs"), "gradient(f)", "`f` (m.py:3)"), UnsupportedError)
    assert isinstance(public(engine.ParseError("line 2"), "gradient(f)", "`f` (m.py:3)"), InternalError)
    found = public(engine.NoDerivative("no rule", "erfcx"), "gradient(f)", "`f` (m.py:3)", 3)
    assert isinstance(found, NoDerivativeError)
    assert (found.callee, found.function, found.line) == ("erfcx", "f", 3)


def test_a_routine_of_lapack_has_the_name_of_its_function() -> None:
    with pytest.raises(NoDerivativeError, match=r"no derivative rule for the call to `np\.linalg\.eigh`") as caught:
        irad.gradient(njit(lambda x: np.linalg.eigh(x)[0].sum()))(np.eye(2))
    assert caught.value.callee == "np.linalg.eigh"
