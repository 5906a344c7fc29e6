"""What a function is made of, as a hash: its code, and whatever its code can reach. Equal hashes mean equal derivatives.

Finding it costs no compilation, so that a derivative that was stored is found at once. Whatever is not known here to be
fixed by what is hashed makes it `Unknown`; who asks then hashes the derivative itself.
"""

from __future__ import annotations

import builtins
import hashlib
import inspect
import sys
import types as python
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite
import numba
import numpy as np
from numba.core import types
from numba.core.dispatcher import Dispatcher
from numba.core.registry import CPUDispatcher

from irad.numba_ import vector_math

STAMPED = frozenset({"numba", "numpy", "irad", "math", "cmath", "builtins", "operator"})
"""Packages whose functions are what their version says: see `stamp`."""
MEMOS = ("_irad_sweeps", "_irad_derivatives", "_irad_contracted", "_irad_picked", "_irad_halved", "_irad_jitted", "_irad_signature")
"""How the names start of what irad keeps on a dispatcher and changes no derivative."""


class Unknown(Exception):
    """Something whose effect on a derivative cannot be told from outside."""


@cache
def stamp() -> tuple[str, ...]:
    """The versions of all that makes derivatives, and the vector functions that are there; of irad the size and time of each file too."""
    folders = [Path(__file__).parents[1], Path(sys.modules["irad_passes"].__path__[0])]
    files = sorted(path for folder in folders for path in folder.rglob("*.py"))
    entries = [f"{path.name}:{status.st_size}:{status.st_mtime_ns}" for path in files for status in (path.stat(),)]
    digest = hashlib.sha256("\n".join(entries).encode()).hexdigest()
    return (numba.__version__, llvmlite.__version__, np.__version__, sys.version, *sum(vector_math.variants().values(), ()), digest)


def fingerprint(function: CPUDispatcher) -> str:
    """The hash of a function and of all that it calls.

    Raises
    ------
    Unknown
        It uses something that is not known to be fixed by its code and its constants.
    """
    walk = _Walk()
    walk.visit(function, frozenset())
    return walk.digest.hexdigest()


class _Walk:
    """Feeds a hash with a value and all that it refers to, each thing once."""

    def __init__(self) -> None:
        self.digest = hashlib.sha256()
        self._seen: dict[int, int] = {}
        self._alive: list[Any] = []  # an id stays that of one thing

    def put(self, *words: Any) -> None:
        for word in words:
            data = word if isinstance(word, bytes) else str(word).encode("utf-8", "surrogatepass")
            self.digest.update(f"{len(data)}:".encode() + data)

    def visit(self, value: Any, names: frozenset[str]) -> None:
        """Hash ``value``; ``names`` are those that the code around it mentions: the attributes of a module that matter."""
        if isinstance(value, (bool, int, float, complex, str, bytes, type(None), type(...))):
            self.put(type(value).__name__, repr(value))
        elif isinstance(value, np.generic):
            self.put("scalar", value.dtype, value.tobytes())
        elif isinstance(value, (tuple, list)):
            self._class_of_tuple(value)
            self.put(len(value))
            for item in value:
                self.visit(item, names)
        elif isinstance(value, frozenset):
            self.put("frozenset", *sorted(map(repr, value)))
        else:
            self._once(value, names)

    def _class_of_tuple(self, value: Any) -> None:
        plain = type(value) in (tuple, list)
        self.put(type(value).__name__, *([] if plain else value._fields if hasattr(value, "_fields") else [self._unknown(value)]))

    def _unknown(self, value: Any) -> str:
        raise Unknown(f"{type(value).__name__} {value!r}")

    def _once(self, value: Any, names: frozenset[str]) -> None:
        if isinstance(value, python.ModuleType):
            self._module(value, names)
            return
        if id(value) in self._seen:
            self.put("again", self._seen[id(value)])
            return
        self._seen[id(value)] = len(self._seen)
        self._alive.append(value)
        match value:
            case np.ndarray() if not value.dtype.hasobject:
                self.put("array", value.dtype.descr, value.shape, value.strides, value.flags.writeable, value.tobytes())
            case np.dtype() | types.Type():
                self.put("type", value)
            case CPUDispatcher():
                self._dispatcher(value)
            case _ if _package(value) in STAMPED and not isinstance(value, Dispatcher):
                self.put("library", getattr(value, "__module__", ""), getattr(value, "__qualname__", getattr(value, "__name__", value)))
            case type() if issubclass(value, tuple) and hasattr(value, "_fields"):
                self.put("named tuple", value.__module__, value.__qualname__, *value._fields)
            case _:
                self._unknown(value)

    def _module(self, module: Any, names: frozenset[str]) -> None:
        self.put("module", module.__name__)
        if module.__name__.partition(".")[0] not in STAMPED:
            self._members(module.__dict__, names)

    def _dispatcher(self, function: Any) -> None:
        kept = {name for name in function.__dict__ if name.startswith("_irad") and not name.startswith(MEMOS)}
        if kept or function._compiler.pipeline_class is not numba.core.compiler.Compiler:
            self._unknown(function)
        form = getattr(function._compiler, "form", None)
        if form is not None:
            self.put("derivative", form)
            self.visit(function.__wrapped__, frozenset())
            return
        options = {name: option for name, option in function.targetoptions.items() if name != "cache"}
        self.put("function", sorted((name, repr(option)) for name, option in options.items()), sorted(map(repr, function.locals.items())))
        self.put(function._can_compile, *([] if function._can_compile else function.nopython_signatures))
        self._function(function.py_func)

    def _function(self, function: Any) -> None:
        code = function.__code__
        self._code(code)
        for value in (function.__defaults__, *(cell.cell_contents for cell in function.__closure__ or ())):
            self.visit(value, frozenset(_names(code)))
        self._members(function.__globals__, frozenset(_names(code)))

    def _members(self, scope: dict[str, Any], names: frozenset[str]) -> None:
        """Hash what ``names`` mean in a module."""
        for name in sorted(names & scope.keys()):
            self.put("name", name)
            self.visit(scope[name], names)

    def _code(self, code: Any) -> None:
        self.put("code", code.co_filename, code.co_firstlineno, code.co_code, code.co_names, code.co_varnames, code.co_freevars,
                 code.co_cellvars, code.co_flags, code.co_argcount, code.co_linetable)
        for constant in code.co_consts:
            if inspect.iscode(constant):
                self._code(constant)
            else:
                self.visit(constant, frozenset())


def _names(code: Any) -> Iterable[str]:
    """The global names and attributes that code and the functions in it mention."""
    yield from code.co_names
    for constant in code.co_consts:
        if inspect.iscode(constant):
            yield from _names(constant)


def _package(value: Any) -> str:
    """The top package that a function or class was defined in; "" for other things."""
    name = getattr(value, "__name__", None)
    if name is None or isinstance(value, python.ModuleType):
        return ""
    if getattr(builtins, name, None) is value:
        return "builtins"
    return "numpy" if isinstance(value, np.ufunc) else str(getattr(value, "__module__", "")).partition(".")[0]
