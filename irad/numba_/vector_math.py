"""Vector functions for loops over transcendental functions: glibc's libmvec, through LLVM's vector function ABI.

LLVM's vectoriser calls a vector function in place of a call that says, by an attribute, that there is one. The calls that the engine
marked as approximate (``afn``) get the attribute. libmvec is right to 4 units in the last place, for infinities, nan, zeros and subnormal
numbers as libm is. Where it is missing (other systems, C libraries, processors; functions that an older glibc lacks), calls stay as they
are; where Numba has Intel's SVML, LLVM itself calls that.
"""

from __future__ import annotations

import re
import sys
from functools import cache

import llvmlite.binding as llvm
from numba.core import config
from numba.core.registry import cpu_target

from irad_passes.rules.emit import TRANSCENDENTAL

LIBRARY = "libmvec.so.1"
BITS = {"b": 128, "c": 256, "d": 256, "e": 512}
"""Vector instruction sets, by their letters in the ABI: SSE, AVX, AVX2, AVX-512."""
BINARY = frozenset({"atan2", "hypot", "pow"})
LEAVING = frozenset({"sinf", "cosf", "exp10f"})
"""They leave the range of the function: a sine of 1.0000001, of which ``sqrt(1 - s * s)`` would be nan."""
CALL = re.compile(r"(?P<call> = (?:tail )?call [\w ]*\bafn (?P<type>double|float) @)"
                  r"(?P<callee>(?P<front>llvm\.|numba_|)(?P<name>\w+)(?:\.f\d+)?)(?P<operands>\([^()\n]*\))")


@cache
def load() -> bool:
    """Load the library, and say whether it is there."""
    if sys.platform != "linux" or not llvm.get_process_triple().startswith("x86_64") or config.USING_SVML:
        return False
    try:
        llvm.load_library_permanently(LIBRARY)
    except RuntimeError:
        return False
    return True


def reload() -> None:
    """Load what compiled code from a cache needs.

    Raises
    ------
    ImportError
        It is not there.
    """
    if not load():
        raise ImportError(f"compiled code in Numba's cache calls {LIBRARY}, which is not here: it was compiled on another system. Remove "
                          f"the files in __pycache__ that end in .nbi and .nbc.")


@cache
def variants() -> dict[str, tuple[str, ...]]:
    """The vector functions that this process has, for each function of libm."""
    if not load():
        return {}
    _, _, features = cpu_target.target_context.codegen().magic_tuple()
    given = set(features.split(","))
    letters = ["b", *(["d"] if "+avx2" in given else ["c"] if "+avx" in given else []), *(["e"] if "+avx512f" in given else [])]
    found = {}
    for name in sorted(TRANSCENDENTAL):
        for suffix, bits in (("", 64), ("f", 32)):
            symbols = (f"_ZGV{letter}N{BITS[letter] // bits}{'vv' if name in BINARY else 'v'}_{name}{suffix}" for letter in letters)
            there = tuple(symbol for symbol in symbols if llvm.address_of_symbol(symbol) is not None)
            if there and name + suffix not in LEAVING:
                found[name + suffix] = there
    return found


def vectorisable(text: str) -> str:
    """LLVM text whose approximate calls name their vector functions."""
    used: dict[str, str] = {}  # with their declarations

    def named(match: re.Match[str]) -> str:
        type_, operands, intrinsic = match["type"], match["operands"], match["front"] == "llvm."
        name = match["name"] + "f" * (intrinsic and type_ == "float")
        symbols = variants().get(name, ())
        if not symbols:
            return match[0]
        count = 2 if name.removesuffix("f") in BINARY else 1
        if intrinsic and f"@{name}(" not in text:  # the vectoriser heeds the attribute of calls of functions, not of intrinsics
            used[name] = _declaration(name, type_, count)
        for symbol in symbols:
            used[symbol] = _declaration(symbol, f"<{symbol[len('_ZGVbN'):symbol.index('v')]} x {type_}>", count)
        listed = ",".join(f"{symbol}({symbol})" for symbol in symbols)
        callee = name if intrinsic else match["callee"]
        return f'{match["call"]}{callee}{operands} nounwind willreturn memory(none) "vector-function-abi-variant"="{listed}"'

    if " afn " not in text:
        return text
    text = CALL.sub(named, text)
    if not used:
        return text
    kept = [f"ptr @{name}" for name in used if name.startswith("_ZGV")]
    array = f'@llvm.compiler.used = appending global [{len(kept)} x ptr] [{", ".join(kept)}], section "llvm.metadata"'
    return "\n".join([text, array, *used.values(), ""])


def _declaration(name: str, type_: str, count: int) -> str:
    return f"declare {type_} @{name}({', '.join([type_] * count)}) nounwind willreturn memory(none)"
