"""Derivatives on disk, beside the compiled function that they are of: Numba's cache, with keys that tell look-alikes apart."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Any

import llvmlite.binding as llvm
from numba.core import caching
from numba.core.caching import CompileResultCacheImpl
from numba.core.runtime import rtsys

from irad.numba_.fingerprint import Unknown, fingerprint, stamp

SYMBOL = re.compile(r'@("[^"]+"|[-\w$.]+)')
DEFINED = re.compile(r'^(?:define [^@]*|)@("[^"]+"|[-\w$.]+)(?= = |\()', re.MULTILINE)
ADDRESSES = re.compile(r"numba\.dynamic\.globals|inttoptr \(i64 \d")
"""What stands in IR where it holds addresses of this process."""


class Loadable(CompileResultCacheImpl):
    """Stores with the machine code the names of what it needs from outside.

    Numba loads all that it can compile before it loads what is compiled: most of a second process's first call. Machine code
    needs no more than that its symbols are there.
    """

    def reduce(self, cres: Any) -> Any:
        return symbols(cres.library._final_module), tuple(cres.reload_init), super().reduce(cres)

    def rebuild(self, target_context: Any, payload: Any) -> Any:
        names, starts, stored = payload
        rtsys.initialize(target_context)
        for start in starts:
            start()
        if any(llvm.address_of_symbol(name) is None for name in names):
            target_context.refresh()
        return super().rebuild(target_context, stored)


class DerivativeCache(caching.FunctionCache):
    """The cache of one derivative.

    Parameters
    ----------
    function
        The function whose ``cache=True`` is honoured.
    form
        What the derivative computes.
    texts
        From a signature to the LLVM texts of the derivative: it may take long.
    shared
        Whether it is the version for arguments that share memory.
    """

    _impl_class = Loadable
    _cache_file: caching.IndexDataCacheFile

    def __init__(self, function: Any, form: Any, texts: Callable[[Any], list[str]], *, shared: bool) -> None:
        super().__init__(innermost(function).py_func)
        kind = hashlib.sha256(repr((form, shared)).encode()).hexdigest()[:10]
        file = self._cache_file
        self._cache_file = caching.IndexDataCacheFile(self._cache_path, f"{self._impl.filename_base}.{form.operator}-{kind}",
                                                      file._source_stamp)
        self._function = function
        self._kind = repr(form), shared
        self._texts = texts

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """As Numba does, but for the refresh of the context, which is `Loadable`'s."""
        with self._guard_against_spurious_io_errors():
            return self._load_overload(sig, target_context)

    def _index_key(self, sig: Any, codegen: Any) -> Any:
        """By what makes the derivative: the function with all that it calls; where that cannot be told, the derivative's own code."""
        try:
            found = fingerprint(self._function)
        except Unknown:
            found = hashlib.sha256("\n".join(map(normalised, self._texts(sig))).encode()).hexdigest()
        return sig, codegen.magic_tuple(), stamp(), self._kind, found

    def _save_overload(self, sig: Any, data: Any) -> None:
        if not any(ADDRESSES.search(text) for text in self._texts(sig)):
            super()._save_overload(sig, data)


def symbols(module: llvm.ModuleRef) -> list[str]:
    """The names of what a module uses and does not define."""
    return [value.name for values in (module.functions, module.global_variables) for value in values
            if value.is_declaration and not value.name.startswith("llvm.")]


def innermost(function: Any) -> Any:
    """The function that was written, under all derivatives."""
    while hasattr(function, "__wrapped__") and hasattr(function._compiler, "form"):
        function = function.__wrapped__
    return function


def is_cached(function: Any) -> bool:
    """Whether a function was compiled with ``cache=True``."""
    return isinstance(innermost(function)._cache, caching.FunctionCache)


def normalised(text: str) -> str:
    """LLVM text with the names of what it defines counted through: they differ from process to process."""
    names: dict[str, str] = {}
    for name in DEFINED.findall(text):
        names.setdefault(name, f"@{len(names)}")
    return SYMBOL.sub(lambda match: names.get(match[1], match[0]), text)
