"""What is refused of containers: each error says what, where, and what to do."""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit

import irad
from irad.errors import ArgumentTypeError, NoDerivativeError, UnsupportedError

X = np.array([0.5, 1.5, 2.5])


@njit
def member_returned(x):
    rows = [x * k for k in range(1, 4)]
    return rows[1]


def test_member_that_is_returned():
    value, slope = irad.jvp(member_returned)((X,), (np.ones(3),))
    assert (value == 2 * X).all() and (slope == 2.0).all()
    with pytest.raises(UnsupportedError, match=r"members may leave the function; return a copy of the member, in `member_returned` "
                                               r"\(test_containers.py:17\)"):
        irad.vjp(member_returned)((X,), np.ones(3))


@njit
def appended_to(items, x):
    items.append(x)
    return items[0] * x


def test_lists_as_arguments():
    with pytest.raises(ArgumentTypeError, match=r"argument 0 \('items'\) is reflected list\(float64\).*; pass a float"):
        irad.gradient(appended_to)([1.0], 2.0)
    with pytest.raises(NoDerivativeError, match=r"`NRT_MemInfo_varsize_realloc`, in `appended_to` \(test_containers.py:31\)"):
        irad.gradient(appended_to, 1)([1.0], 2.0)


@njit
def summed_over_set(x):
    seen = set([x[0]])
    for v in x:
        seen.add(v * v)
    total = 0.0
    for v in seen:
        total += v
    return total


def test_sets_of_active_floats():
    with pytest.raises(NoDerivativeError, match=r"`summed_over_set` \(test_containers.py:4\d\)"):
        irad.gradient(summed_over_set)(X)
