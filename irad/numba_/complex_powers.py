"""Complex powers as calls of a function of numbers, which a rule can differentiate.

Numba calls ``numba_cpow(complex *a, complex *b, complex *result)``. In captured code, ``irad.cpow(ar, ai, br, bi, part)`` stands for it:
the real part (``part`` 0) or the imaginary part (1) of the power, bit for bit Numba's, that is, a product where the exponent is 2.
``irad.cpowf`` is that for complex64. Both are pure, ``noinline``, and defined (``linkonce_odr``) in each module that calls them.
"""

from __future__ import annotations

import re

import llvmlite.binding as llvm

from irad_passes.rules.rule import ScalarRule
from irad_passes.rules.val import Number, Operand, apply, atan2, hypot, log, where

BODY = """
define linkonce_odr REAL @irad.cpowSUFFIX(REAL %ar, REAL %ai, REAL %br, REAL %bi, i64 %part) noinline nounwind willreturn memory(none) {
entry:
  %real.two = fcmp oeq REAL %br, 2.0
  %imag.zero = fcmp oeq REAL %bi, 0.0
  %square = and i1 %real.two, %imag.zero
  %imaginary = icmp ne i64 %part, 0
  br i1 %square, label %product, label %power
product:
  %rr = fmul REAL %ar, %ar
  %ii = fmul REAL %ai, %ai
  %ri = fmul REAL %ar, %ai
  %re = fsub REAL %rr, %ii
  %im = fadd REAL %ri, %ri
  %of.product = select i1 %imaginary, REAL %im, REAL %re
  ret REAL %of.product
power:
  %a = alloca { REAL, REAL }
  %b = alloca { REAL, REAL }
  %c = alloca { REAL, REAL }
  %a.imag = getelementptr inbounds { REAL, REAL }, ptr %a, i64 0, i32 1
  %b.imag = getelementptr inbounds { REAL, REAL }, ptr %b, i64 0, i32 1
  %c.part = getelementptr inbounds REAL, ptr %c, i64 %part
  store REAL %ar, ptr %a
  store REAL %ai, ptr %a.imag
  store REAL %br, ptr %b
  store REAL %bi, ptr %b.imag
  call void @numba_cpowSUFFIX(ptr %a, ptr %b, ptr %c)
  %of.power = load REAL, ptr %c.part
  ret REAL %of.power
}
"""

CALL = """
define linkonce_odr void @irad.cpowSUFFIX.at(ptr %a, ptr %b, ptr %c) alwaysinline nounwind {
  %a.imag = getelementptr inbounds { REAL, REAL }, ptr %a, i64 0, i32 1
  %b.imag = getelementptr inbounds { REAL, REAL }, ptr %b, i64 0, i32 1
  %c.imag = getelementptr inbounds { REAL, REAL }, ptr %c, i64 0, i32 1
  %ar = load REAL, ptr %a
  %ai = load REAL, ptr %a.imag
  %br = load REAL, ptr %b
  %bi = load REAL, ptr %b.imag
  %re = call REAL @irad.cpowSUFFIX(REAL %ar, REAL %ai, REAL %br, REAL %bi, i64 0)
  %im = call REAL @irad.cpowSUFFIX(REAL %ar, REAL %ai, REAL %br, REAL %bi, i64 1)
  store REAL %re, ptr %c
  store REAL %im, ptr %c.imag
  ret void
}
"""

_DEFINITION = re.compile(r"^define .*?^}\n", re.MULTILINE | re.DOTALL)


def with_functions_of_numbers(module: llvm.ModuleRef) -> llvm.ModuleRef:
    """Replace the calls of ``numba_cpow`` and ``numba_cpowf``, but for those in ``irad.cpow`` itself."""
    declared = {function.name for function in module.functions}
    wanted = [(suffix, real) for suffix, real in (("", "double"), ("f", "float")) if f"numba_cpow{suffix}" in declared]
    if not wanted:
        return module

    def renamed(definition: re.Match[str]) -> str:
        text = definition[0]
        return text if "@irad.cpow" in text.partition("{")[0] else re.sub(r"@numba_cpow(f?)\(", r"@irad.cpow\1.at(", text)

    text = _DEFINITION.sub(renamed, str(module))
    for suffix, real in wanted:
        bodies = CALL + ("" if f"irad.cpow{suffix}" in declared else BODY)
        text += bodies.replace("REAL", real).replace("SUFFIX", suffix)
    return llvm.parse_assembly(text)


def _partials(ar: Number, ai: Number, br: Number, bi: Number, part: Number, ans: Number) -> tuple[Operand, ...]:
    """For w = aᵇ, which is analytic, dw = b aᵇ⁻¹ da + w log(a) db: the partials of its parts are the parts of these."""
    first = part == 0

    def parts(exponent: Number, own: Number) -> tuple[Number, Number]:
        """Real and imaginary part of a to an exponent with b's imaginary part; the part in question is ``own``."""
        other = apply("irad.cpow", ar, ai, exponent, bi, 1 - part)
        return where(first, own, other), where(first, other, own)

    less_re, less_im = parts(br - 1, apply("irad.cpow", ar, ai, br - 1, bi, part))
    by_base = br * less_re - bi * less_im, br * less_im + bi * less_re
    re, im = parts(br, ans)
    log_re, log_im = log(hypot(ar, ai)), atan2(ai, ar)
    by_exponent = re * log_re - im * log_im, re * log_im + im * log_re
    constant, vanishes = (br == 0) & (bi == 0), (re == 0) & (im == 0)  # a⁰ is 1, and 0ᵇ is 0, whatever a and b
    return (*(where(constant, 0.0, slope) for slope in by_parts(first, *by_base)),
            *(where(vanishes, 0.0, slope) for slope in by_parts(first, *by_exponent)), 0.0)


def by_parts(first: Number, re: Number, im: Number) -> tuple[Number, Number]:
    """The slopes of a part of w, the ``first`` or the other, in the two parts of z, where re + i im is dw/dz."""
    return where(first, re, im), where(first, -im, re)


def rule(symbol: str) -> ScalarRule:
    """The row of ``irad.cpow`` or ``irad.cpowf``."""
    everywhere = (-3.0, 3.0)
    return ScalarRule(symbol, _partials, (*[everywhere] * 4, (0, 1)), singular=True)
