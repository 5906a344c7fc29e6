"""``python -m irad file.py:function --at …``: value, gradient, check and timing of a function of the user's. Needs no extra."""

from __future__ import annotations

import copy
import importlib
import importlib.util
import inspect
import math
import sys
from pathlib import Path
from time import perf_counter
from types import ModuleType
from typing import Any

import numpy as np
from numba import njit
from numba.core.dispatcher import Dispatcher
from numba.core.errors import NumbaError

import irad
from irad.check import flat
from irad.demo.measure import duration, seconds_per_call
from irad.errors import IradError

EXAMPLE = "--at 'np.linspace(0, 1, 10)'"


class UsageError(Exception):
    """It cannot be done as asked; the message says why and what to do."""


def run_function(target: str, at: str | None, *, explain: bool = False) -> int:
    """Differentiate, check and time ``target`` at ``at``, or explain its gradient, and print it.

    Returns the exit status: 0 well, 1 the check failed, 2 it cannot be done as asked.
    """
    try:
        function = load(target)
        arguments = evaluate(at, function)
        return show_explanation(function, arguments) if explain else show(target, function, arguments)
    except UsageError as error:
        print(f"python -m irad: {error}", file=sys.stderr)
    except IradError as error:
        print(f"python -m irad: cannot differentiate {target}: {type(error).__name__}: {error}", file=sys.stderr)
    except NumbaError as error:
        print(f"python -m irad: Numba cannot compile {target}: {error}", file=sys.stderr)
    return 2


def load(target: str) -> Any:
    """The function ``file.py:name`` or ``package.module:name``, jitted if it is not."""
    place, colon, name = target.rpartition(":")
    if not (place and colon and name):
        raise UsageError(f"'{target}' names no function: write file.py:function or package.module:function")
    module = load_file(Path(place)) if place.endswith(".py") else load_module(place)
    function = getattr(module, name, None)
    if function is None:
        there = [key for key, value in vars(module).items() if callable(value) and getattr(value, "__module__", "") == module.__name__]
        raise UsageError(f"no '{name}' in {place}" + (f"; it has: {', '.join(there)}" if there else ""))
    if inspect.isfunction(function):
        return njit(function)
    if not isinstance(function, Dispatcher):
        raise UsageError(f"'{name}' in {place} is a {type(function).__name__}: give a function, @njit or plain")
    return function


def load_file(path: Path) -> ModuleType:
    """Import a file, as if its folder were the current one."""
    if not path.is_file():
        raise UsageError(f"no such file: {path}")
    sys.path.insert(0, str(path.parent.resolve()))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise UsageError(f"{path} cannot be imported: {type(error).__name__}: {error}") from error
    return module


def load_module(name: str) -> ModuleType:
    """Import a module by its dotted name, also from the current folder."""
    sys.path.insert(0, "")
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise UsageError(f"cannot import {name}: {error}") from error


def evaluate(at: str | None, function: Any) -> tuple[Any, ...]:
    """The arguments that ``--at`` means: a tuple is all of them, anything else is the only one."""
    parameters = ", ".join(inspect.signature(function.py_func).parameters)
    if at is None:
        raise UsageError(f"say where: {EXAMPLE}, or a tuple for several arguments; the function takes ({parameters})")
    try:
        value = eval(at, {"np": np, "numpy": np, "math": math, **function.py_func.__globals__})
    except Exception as error:
        raise UsageError(f"--at '{at}': {type(error).__name__}: {error}") from error
    arguments = value if isinstance(value, tuple) else (value,)
    try:
        inspect.signature(function.py_func).bind(*arguments)
    except TypeError as error:
        raise UsageError(f"--at '{at}' does not fit ({parameters}): {error}") from error
    return arguments


def differentiable(arguments: tuple[Any, ...]) -> tuple[int, ...]:
    """The arguments that hold floats."""
    argnums = tuple(index for index, value in enumerate(arguments) if flat(value).size)
    if not argnums:
        raise UsageError("nothing to differentiate: no argument is a float, an array or a tuple of floats (write 2.0 rather than 2)")
    return argnums


def show_explanation(function: Any, arguments: tuple[Any, ...]) -> int:
    """Print what the gradient does with each line; in colours where rich is installed."""
    explanation = irad.explain(function, arguments, differentiable(arguments))
    if importlib.util.find_spec("rich") is None:
        print(explanation)
    else:
        from rich.console import Console

        Console().print(explanation)
    return 0


def show(target: str, function: Any, arguments: tuple[Any, ...]) -> int:
    """Print value, gradients, check and times. Returns 0, or 1 if the check failed."""
    argnums = differentiable(arguments)
    names = list(inspect.signature(function.py_func).parameters)
    try:
        function(*copy.deepcopy(arguments))
    except NumbaError:
        raise
    except Exception as error:
        raise UsageError(f"{target} itself raises {type(error).__name__}: {error}") from error

    derivative = irad.value_and_gradient(function, argnums)
    began = perf_counter()
    value, gradients = derivative(*copy.deepcopy(arguments))
    compiled = perf_counter() - began
    print(f"{target}\n  value     {value!r}")
    for index, gradient in zip(argnums, gradients, strict=True):
        label = f"  gradient  {names[index] if index < len(names) else index} = "
        text = repr(gradient) if isinstance(gradient, tuple) else np.array2string(np.asarray(gradient), threshold=20, prefix=label)
        print(label + text)

    status = 0
    try:
        irad.check_gradients(function, copy.deepcopy(arguments))
    except AssertionError as error:
        print(f"  check     FAILED: {error}")
        status = 1
    else:
        print("  check     ok: forward mode, reverse mode and finite differences agree")

    primal = seconds_per_call(lambda: function(*arguments))
    whole = seconds_per_call(lambda: derivative(*arguments))
    calls = 2 * sum(flat(arguments[index]).size for index in argnums)
    print(f"  time      primal {duration(primal)}, value and gradient {duration(whole)} ({whole / primal:.1f} × primal); "
          f"finite differences would take {calls} calls, {duration(calls * primal)}; compiled in {duration(compiled)}")
    return status
