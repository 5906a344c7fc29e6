"""Run a plain Python function on numbers that are not floats: dual numbers, mpmath's.

`lift` copies a function so that `math`, `np` and the functions it calls (the Python functions behind compiled ones) work on any
number: ``math.sin`` becomes `dual.sin`, ``np.zeros`` makes an array of objects, in which views, strides and work in place are
NumPy's own.
"""

from __future__ import annotations

import builtins
import cmath
import math
import types
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numba.experimental.jitclass.base import JitClassType
from numba.typed import Dict, List

import dual
import elimination

Array = np.ndarray


def scalar_functions() -> dict[str, Callable[..., Any]]:
    """The functions of numbers under the names that `math` and NumPy give them."""
    other_names = {
        "arcsin": dual.asin, "arccos": dual.acos, "arctan": dual.atan, "arctan2": dual.atan2,
        "arcsinh": dual.asinh, "arccosh": dual.acosh, "arctanh": dual.atanh,
        "abs": dual.fabs, "absolute": dual.fabs, "pow": dual.power, "fmax": dual.maximum, "fmin": dual.minimum,
        "deg2rad": dual.radians, "rad2deg": dual.degrees, "remainder": dual.mod, "ldexp": dual.ldexp, "frexp": dual.frexp,
        "modf": dual.modf, "fabs": dual.fabs, "reciprocal": lambda x: 1.0 / x,
    }  # fmt: skip
    predicates = {name: predicate(getattr(np, name)) for name in ("isnan", "isinf", "isfinite", "signbit")}
    own_names = {name: value for name, value in vars(dual).items() if isinstance(value, dual.Primitive)}
    parts = {
        "real": on_arrays(lambda z: z.real), "imag": on_arrays(lambda z: z.imag), "angle": on_arrays(phase), "phase": phase, "rect": rect,
        "polar": lambda z: (dual.fabs(z), phase(z)),
    }  # fmt: skip
    return own_names | other_names | predicates | parts


