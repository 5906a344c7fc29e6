"""The problems at their smallest size: the references agree with the primals, and irad with the references."""

from __future__ import annotations

import numpy as np
import pytest

import irad
from benchmarks import problems


@pytest.mark.parametrize("name", problems.NAMES)
def test_references(name: str) -> None:
    problem = problems.load(name)
    assert problem.name == name and len(problem.sizes) == 3
    arguments = problem.prepare(next(iter(problem.sizes.values())))
    expected = problem.expected(arguments)
    assert [g.shape for g in expected] == [arguments[index].shape for index in problem.argnums]
    # Central differences with steps of 1e-4, extrapolated, and a primal that is rounded: 1e-9 at best, and Newton's stops at 1e-12.
    assert problem.error(arguments, expected) < 1e-7
    gradient = irad.gradient(problem.primal, problem.argnums)
    scale = max(np.abs(e).max() for e in expected)
    for ours, theirs in zip(gradient(*arguments), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-11 * scale)  # a thousand roundings; Newton's iteration stops at 1e-12


@pytest.mark.parametrize("name", problems.NAMES)
def test_arguments_are_the_same_each_time(name: str) -> None:
    problem = problems.load(name)
    size = next(iter(problem.sizes.values()))
    for one, other in zip(problem.prepare(size), problem.prepare(size), strict=True):
        np.testing.assert_array_equal(one, other)
