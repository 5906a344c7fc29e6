"""LLVM text as machine code, to call with Python numbers and NumPy arrays."""

from __future__ import annotations

import ctypes
import ctypes.util
import re
from functools import cache
from typing import Any

import llvmlite.binding as llvm
import numpy as np

C_TYPES = {"ptr": ctypes.c_void_p, "double": ctypes.c_double, "float": ctypes.c_float, "i64": ctypes.c_int64, "i32": ctypes.c_int32,
           "i1": ctypes.c_bool}
DTYPES = {"double": np.float64, "float": np.float32, "i32": np.int32, "i64": np.int64}


class Native:
    """The function ``name`` of a module, optimised as a front end would. Its result comes as an array of its elements, in order."""

    def __init__(self, text: str, name: str) -> None:
        _initialize()
        function = llvm.parse_assembly(text, llvm.create_context()).get_function(name)
        self.types = [str(argument.type) for argument in function.arguments]
        returns = str(function.global_value_type).rpartition(" (")[0]
        returns_flat = re.sub(r"<2 x (\w+)>", r"\1 \1 \1", returns) if returns.startswith("{") else returns  # padding, and two lanes
        self.elements = [word for word in returns_flat.replace("{", " ").replace("}", " ").replace(",", " ").split() if word in DTYPES]
        if returns.startswith("<"):
            self.elements *= int(returns[1:].split()[0])
        self._module = llvm.parse_assembly(text + _caller(name, returns, self.types))
        self._module.verify()
        machine = llvm.Target.from_default_triple().create_target_machine(opt=2, jit=True)
        llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(3)).getModulePassManager().run(
            self._module, llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(3)))
        self._engine = llvm.create_mcjit_compiler(self._module, machine)
        self._engine.finalize_object()
        self._code = ctypes.CFUNCTYPE(None, ctypes.c_void_p, *(C_TYPES.get(t, ctypes.c_void_p) for t in self.types))(
            self._engine.get_function_address("call.by.pointer"))

    def __call__(self, *arguments: Any) -> np.ndarray:
        result = np.zeros(len(self.elements), DTYPES[self.elements[0]] if self.elements else np.float64)
        assert len(arguments) == len(self.types), f"{len(arguments)} arguments for {self.types}"
        self._code(result.ctypes.data, *(a.ctypes.data if isinstance(a, np.ndarray) else a for a in arguments))
        return result


def _caller(name: str, returns: str, types: list[str]) -> str:
    """A function that takes structs by address and stores the result where its first parameter points: C's rules are not LLVM's."""
    parameters = ["ptr %to", *(f"{t if t in C_TYPES else 'ptr'} %p{k}" for k, t in enumerate(types))]
    loads = "".join(f"%a{k} = load {t}, ptr %p{k}, align 4\n" for k, t in enumerate(types) if t not in C_TYPES)
    arguments = ", ".join(f"{t} %{'p' if t in C_TYPES else 'a'}{k}" for k, t in enumerate(types))
    result, store = ("", "") if returns == "void" else ("%result = ", f"store {returns} %result, ptr %to, align 4\n")
    return (f"\ndefine void @call.by.pointer({', '.join(parameters)}) {{\n{loads}"
            f'{result}call {returns} @"{name}"({arguments})\n{store}ret void\n}}\n')


@cache
def _initialize() -> None:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    llvm.load_library_permanently(ctypes.util.find_library("m"))
