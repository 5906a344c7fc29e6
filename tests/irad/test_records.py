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


@njit
def push(r, force):
    """The record before and after: its speed is written."""
    before = r["mass"] * r["speed"] ** 2
    r["speed"] += force / r["mass"]
    return before * r["speed"]


def test_a_record_by_itself():
    # m s² (s + f/m) = m s³ + s² f
    body = bodies()[0]
    expected = (27.0, 0, 3 * 2.0 * 9.0 + 2 * 3.0 * 5.0)
    found = irad.gradient(push)(body, 5.0)
    assert found.dtype == BODY and found.tolist() == expected and body.tolist() == (2.0, 1, 5.5)
    value, (by_record, by_force) = irad.value_and_gradient(push, (0, 1))(bodies()[0], 5.0)
    assert (value, by_record.tolist(), by_force) == (2.0 * 9.0 * 5.5, expected, 9.0)
    assert irad.vjp(push)((bodies()[0], 5.0), 2.0)[1].tolist() == (54.0, 0, 168.0)
    moved, body = np.array([(1.0, 99, 0.5)], BODY), bodies()[0]
    assert irad.jvp(push)((body, 5.0), (moved[0], 1.0))[1] == 27.0 + 0.5 * 84.0 + 9.0
    assert moved.tolist() == [(1.0, 99, 0.5)] and body.tolist() == (2.0, 1, 5.5)
    assert irad.gradient(njit(lambda pair: push(pair[0], pair[1])))((bodies()[0], 5.0))[0].tolist() == expected
    irad.check_gradients(njit(lambda r: r["mass"] * r["speed"] ** 2), (bodies()[0],))


def test_a_record_with_all_that_records_hold():
    rich = np.dtype([("a", "f4"), ("n", "i2"), ("v", "f8", (3,)), ("z", "c16"), ("inner", BODY)], align=True)
    record = np.zeros(1, rich)[0]
    record["a"], record["v"], record["z"], record["inner"] = 2.0, (1.0, 2.0, 3.0), 1 + 2j, (3.0, 4, 5.0)
    found = irad.gradient(njit(lambda r: r["a"] * r["v"][1] + abs(r["z"]) ** 2 + r["inner"]["mass"] * r["inner"]["speed"]))(record)
    assert found.dtype == rich
    assert found["v"].tolist() == [0.0, 2.0, 0.0]
    assert (found["a"], found["n"], found["z"], found["inner"].tolist()) == (2.0, 0, 2 + 4j, (5.0, 0, 3.0))


def test_second_derivatives_by_a_record():
    kinetic = njit(lambda r, x: r["mass"] * r["speed"] ** 2 * x)
    # the Hessian, times (0.5, -1): (2 s ds, 2 s dm + 2 m ds) x
    assert irad.hvp(kinetic)(bodies()[0], DIRECTION[0], 2.0).tolist() == (-12.0, 0, 2.0 * (3.0 - 4.0))
    inner = irad.value_and_gradient(kinetic)
    assert irad.gradient(njit(lambda r: inner(r, 2.0)[1]["speed"]))(bodies()[0]).tolist() == (12.0, 0, 8.0)
    assert irad.jvp(njit(lambda r: inner(r, 2.0)[1]["speed"]))((bodies()[0],), (DIRECTION[0],))[1] == 0.5 * 12.0 - 8.0


def test_a_gradient_by_a_record_is_one_in_njit_code():
    kinetic = njit(lambda r: r["mass"] * r["speed"] ** 2)

    @njit
    def store(a):
        a[1] = irad.gradient(kinetic)(a[0])
        return irad.gradient(kinetic)(a[1])["mass"]

    a = bodies()
    assert store(a) == 12.0**2
    assert a.tolist() == [(2.0, 1, 3.0), (9.0, 0, 12.0)]


def test_what_records_by_themselves_cannot_do():
    assert irad.gradient(mass_of, "x")(bodies()[0], 5.0) == 2.0
    with pytest.raises(UnsupportedError, match=r"a place in memory, not a value"):
        irad.jvp(njit(lambda a: a[0]))((bodies(),), (bodies(),))
    product = njit(lambda r, q: r["mass"] * q["mass"])
    with pytest.raises(UnsupportedError, match=r"would return several records of one type, which Numba cannot do. Ask for one of them"):
        irad.gradient(product, (0, 1))(*bodies())
    with pytest.raises(UnsupportedError, match=r"is a matrix of floats. Use irad.jvp and irad.vjp, or pass and return its floats"):
        irad.jacobian(product)(*bodies())
    with pytest.raises(ArgumentTypeError, match=r"the tangent of argument 0 .'r'. is float64, and must be Record"):
        irad.jvp(product)(tuple(bodies()), (1.0, None))

    @njit
    def exchange(r, q):
        r["mass"] = q["speed"]
        return r["mass"] * q["mass"]

    a = bodies()
    assert irad.gradient(exchange, 1)(a[0], a[1]).tolist() == (5.0, 0, 1.0)
    with pytest.raises(UnsupportedError, match=r"the record 'q' of .* is in the memory of 'r'"):
        irad.gradient(exchange, 1)(a[0], a[0])


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
