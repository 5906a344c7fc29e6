"""The rows' partials as machine code."""

from __future__ import annotations

import ctypes
import ctypes.util
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
from llvmlite import binding

from irad_passes.ir import types as T
from irad_passes.ir.builder import Builder
from irad_passes.ir.model import Argument, Function, Module, Value, const
from irad_passes.ir.write import write
from irad_passes.rules.rule import ScalarRule
from tests.passes.rules.algebra import CASES, is_integer

DOUBLES = T.vector(4, T.DOUBLE)
DTYPES = {T.DOUBLE: np.float64, T.FLOAT: np.float32, DOUBLES: np.float64}
ENGINES: list[binding.ExecutionEngine] = []


def _power(x: float, n: int) -> float:
    with np.errstate(all="ignore"):
        return float(np.float64(x) ** n)


POWERS = {
    f"__powi{kind}f2": ctypes.CFUNCTYPE(float_type, float_type, ctypes.c_int)(_power)
    for kind, float_type in (("d", ctypes.c_double), ("s", ctypes.c_float))
}
"""What compilers' own libraries offer for ``llvm.powi``."""

Body = Callable[[Builder, list[Value]], Value]
Partial = Callable[[Sequence[Sequence[float]], Sequence[float]], np.ndarray]
"""From the operands, each lane by lane, and the result to the partial."""


def name_of(row: ScalarRule, index: int) -> str:
    return f"{row.name}.{index}"


def lanes(type_: T.Type) -> int:
    return type_.count if isinstance(type_, T.VectorType) else 1


def operand_type(row: ScalarRule, index: int, type_: T.Type) -> T.Type:
    """The type of an operand of the function on ``type_``: `powi` has one integer for all lanes, `ldexp` one for each."""
    if not is_integer(row, index):
        return type_
    return T.vector(type_.count, T.I32) if isinstance(type_, T.VectorType) and row.name == "ldexp" else T.I32


def on_pointers(name: str, types: Sequence[T.Type], body: Body) -> Function:
    """A function of pointers: to where the result of ``body`` goes, then to operands of ``types``."""
    arguments = [Argument(T.PTR, "to"), *(Argument(T.PTR, f"p{i}") for i in range(len(types)))]
    function = Function(name, T.function(T.VOID, (T.PTR,) * len(arguments)), arguments)
    builder = Builder(function.add_block("entry"))
    result = body(builder, [builder.load(type_, pointer, align=4) for type_, pointer in zip(types, arguments[1:], strict=True)])
    builder.store(result, arguments[0], align=4)
    builder.ret()
    return function


@cache
def compiled(type_: T.Type) -> dict[str, Partial]:
    """All partials of all rows for operands of ``type_``."""
    module = Module()
    for row, index in CASES:
        types = [*(operand_type(row, i, type_) for i in range(row.arity)), type_]
        module.functions[name_of(row, index)] = on_pointers(name_of(row, index), types, _partial(row, index, type_))
    addresses = machine_code(module)
    return {name_of(row, index): _callable(row, addresses[name_of(row, index)], type_) for row, index in CASES}


def _partial(row: ScalarRule, index: int, type_: T.Type) -> Body:
    """Emit a partial, given only what it needs."""

    def body(builder: Builder, values: list[Value]) -> Value:
        needs = row.needs(index)
        *operands, ans = (value if key in needs else None for key, value in zip((*range(row.arity), "ans"), values, strict=True))
        partial = row.partial(index, builder, operands, ans)
        return const(type_, partial) if isinstance(partial, float) else partial

    return body


def _callable(row: ScalarRule, address: int, type_: T.Type) -> Partial:
    code = ctypes.CFUNCTYPE(None, *(ctypes.c_void_p,) * (row.arity + 2))(address)

    def call(operands: Sequence[Sequence[float]], ans: Sequence[float]) -> np.ndarray:
        result = np.full(lanes(type_), np.nan, DTYPES[type_])
        arrays = [np.array(operand, np.int32 if is_integer(row, i) else DTYPES[type_]) for i, operand in enumerate(operands)]
        arrays.append(np.array(ans, DTYPES[type_]))
        code(result.ctypes.data, *(array.ctypes.data for array in arrays))
        return result

    return call


def machine_code(module: Module) -> dict[str, int]:
    """Addresses of the functions of ``module``, which stays loaded."""
    _initialize()
    parsed = binding.parse_assembly(write(module))
    parsed.verify()
    engine = binding.create_mcjit_compiler(parsed, binding.Target.from_default_triple().create_target_machine(opt=2, jit=True))
    engine.finalize_object()
    ENGINES.append(engine)
    return {name: engine.get_function_address(name) for name in module.functions}


@cache
def _initialize() -> None:
    """Prepare LLVM, and give it what machine code calls: libm, and the powers that are in the compiler's library."""
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    binding.load_library_permanently(ctypes.util.find_library("m"))
    for symbol, power in POWERS.items():
        binding.add_symbol(symbol, ctypes.cast(power, ctypes.c_void_p).value)
