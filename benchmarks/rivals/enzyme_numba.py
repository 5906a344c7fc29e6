"""Enzyme on the LLVM IR that Numba makes of the njit function: what comes out of Numba's front end, reference counts and all.

With ``counted=False`` the references to arguments are not counted: a courtesy of the adapter, after passes that take values off the
stack. Counted, an argument might be freed, and Enzyme keeps what it could load again.

It needs what the adapter of Enzyme needs, beside Numba. Numba's allocator, which lives in its runtime, is told in terms of malloc and
free. Mode and call are those of Enzyme on C++; the function itself is timed as Numba compiles it.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from benchmarks.problem import Arguments, Problem
from benchmarks.rivals.enzyme import Enzyme, kernel
from benchmarks.rivals.rival import Case, Skip

_RUNTIME = """
declare ptr @malloc(i64)
declare void @free(ptr)
define linkonce_odr ptr @NRT_MemInfo_alloc_aligned(i64 %size, i32 %align) alwaysinline {
  %bytes = add i64 %size, 64
  %info = call ptr @malloc(i64 %bytes)
  %data = getelementptr i8, ptr %info, i64 64
  %data.at = getelementptr i8, ptr %info, i64 24
  store i64 1, ptr %info
  store ptr %data, ptr %data.at
  ret ptr %info
}
define linkonce_odr void @NRT_MemInfo_call_dtor(ptr %info) alwaysinline {
  call void @free(ptr %info)
  ret void
}
"""
_DRIVER = """
declare void @__enzyme_autodiff(...)
declare ptr @memset(ptr, i32, i64)
define void @driver(ptr %a, ptr %b, ptr %c, ptr %buffers, ptr %d, ptr %e) {{
  %in.at = getelementptr ptr, ptr %buffers, i64 1
  %in = load ptr, ptr %in.at
  %value = alloca double
  %slope = alloca double
  %excinfo = alloca ptr
  store double 0.0, ptr %value
  store double 1.0, ptr %slope
  {body}
  call void (...) @__enzyme_autodiff(ptr {name}, metadata !"enzyme_dupnoneed", ptr %value, ptr %slope, {given})
  ret void
}}
"""
_FOREVER = 1 << 40
"""The reference count of an argument."""


class EnzymeNumba(Enzyme):
    def __init__(self, counted: bool) -> None:
        self.counted = counted

    def case(self, problem: Problem, arguments: Arguments) -> Case:
        results = tuple(np.zeros_like(arguments[index]) for index in problem.argnums)
        counts = np.full(8, _FOREVER)
        words: list[int] = []
        body, given = [], ["metadata !\"enzyme_const\", ptr %excinfo"]

        def word(value: int, kind: str) -> str:
            at = len(words)
            words.append(value)
            body.append(f"%at{at} = getelementptr i64, ptr %in, i64 {at}\n  %w{at} = load {kind}, ptr %at{at}")
            return f"{kind} %w{at}"

        for at, argument in enumerate(arguments):
            if isinstance(argument, np.ndarray):
                fields = [(counts.ctypes.data, "ptr"), (0, "ptr"), (argument.size, "i64"), (argument.itemsize, "i64"),
                          (argument.ctypes.data, "ptr"), *((n, "i64") for n in (*argument.shape, *argument.strides))]
                names = [word(*field) for field in fields]
                marked = [f"metadata !\"enzyme_const\", {name}" for name in names]
                if at in problem.argnums:
                    result = results[problem.argnums.index(at)]
                    shadow = word(result.ctypes.data, "ptr")
                    body.append(f"call ptr @memset({shadow}, i32 0, i64 {result.nbytes})")
                    marked[4] = f"metadata !\"enzyme_dup\", {names[4]}, {shadow}"
                given += marked
            elif isinstance(argument, float):
                given.append(f"metadata !\"enzyme_const\", {word(int(np.float64(argument).view(np.int64)), 'double')}")
            else:
                given.append(f"metadata !\"enzyme_const\", {word(argument, 'i64')}")
        text, name = unoptimised(problem.primal, arguments)
        if not self.counted:
            text = uncounted(text)
        driver = _DRIVER.format(body="\n  ".join(body), name=f'@"{name}"', given=", ".join(given))
        gradient = kernel(text + driver, words, "LLVM")
        return Case(lambda: (gradient(), counts), lambda _: results)


def unoptimised(primal: Any, arguments: Arguments) -> tuple[str, str]:
    """Numba's module for the function, not optimised, with the allocator beside it; and the name of the function in it."""
    from numba import config, njit, typeof

    level = config.OPT
    config.OPT = type(level)(0)
    try:
        fresh = njit(primal.py_func)
        signature = tuple(map(typeof, arguments))
        fresh.compile(signature)
    finally:
        config.OPT = level
    text = re.sub(r"^define [^\n]*@\"?(?:_ZN7cpython|cfunc\.).*?^}\n", "", fresh.inspect_llvm(signature), flags=re.M | re.S)
    if unknown := re.search(r"load ptr, ptr @\"\.numba\.unresolved\$|call [^\n]*@numba_\w+", text):
        what = "a function by its address, as Numba's recursion does" if "unresolved" in unknown[0] else unknown[0].rpartition("@")[2]
        raise Skip(f"the IR calls {what}, which Enzyme does not see through")
    for name in ("NRT_MemInfo_alloc_aligned", "NRT_MemInfo_call_dtor"):
        text = re.sub(rf"^declare [^\n]*@{name}\(.*\n", "", text, flags=re.M)
    # Reference counting: Enzyme needs to see what it does.
    text = re.sub(r"^(attributes #\d+ = \{.*)\bnoinline\b", r"\1alwaysinline", text, flags=re.M)
    return text + _RUNTIME, fresh.overloads[signature].fndesc.llvm_func_name


def uncounted(text: str) -> str:
    """The module without the reference counts of its functions' arguments."""
    import llvmlite.binding as llvm

    module = llvm.parse_assembly(text)
    machine = llvm.Target.from_triple(llvm.get_process_triple()).create_target_machine()
    builder, passes = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(0)), llvm.create_new_module_pass_manager()
    passes.add_sroa_pass()
    passes.add_instruction_combine_pass()
    passes.add_simplify_cfg_pass()
    passes.run(module, builder)
    return re.sub(r"^ *(?:tail )?call void @NRT_(?:incref|decref)\(ptr (?:nonnull )?%arg\.[^\n]*\n", "", str(module), flags=re.M)


RIVALS = {"enzyme_numba": EnzymeNumba(counted=True), "enzyme_uncounted": EnzymeNumba(counted=False)}