def predicate(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A function that sees nothing but the value."""
    on_number = np.frompyfunc(lambda x: bool(function(float(dual.primal(x)))), 1, 1)
    return lambda x: on_number(x).astype(bool) if isinstance(x, np.ndarray) else on_number(x)


def with_objects(dtype: np.dtype) -> np.dtype:
    """The dtype of records whose numbers may be any; other dtypes as they are."""
    if dtype.names:
        return np.dtype([(name, with_objects(dtype[name]) if dtype[name].names else objects(dtype[name])) for name in dtype.names])
    return dtype


def objects(dtype: np.dtype) -> np.dtype:
    return np.dtype((object, dtype.shape)) if dtype.base.kind in "fc" else dtype


def is_float(dtype: Any) -> bool:
    return isinstance(dtype, Cast) or np.dtype(dtype).kind in "fcO"


class Cast:
    """``np.float64`` and the like: changes no float, and as a dtype stands for any number; ``number`` makes one of an integer."""

    def __init__(self, number: Callable[[Any], Any] = float) -> None:
        self.number = number

    def __call__(self, x: Any) -> Any:
        return self.number(x) if isinstance(x, (int, str)) else x


def on_arrays(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A function of numbers, element by element of arrays of objects."""
    on_each = np.frompyfunc(function, 1, 1)
    return lambda x: on_each(x) if isinstance(x, np.ndarray) else function(x)


def as_complex(x: Any, y: Any = 0.0) -> Any:
    """The complex number of these parts. It is complex also where ``y`` is zero."""
    return x + y * 1j


def number_of(dtype: Any) -> Callable[[Any], Any]:
    """What makes a number of this dtype of an integer."""
    return dtype.number if isinstance(dtype, Cast) else complex if np.dtype(dtype).kind == "c" else float


def phase(z: Any) -> Any:
    return dual.atan2(z.imag, z.real)


def rect(radius: Any, angle: Any) -> Any:
    return as_complex(radius * dual.cos(angle), radius * dual.sin(angle))


def full(shape: Any, value: Any, dtype: Any = None) -> Array:
    if dtype is None:
        dtype = int if isinstance(value, int) else float
    if not is_float(dtype):
        return np.full(shape, value, dtype)
    out = np.empty(shape, object)
    out.fill(value if isinstance(value, dual.Dual) else number_of(dtype)(value) if isinstance(value, (int, float)) else value)
    return out


def zeros(shape: Any, dtype: Any = float) -> Array:
    return full(shape, 0, dtype)


def ones(shape: Any, dtype: Any = float) -> Array:
    return full(shape, 1, dtype)


def empty(shape: Any, dtype: Any = float) -> Array:
    """NaN until it is written."""
    return full(shape, math.nan, dtype) if is_float(dtype) else np.empty(shape, dtype)


def total(a: Array, axis: int | None = None) -> Any:
    """The sum; of no numbers it is a float, as in NumPy's of floats."""
    return np.sum(a, axis, initial=0.0) if a.dtype == object else np.sum(a, axis)


def mean(a: Array) -> Any:
    return total(a) / a.size


def var(a: Array) -> Any:
    difference = a - mean(a)
    return total(difference * difference) / a.size


def array_functions() -> dict[str, Callable[..., Any]]:
    """NumPy's functions that make arrays, or take another way for objects."""

    def numbers(function: Callable[..., Array]) -> Callable[..., Array]:
        def made(*args: Any, **keywords: Any) -> Array:
            out = function(*args, **keywords)
            return out.astype(object) if out.dtype.kind in "fc" else out

        return made

    return {
        "full": full, "zeros": zeros, "ones": ones, "empty": empty, "sum": total, "mean": mean, "var": var,
        "std": lambda a: dual.sqrt(var(a)),
        "nditer": lambda a: np.nditer(a, flags=["refs_ok"]),
        "full_like": lambda a, value: full(a.shape, value, a.dtype),
        "zeros_like": lambda a: zeros(a.shape, a.dtype),
        "ones_like": lambda a: ones(a.shape, a.dtype),
        "empty_like": lambda a: empty(a.shape, a.dtype),
        "array": numbers(np.array), "linspace": numbers(np.linspace), "arange": numbers(np.arange), "eye": numbers(np.eye),
    }  # fmt: skip


SCALAR_FUNCTIONS = scalar_functions()
CASTS = {"float64": Cast(), "float32": Cast(), "complex128": Cast(complex), "complex64": Cast(complex)}
NUMPY_FUNCTIONS = SCALAR_FUNCTIONS | array_functions() | CASTS


class AnyList(list[Any]):
    """Stands for ``numba.typed.List``."""

    @staticmethod
    def empty_list(item_type: Any, allocated: int = 0) -> list[Any]:
        return AnyList()

    def copy(self) -> list[Any]:
        return AnyList(self)


class AnyDict(dict[Any, Any]):
    """Stands for ``numba.typed.Dict``."""

    @staticmethod
    def empty(key_type: Any, value_type: Any, n_keys: int = 0) -> dict[Any, Any]:
        return AnyDict()


CONTAINERS = {List: AnyList, Dict: AnyDict}
BUILTINS = vars(builtins) | {
    "float": Cast(),
    "complex": as_complex,
    "pow": dual.power,
}


class Module:
    """Stands for a module: ``functions`` where they differ, else the module itself."""

    def __init__(self, module: types.ModuleType, functions: dict[str, Any]) -> None:
        self.module, self.functions = module, functions

    def __getattr__(self, name: str) -> Any:
        return self.functions[name] if name in self.functions else getattr(self.module, name)


RANDOM = Module(np.random, {
    "normal": lambda location=0.0, scale=1.0: location + scale * np.random.normal(),
    "uniform": lambda low=0.0, high=1.0: low + (high - low) * np.random.random(),
    "exponential": lambda scale=1.0: scale * np.random.exponential(),
})
"""Draws that are moved and scaled from standard ones."""

MODULES = {
    "math": Module(math, SCALAR_FUNCTIONS | {"floor": math.floor, "ceil": math.ceil, "trunc": math.trunc}),
    "cmath": Module(cmath, SCALAR_FUNCTIONS),
    "numpy": Module(np, NUMPY_FUNCTIONS | {"random": RANDOM, "linalg": Module(np.linalg, elimination.FUNCTIONS)}),
}


def lift(function: Callable[..., Any], done: dict[Any, Any] | None = None) -> Callable[..., Any]:
    """The plain Python function of ``function``, for all kinds of numbers.

    Parameters
    ----------
    function
        A Python function, or anything that has one as its ``py_func``.
    done
        What has been lifted, by Python function: recursion ends there.
    """
    done = {} if done is None else done
    plain = getattr(function, "py_func", function)
    if plain in done:
        return done[plain]
    names: dict[str, Any] = {"__builtins__": BUILTINS}
    cells = tuple(types.CellType() for _ in plain.__closure__ or ())
    done[plain] = lifted = types.FunctionType(plain.__code__, names, plain.__name__, plain.__defaults__, cells)
    lifted.__kwdefaults__ = plain.__kwdefaults__
    for name in set(names_in(plain.__code__)) & plain.__globals__.keys():
        names[name] = counterpart(plain.__globals__[name], done)
    for cell, original in zip(cells, plain.__closure__ or (), strict=True):
        cell.cell_contents = counterpart(original.cell_contents, done)
    return lifted


def names_in(code: types.CodeType) -> Iterator[str]:
    """The names that this code and the functions in it look up."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from names_in(constant)


def plain_class(compiled: Any, done: dict[Any, Any]) -> type:
    """The Python class behind a jitclass: its methods and properties, for all kinds of numbers."""
    if compiled not in done:
        done[compiled] = made = type(compiled.class_name, (), {})
        for name, method in compiled.methods.items():
            setattr(made, name, lift(method, done))
        for name, parts in compiled.jit_props.items():
            setattr(made, name, property(*(lift(parts[key], done) if key in parts else None for key in ("get", "set"))))
    return done[compiled]


def counterpart(value: Any, done: dict[Any, Any]) -> Any:
    """What stands for a module, a function or a constant in a lifted function."""
    if isinstance(value, types.ModuleType):
        return MODULES.get(value.__name__, value)
    if hasattr(value, "py_func"):
        return lift(value, done)
    if isinstance(value, JitClassType):
        return plain_class(value.class_type, done)
    if isinstance(value, type) and value in CONTAINERS:
        return CONTAINERS[value]
    if isinstance(value, tuple):
        return tuple(counterpart(item, done) for item in value)
    return with_objects(value) if isinstance(value, np.dtype) else value
