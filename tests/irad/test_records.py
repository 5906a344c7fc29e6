"""Arrays of records: what a gradient is, what is refused, derivatives of derivatives. What can be differentiated is in the scenarios."""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit

import irad
from irad import check
from irad.errors import ArgumentTypeError, UnsupportedError

BODY = np.dtype([("mass", "f8"), ("charge", "i4"), ("speed", "f8")])
INTEGERS = np.dtype([("a", "i4"), ("b", "?")])


def bodies():
    return np.array([(2.0, 1, 3.0), (1.0, -1, 5.0)], BODY)


@njit
def energy(a):
    return (a["mass"] * a["speed"] ** 2 * a["charge"]).sum()


@njit
def mass_of(r, x):
    return r["mass"] * x


def test_a_gradient_is_of_the_dtype_with_zeros_where_there_are_no_floats():
    found = irad.gradient(energy)(bodies())
    assert found.dtype == BODY
    assert found.tolist() == [(9.0, 0, 12.0), (-25.0, 0, -10.0)]


def test_integers_in_tangents_do_not_matter():
    moved = np.array([(1.0, 99, 0.0), (0.0, -7, 0.5)], BODY)
    assert irad.jvp(energy)((bodies(),), (moved,))[1] == 9.0 - 5.0
    weights = np.array([(1.0, 5, 0.0), (0.0, 5, 2.0)], BODY)
    adjoint = irad.vjp(njit(lambda a: a[::-1].copy()))((bodies(),), weights)[1]
    assert adjoint.tolist() == [(0.0, 0, 2.0), (1.0, 0, 0.0)]


def test_a_record_by_itself_is_a_constant():
    assert irad.gradient(mass_of, "x")(bodies()[0], 5.0) == 2.0
    with pytest.raises(UnsupportedError, match=r"argument 0 \('r'\) .* Pass an array with that one record"):
        irad.gradient(mass_of)(bodies()[0], 5.0)
    with pytest.raises(UnsupportedError, match="a place in memory, not a value"):
        irad.jvp(njit(lambda a: a[0]))((bodies(),), (bodies(),))


def test_a_record_in_the_memory_of_what_is_written():
    @njit
    def scale(a, r):
        a[0]["mass"] *= 2.0
        return a[0]["mass"] * r["mass"]

    a = bodies()
    assert irad.gradient(scale)(a, bodies()[0])["mass"].tolist() == [4.0, 0.0]
    with pytest.raises(UnsupportedError, match=r"the record 'r' of .* is in the memory of 'a'"):
        irad.gradient(scale)(a, a[0])


def test_arrays_of_records_that_share_memory():
    @njit
    def f(a, b):
        a[0]["mass"] = a[0]["mass"] * b[1]["speed"]
        return a[0]["mass"] * b[0]["mass"]

    # both are one: (m0 s1)²
    a = bodies()
    by_a, by_b = irad.gradient(f, (0, 1))(a, a)
    assert by_a[0]["mass"] + 0.0 == by_b[0]["mass"] == 2.0 * 2.0 * 25.0
    a, moved = bodies(), np.array([(1.0, 3, 0.0), (0.0, 4, 1.0)], BODY)
    assert irad.jvp(f)((a, a), (moved, None))[1] == 2.0 * 10.0 * (5.0 + 2.0)


def test_records_without_floats():
    with pytest.raises(ArgumentTypeError, match="not differentiable"):
        irad.gradient(njit(lambda a: a[0]["a"] * 1.0))(np.ones(2, INTEGERS))


def test_no_matrix_of_records():
    with pytest.raises(UnsupportedError, match="jacobian is a matrix of floats"):
        irad.jacobian(energy)(bodies())


DIRECTION = np.array([(0.5, 0, -1.0), (2.0, 0, 0.25)], BODY)


def test_second_derivatives_in_every_order():
    # the Hessian of m s² c, times a direction: c (2 s ds, 2 s dm + 2 m ds)
    expected = [(2 * 3.0 * -1.0, 0, 2 * 3.0 * 0.5 + 2 * 2.0 * -1.0), (-2 * 5.0 * 0.25, 0, -(2 * 5.0 * 2.0 + 2 * 1.0 * 0.25))]
    gradient = irad.gradient(energy)
    along = njit(lambda a: irad.jvp(energy)((a,), (DIRECTION,))[1])

    @njit
    def product(a):
        g = gradient(a)
        return (g["mass"] * DIRECTION["mass"]).sum() + (g["speed"] * DIRECTION["speed"]).sum()

    assert irad.jvp(gradient)((bodies(),), (DIRECTION,))[1].tolist() == expected
    assert irad.gradient(along)(bodies()).tolist() == expected
    assert irad.gradient(product)(bodies()).tolist() == expected


def test_records_are_checked(monkeypatch):
    irad.check_gradients(energy, (bodies(),), order=2)

    def wrong(function, argnums):
        def vjp(primals, cotangent):
            value, adjoint = irad.vjp(function, argnums)(primals, cotangent)
            adjoint[1]["speed"] += 1e-4
            return value, adjoint

        return vjp

    monkeypatch.setattr(check, "vjp", wrong)
    with pytest.raises(AssertionError, match=r"entry \['speed'\]\[1\]: reverse mode gives"):
        irad.check_gradients(energy, (bodies(),))
