"""Run-time integer powers as calls, so that ``x**n`` has one derivative instead of that of a loop.

``irad.powi.f64(double x, i64 n) -> double`` and ``irad.powi.f32(float x, i64 n) -> float`` compute x to the n-th, bit for bit
as Numba does: repeated squaring, inverted for negative ``n``, and ``pow`` where ``|n|`` exceeds 65536. They are pure,
``noinline``, and defined (``linkonce_odr``) in each module that calls them.

Numba's exceptions (0 to a negative power under the Python error model, the smallest integer as exponent) are raised around
the call. A constant exponent is a row of multiplications, as everywhere in Numba.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir
from numba.core import cgutils, codegen, types
from numba.core.compiler_lock import global_compiler_lock
from numba.extending import intrinsic

LARGEST = 0x10000  # beyond it Numba calls pow

BODY = """
define REAL @irad.powi.fBITS(REAL %x, i64 %n) noinline nounwind willreturn memory(none) {
entry:
  %inverted = icmp slt i64 %n, 0
  %negated = sub i64 0, %n
  %size = select i1 %inverted, i64 %negated, i64 %n
  %large = icmp ugt i64 %size, LARGEST
  br i1 %large, label %pow, label %test
pow:
  %x.wide = fpext REAL %x to double
  %exponent = sitofp i64 %n to double
  %power.wide = call double @llvm.pow.f64(double %x.wide, double %exponent)
  %power = fptrunc double %power.wide to REAL
  ret REAL %power
test:
  %result = phi REAL [ 1.0, %entry ], [ %next, %square ]
  %base = phi REAL [ %x, %entry ], [ %squared, %square ]
  %left = phi i64 [ %size, %entry ], [ %half, %square ]
  %done = icmp eq i64 %left, 0
  br i1 %done, label %exit, label %square
square:
  %odd = trunc i64 %left to i1
  %product = fmul REAL %result, %base
  %next = select i1 %odd, REAL %product, REAL %result
  %half = lshr i64 %left, 1
  %squared = fmul REAL %base, %base
  br label %test
exit:
  br i1 %inverted, label %invert, label %return
invert:
  %result.wide = fpext REAL %result to double
  %inverse.wide = fdiv double 1.0, %result.wide
  %inverse = fptrunc double %inverse.wide to REAL
  ret REAL %inverse
return:
  ret REAL %result
}
declare double @llvm.pow.f64(double, double)
"""


def install(context: Any) -> None:
    """Lower powers with integer exponents this way in ``context``."""
    for type_ in types.integer_domain:
        context.insert_func_defn([(power_impl, operation, (types.Float, type_)) for operation in (operator.pow, operator.ipow, pow)])


def power_impl(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    """Multiply where the exponent is constant, else call."""
    base, exponent = args
    constant = exponent.constant if isinstance(exponent, ir.Constant) else exponent
    if isinstance(constant, int):
        if abs(constant) <= LARGEST:
            return constant_power(context, builder, sig.return_type, base, constant)
        exponent = context.get_constant(sig.args[1], constant)
    raises = context.error_model.raise_on_fp_zero_division
    function = signed_power(raises) if sig.args[1].signed else unsigned_power
    return context.compile_internal(builder, function, sig, (base, exponent))


def constant_power(context: Any, builder: Any, type_: Any, base: Any, exponent: int) -> Any:
    """Multiply, and invert as the error model wants."""
    result = multiply(builder, base, abs(exponent))
    if exponent >= 0:
        return result
    return context.compile_internal(builder, lambda power: 1.0 / power, type_(type_), (result,))


def signed_power(raises: bool) -> Callable[[Any, Any], Any]:
    """Make Numba's power: ``raises`` tells whether 0 to a negative power is an error."""

    def power(base, exponent):  # type: ignore[no-untyped-def]
        if exponent < 0:
            size = -exponent
            if size < 0:
                raise OverflowError
            if raises and size <= LARGEST and powi(base, size) == 0:
                raise ZeroDivisionError("division by zero")
        return powi(base, exponent)

    return power


def unsigned_power(base, exponent):  # type: ignore[no-untyped-def]
    """Numba's power, for exponents that may not fit the call's."""
    if exponent > LARGEST:
        return math.pow(base, float(exponent))
    return powi(base, types.int64(exponent))


@intrinsic
def powi(typingctx: Any, base: Any, exponent: Any) -> Any:
    """Call ``irad.powi``."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        name = f"irad.powi.f{base.bitwidth}"
        context.active_code_library.add_linking_library(library(context.codegen(), base.bitwidth))
        type_ = ir.FunctionType(args[0].type, [value.type for value in args])
        return builder.call(cgutils.get_or_insert_function(builder.module, type_, name), args)

    return base(base, types.int64), codegen


@cache
def library(generator: codegen.CPUCodegen, bits: int) -> codegen.CPUCodeLibrary:
    """The library that defines ``irad.powi`` for floats of so many bits."""
    made = generator.create_library(f"irad.powi.f{bits}")
    with global_compiler_lock:
        made.add_llvm_module(llvm.parse_assembly(powi_text(bits)))
        made.finalize()
    return made


def powi_text(bits: int) -> str:
    """LLVM text of ``irad.powi``."""
    text = BODY.replace("BITS", str(bits)).replace("REAL", {32: "float", 64: "double"}[bits]).replace("LARGEST", str(LARGEST))
    return re.sub(r"fp(ext|trunc) double (%\S+) to double", r"bitcast double \2 to double", text)


def with_constant_exponents(module: llvm.ModuleRef) -> llvm.ModuleRef:
    """Make calls whose exponent turned out to be constant (a default, a helper's argument) rows of multiplications."""
    if not any(function.name.startswith("irad.powi") for function in module.functions):
        return module
    wanted = set()

    def multiplied(call: re.Match[str]) -> str:
        bits, operand, exponent = call.groups()
        if abs(int(exponent)) > LARGEST:
            return call[0]
        wanted.add((int(bits), int(exponent)))
        return f'@"irad.powi.f{bits}.{exponent}"({operand})'

    text = re.sub(r"@irad\.powi\.f(32|64)\(([^(),]+), i64 (-?\d+)\)", multiplied, str(module))
    return llvm.parse_assembly(text + "".join(multiplications(*key) for key in sorted(wanted))) if wanted else module


def multiplications(bits: int, exponent: int) -> str:
    """LLVM text of a power with a constant exponent, in Numba's order."""
    real = ir.FloatType() if bits == 32 else ir.DoubleType()
    function = ir.Function(ir.Module(), ir.FunctionType(real, [real]), f"irad.powi.f{bits}.{exponent}")
    function.linkage = "linkonce_odr"
    function.attributes.add("alwaysinline")
    builder = ir.IRBuilder(function.append_basic_block())
    power = multiply(builder, function.args[0], abs(exponent))
    if exponent < 0:
        inverse = builder.fdiv(ir.DoubleType()(1.0), power if bits == 64 else builder.fpext(power, ir.DoubleType()))
        power = inverse if bits == 64 else builder.fptrunc(inverse, real)
    builder.ret(power)
    return str(function)


def multiply(builder: ir.IRBuilder, base: Any, exponent: int) -> Any:
    """Write the products of a power in Numba's order."""
    result = base.type(1.0)
    while exponent:
        if exponent & 1:
            result = builder.fmul(result, base)
        base, exponent = builder.fmul(base, base), exponent >> 1
    return result
