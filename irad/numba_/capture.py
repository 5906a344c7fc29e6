"""From an njit function to the LLVM text that is differentiated.

`target` says how functions are compiled for it, `abi` what the parameters of the result mean, `lines` where an instruction
comes from.
"""

from __future__ import annotations

import re
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from inspect import signature as python_signature
from typing import Any

from numba.core import types
from numba.core.compiler_lock import global_compiler_lock
from numba.core.registry import CPUDispatcher

from irad.numba_ import target
from irad.numba_.library import has_products


@dataclass(frozen=True)
class Captured:
    """A function as clean LLVM IR.

    Parameters
    ----------
    text
        The whole module as LLVM prints it: optimised, not vectorised, with everything inlined that is not recursive.
    name
        Symbol of the function in it.
    arguments
        Numba types of the arguments, ``Omitted`` where a default is taken.
    returns
        Numba type of the result.
    argument_names
        Names of the parameters in Python.
    parallel
        Whether there are functions with ``parallel=True`` in it.
    by_blas
        Makes the text in which products of matrices are calls of BLAS; None where there are none.
    """

    text: str
    name: str
    arguments: tuple[types.Type, ...]
    returns: types.Type
    argument_names: tuple[str, ...]
    parallel: bool = False
    by_blas: Callable[[], str] | None = None


SYMBOL = re.compile(r'@"[^"]*"|@[-\w$.]+|!\d+')
DEFINITION = re.compile(r'(@"[^"]*"|@[-\w$.]+|!\d+) = ')

_captured: weakref.WeakKeyDictionary[CPUDispatcher, dict[tuple[bool, tuple[types.Type, ...]], Captured]] = weakref.WeakKeyDictionary()


def capture(function: CPUDispatcher, signature: tuple[types.Type, ...], *, parallel: bool = False) -> Captured:
    """Clean LLVM IR of an njit function.

    Parameters
    ----------
    function
        What ``@njit`` returned.
    signature
        Numba types of the positional arguments; those that are left out take their defaults. What `Captured.arguments` says is
        taken too.
    parallel
        Leave parallel loops as functions of a chunk of their iterations: see `parfors`.

    Returns
    -------
    Captured
        The same object for the same function and types.

    Raises
    ------
    numba.core.errors.TypingError
        Numba cannot compile the function for these types.
    irad.errors.UnsupportedError
        The function, or a part of it, is compiled in object mode.

    Notes
    -----
    The function's own target options hold (``fastmath``, ``error_model``, ``boundscheck``, ``inline``, ``locals``), except that
    ``parallel=True`` is captured as the serial function that ``parallel=False`` gives, unless ``parallel`` says otherwise.
    """
    with global_compiler_lock, target.parallel_loops(parallel):
        memo = _captured.setdefault(function, {})
        key = parallel, signature
        if key not in memo:
            result = compiled(function, signature)
            folded = result.signature.args
            if (parallel, folded) not in memo:
                library = result.library
                memo[parallel, folded] = Captured(
                    text=tidied(str(library.optimised())), name=result.fndesc.llvm_func_name, arguments=folded,
                    returns=result.signature.return_type, argument_names=tuple(python_signature(function.py_func).parameters),
                    parallel=library.has_parallel(),
                    by_blas=partial(_by_blas, library) if has_products(library._final_module) else None)
            memo[key] = memo[parallel, folded]
        return memo[key]


def _by_blas(library: Any) -> str:
    return tidied(str(library.optimised(blas=True)))


def compiled(function: CPUDispatcher, signature: tuple[types.Type, ...]) -> Any:
    """Numba's result of compiling the function's twin. Hold the global compiler lock."""
    if signature and isinstance(signature[-1], (types.StarArgTuple, types.StarArgUniTuple)):
        signature = (*signature[:-1], *signature[-1])
    twin = target.twin(function)
    twin.typingctx.callstack._fail_cache.clear()  # what fails may be mended between one compilation and the next
    resolved = types.Dispatcher(twin).get_call_type(twin.typingctx, signature, {})
    return twin.overloads[resolved.args]


def tidied(text: str) -> str:
    """Drop from a module what has had its effect: requests to inline, alias scopes of what was inlined, unused globals and metadata.

    Scopes would also have to be told apart between primal and adjoint.
    """
    text = re.sub(r", !(?:noalias|alias\.scope) !\d+", "", text.replace("alwaysinline", "nounwind"))
    uses: dict[str, list[str]] = {}
    reached: list[str] = []
    lines = text.splitlines()
    for line in lines:
        names = SYMBOL.findall(line)
        if DEFINITION.match(line):
            uses[names[0]] = names[1:]
        else:
            reached += names
    kept = set()
    while reached:
        name = reached.pop()
        if name not in kept:
            kept.add(name)
            reached += uses.get(name, ())
    return "".join(f"{line}\n" for line in lines if not (defined := DEFINITION.match(line)) or defined[1] in kept)
