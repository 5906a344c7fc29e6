"""Derivatives on disk, beside the compiled function that they are of: Numba's cache, with keys that tell look-alikes apart."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Any

from numba.core import caching

from irad.numba_.fingerprint import Unknown, fingerprint, stamp

SYMBOL = re.compile(r'@("[^"]+"|[-\w$.]+)')
DEFINED = re.compile(r'^(?:define [^@]*|)@("[^"]+"|[-\w$.]+)(?= = |\()', re.MULTILINE)
ADDRESSES = re.compile(r"numba\.dynamic\.globals|inttoptr \(i64 \d")
"""What stands in IR where it holds addresses of this process."""


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
