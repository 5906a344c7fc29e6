"""Reference derivatives of plain Python functions, by two ways that share nothing with irad.

`dual_jacobian` and what is derived from it run dual numbers, in double precision; `precise_jacobian` takes central differences
of mpmath numbers with 60 digits, right to about 30, and says whether the dual numbers can be trusted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np

from dual import Dual, level, primal
from lifting import lift

Tree = Any  # numbers, arrays and None in nested tuples


@dataclass(frozen=True)
class Run:
    """A function's result and its derivative.

    Parameters
    ----------
    value
        What the function returned.
    matrix
        Derivatives of the real numbers in the result (rows) by those in the chosen arguments (columns). A complex number is two:
        its real and its imaginary part.
    args
        The arguments after the call.
    """

    value: Tree
    matrix: np.ndarray
    args: tuple[Tree, ...]


def layout_copy(array: np.ndarray, dtype: Any) -> np.ndarray:
    """Copy an array to another dtype, keeping its strides in elements, their signs too."""
    strides = [stride // array.itemsize for stride in array.strides]
    reach = [stride * (extent - 1) for stride, extent in zip(strides, array.shape, strict=True)]
    first = -sum(r for r in reach if r < 0)
    buffer = np.zeros(1 + sum(map(abs, reach)) if array.size else 1, dtype)
    size = buffer.itemsize
    out = np.lib.stride_tricks.as_strided(buffer[first if array.size else 0 :], array.shape, [s * size for s in strides])
    out[...] = array
    return out


def mapped(dtype: np.dtype, function: Callable[[np.dtype], Any]) -> np.dtype:
    """A dtype with ``function`` applied to each plain one in it: the fields of records, of records in records, of rows in records."""
    if dtype.names:
        fields = [(name, mapped(dtype[name], function)) for name in dtype.names]
        return np.dtype(fields, align=dtype.isalignedstruct and not any(field.hasobject for _, field in fields))
    if dtype.subdtype:
        return np.dtype((mapped(dtype.base, function), dtype.shape))
    return np.dtype(function(dtype))


def as_object(dtype: np.dtype) -> Any:
    return object if dtype.kind in "fc" else dtype


def plain_arrays(array: np.ndarray) -> list[np.ndarray]:
    """The array, or where it is one of records, views of their fields."""
    if array.dtype.names is None:
        return [array]
    return [view for name in array.dtype.names for view in plain_arrays(array[name])]


def without_floats(tree: Tree) -> list[np.ndarray]:
    """The arrays of ``tree``, and the fields of those of records, that hold no floats."""
    if isinstance(tree, tuple):
        return [array for item in tree for array in without_floats(item)]
    return [array for array in plain_arrays(tree) if array.dtype.kind not in "fcO"] if isinstance(tree, np.ndarray) else []


def transform(function: Callable[[Any], Any], tree: Tree) -> Tree:
    """Copy ``tree`` with ``function`` applied to each floating-point number; their arrays become arrays of objects."""
    if isinstance(tree, tuple):
        items = [transform(function, item) for item in tree]
        return type(tree)(*items) if hasattr(tree, "_fields") else tuple(items)
    if isinstance(tree, np.ndarray):
        out = layout_copy(tree, mapped(tree.dtype, as_object))
        for given, made in zip(plain_arrays(tree), plain_arrays(out), strict=True):
            for index in np.ndindex(given.shape if given.dtype.kind in "fcO" else (0,)):
                made[index] = function(given[index] if given.dtype == object else given[index].item())
        return out
    return function(tree) if is_number(tree) else tree


def is_number(x: Any) -> bool:
    return isinstance(x, (float, np.floating, complex, np.complexfloating, Dual, mpmath.mpf, mpmath.mpc))


def is_complex(x: Any) -> bool:
    return isinstance(primal(x), (complex, np.complexfloating, mpmath.mpc))


def leaves(tree: Tree) -> list[Any]:
    """The floating-point numbers of ``tree``, in order."""
    if isinstance(tree, tuple):
        return [leaf for item in tree for leaf in leaves(item)]
    if isinstance(tree, np.ndarray):
        return [array[index] for array in plain_arrays(tree) if array.dtype.kind in "fcO" for index in np.ndindex(array.shape)]
    return [tree] if is_number(tree) else []


def coordinates(tree: Tree) -> list[Any]:
    """The real numbers of ``tree``, in order: two for each complex number."""
    return [part for leaf in leaves(tree) for part in ((leaf.real, leaf.imag) if is_complex(leaf) else (leaf,))]


def unflatten(tree: Tree, numbers: Sequence[Any]) -> Tree:
    """``tree`` with its `coordinates` replaced by ``numbers``."""
    return aligned(tree, transform_arrays(transform(taken(numbers), tree)))


def aligned(like: Tree, tree: Tree) -> Tree:
    """``tree`` with the records aligned that are in ``like``: those of objects never are."""
    if isinstance(tree, tuple):
        items = [aligned(*pair) for pair in zip(like, tree, strict=True)]
        return type(tree)(*items) if hasattr(tree, "_fields") else tuple(items)
    if isinstance(like, np.ndarray) and like.dtype.isalignedstruct and not tree.dtype.hasobject:
        return layout_copy(tree, like.dtype)
    return tree


def taken(numbers: Sequence[Any]) -> Callable[[Any], Any]:
    """A function that takes the place of a number: what comes next in ``numbers``, two of them for a complex one."""
    remaining = iter(numbers)
    return lambda x: next(remaining) + 1j * next(remaining) if is_complex(x) else next(remaining)


def transform_arrays(tree: Tree) -> Tree:
    """Turn arrays of objects into arrays of numbers where they hold no dual ones."""
    if isinstance(tree, tuple):
        items = [transform_arrays(item) for item in tree]
        return type(tree)(*items) if hasattr(tree, "_fields") else tuple(items)
    if isinstance(tree, np.ndarray) and not any(isinstance(x, Dual) for x in leaves(tree)):
        numbers = iter([complex if any(isinstance(x, complex) for x in array.flat) else float
                        for array in plain_arrays(tree) if array.dtype == object])
        return layout_copy(tree, mapped(tree.dtype, lambda dtype: next(numbers) if dtype.kind == "O" else dtype))
    return tree


def plain(x: Any) -> Any:
    return x.item() if isinstance(x, np.generic) else x


def dual_jacobian(function: Callable[..., Any], args: tuple[Tree, ...], argnums: Sequence[int] = (0,)) -> Run:
    """Run ``function`` once, with one direction per real number in the arguments ``argnums``."""
    chosen = tuple(args[i] for i in argnums)
    identity = np.eye(len(coordinates(chosen)))
    return differentiate(function, args, argnums, list(identity))


def differentiate(function: Callable[..., Any], args: tuple[Tree, ...], argnums: Sequence[int], tangents: list[np.ndarray]) -> Run:
    """Run ``function`` on dual numbers; ``tangents``: one row per real number of the chosen arguments."""
    here = 1 + max(map(level, leaves(args)), default=0)
    direction = taken(tangents)
    chosen = {i: transform(lambda x: Dual(plain(x), direction(x), here), args[i]) for i in argnums}
    lifted = tuple(chosen.get(i, transform(plain, arg)) for i, arg in enumerate(args))
    value = lift(function)(*lifted)
    width = tangents[0].shape if tangents else (0,)

    def tangent(x: Any) -> np.ndarray:
        return x.tangent if level(x) == here else np.zeros(width)

    def stripped(x: Any) -> Any:
        return x.value if level(x) == here else x

    def parts(x: Any) -> list[np.ndarray]:
        if not is_complex(x):
            return [tangent(x)]
        return [np.array([t.real for t in tangent(x)]), np.array([t.imag for t in tangent(x)])]

    rows = [row for x in leaves(value) for row in parts(x)]
    matrix = np.stack(rows) if rows else np.zeros((0, *width))
    return Run(transform_arrays(transform(stripped, value)), matrix, transform_arrays(transform(stripped, lifted)))


def dual_gradient(function: Callable[..., Any], args: tuple[Tree, ...], argnums: int | Sequence[int] = 0) -> Tree:
    """Gradient of a function that returns a number, in the structure of the arguments ``argnums``."""
    if isinstance(argnums, int):
        return dual_gradient(function, args, (argnums,))[0]
    (row,) = dual_jacobian(function, args, argnums).matrix
    return unflatten(tuple(args[i] for i in argnums), row)


def dual_jvp(function: Callable[..., Any], args: tuple[Tree, ...], tangents: tuple[Tree, ...]) -> tuple[Tree, Tree]:
    """The result and its derivative along ``tangents``, which has None for each argument that is constant."""
    argnums = [i for i, tangent in enumerate(tangents) if tangent is not None]
    direction = coordinates(tuple(tangents[i] for i in argnums))
    run = differentiate(function, args, argnums, [np.array([t]) for t in direction])
    return run.value, unflatten(run.value, run.matrix[:, 0] if direction else [])


def dual_hessian_product(
    function: Callable[..., Any], args: tuple[Tree, ...], argnums: Sequence[int], *tangents: tuple[Tree, ...]
) -> np.ndarray:
    """Derivative of the gradient by ``argnums`` along one of ``tangents`` after the other, flat: dual numbers of dual numbers."""
    for level_, along in enumerate(tangents, 1):
        args = pushed(args, along, level_)
    gradient = coordinates(dual_gradient(function, args, tuple(argnums)))
    for level_ in range(len(tangents), 0, -1):
        gradient = [x.tangent[0] if level(x) == level_ else 0.0 for x in gradient]
    return np.array(gradient)


def pushed(args: tuple[Tree, ...], tangents: tuple[Tree, ...], level_: int) -> tuple[Tree, ...]:
    """The arguments as dual numbers of a level, which move along ``tangents``."""
    moving = [i for i, tangent in enumerate(tangents) if tangent is not None]
    directions = iter(leaves(tuple(tangents[i] for i in moving)))
    chosen = {i: transform(lambda x: Dual(plain(x), np.array([next(directions)]), level_), args[i]) for i in moving}
    return tuple(chosen.get(i, arg) for i, arg in enumerate(args))


def precise_jacobian(function: Callable[..., Any], args: tuple[Tree, ...], argnums: Sequence[int] = (0,)) -> np.ndarray:
    """Central differences with 60 digits: the matrix of `dual_jacobian`, at the price of two runs per column."""
    lifted = lift(function)
    with mpmath.workdps(60):
        step = mpmath.mpf(10) ** -15
        columns = []
        for column in range(len(coordinates(tuple(args[i] for i in argnums)))):
            ends = [coordinates(lifted(*shifted(args, argnums, column, sign * step))) for sign in (1, -1)]
            columns.append([float((high - low) / (2 * step)) for high, low in zip(*ends, strict=True)])
    return np.array(columns).T


def shifted(args: tuple[Tree, ...], argnums: Sequence[int], column: int, step: mpmath.mpf) -> tuple[Tree, ...]:
    """The arguments as mpmath numbers, with ``step`` added to the real number ``column`` of those in ``argnums``."""
    axis = [step * (k == column) for k in range(len(coordinates(tuple(args[i] for i in argnums))))]
    along = taken(axis)
    chosen = {i: transform(lambda x: mpmath.mpmathify(plain(x)) + along(x), args[i]) for i in argnums}
    return tuple(chosen.get(i, transform(lambda x: mpmath.mpmathify(plain(x)), arg)) for i, arg in enumerate(args))
