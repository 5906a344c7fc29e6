"""Code libraries that hold clean LLVM IR: linked, inlined and optimised, but never compiled for the machine.

Nothing runs that blurs loops (vectorising, interleaving, run-time unrolling), the machine is a generic one, and there is no execution
engine: a code generator would rewrite the modules in place.
"""

from __future__ import annotations

import weakref
from functools import cache
from typing import Any

import llvmlite.binding as llvm
from numba.core import codegen, config

from irad.numba_ import complex_powers, powers

NAME = "irad"
"""Of the target."""
BLAS = "irad.blas"
"""A function that says whether products of matrices are calls of BLAS: see `irad.numba_.blas`."""
GEMM = "irad.gemm"
"""The call."""


class ADLibrary(codegen.JITCodeLibrary):
    """A library whose module is inlined and simplified, and left as LLVM IR.

    ``parallel``: it is of a function with ``parallel=True``.
    """

    _shared_module: Any
    parallel = False

    def _optimize_final_module(self) -> None:
        """Inline what was linked; all else waits until the function that is captured is complete."""
        optimise(self._final_module, self._codegen._tm, level=0)

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._verify_declare_only_symbols()
        for function in self._final_module.functions:
            if not function.is_declaration:
                self._codegen.defined.setdefault(function.name, self)
        self._finalized = True

    def _get_module_for_linking(self) -> llvm.ModuleRef:
        """Mark functions for inlining in the callers' modules; LLVM leaves recursive ones alone."""
        if self._shared_module is None:
            self._ensure_finalized()
            module = self._final_module.clone()
            for function in module.functions:
                if function.is_declaration:
                    continue
                if function.linkage == llvm.Linkage.external:
                    function.linkage = "linkonce_odr"
                if not any(b"noinline" in group for group in function.attributes):
                    function.add_function_attribute("alwaysinline")
            self._shared_module = module
        return self._shared_module

    def has_parallel(self) -> bool:
        """Whether it, or a library that is linked into it, is of a function with ``parallel=True``."""
        seen: set[int] = set()
        pending: list[Any] = [self]
        while pending:
            library = pending.pop()
            if id(library) not in seen:
                if getattr(library, "parallel", False):
                    return True
                seen.add(id(library))
                pending += library._linking_libraries
        return False

    def optimised(self, *, blas: bool = False) -> llvm.ModuleRef:
        """A copy of the module, optimised as far as it helps differentiation; products of matrices are calls of BLAS, or loops.

        Mutually recursive functions know one another by name only (`ADContext.call_unresolved`): they are joined here.
        """
        module, defined, joined = self._final_module.clone(), self._codegen.defined, set[str]()
        while missing := {f.name for f in module.functions if f.is_declaration and f.name in defined} - joined:
            for name in sorted(missing):
                module.link_in(defined[name]._get_module_for_linking(), preserve=True)
            joined |= missing
        if has_products(module):
            module.link_in(llvm.parse_assembly(f"define linkonce_odr i1 @{BLAS}() alwaysinline {{ ret i1 {str(blas).lower()} }}"))
        module = complex_powers.with_functions_of_numbers(powers.with_constant_exponents(module))
        optimise(module, self._codegen._tm, level=2)
        module.verify()
        return module


def has_products(module: llvm.ModuleRef) -> bool:
    """Whether there are products of matrices that may be calls of BLAS or loops."""
    return any(function.name == BLAS for function in module.functions)


def optimise(module: llvm.ModuleRef, machine: llvm.TargetMachine, level: int, *, final: bool = False) -> None:
    """Run LLVM's pipeline of that level without the passes that blur loops; prune reference counts.

    ``final``: what comes out runs, and is vectorised as Numba's options say. Still no loop is unrolled at run time: most of the machine
    code would be that, and of its making, and the innermost loops of a derivative more often lose by it than they gain.
    """
    tuning = llvm.create_pipeline_tuning_options(level)
    tuning.loop_vectorization, tuning.slp_vectorization = final and bool(config.LOOP_VECTORIZE), final and bool(config.SLP_VECTORIZE)
    tuning.loop_interleaving = final
    tuning.loop_unrolling = not final  # else for constant trip counts only: the generic machine asks for no other
    builder = llvm.create_pass_builder(machine, tuning)
    passes = builder.getModulePassManager()
    if level == 0 and not final:
        passes.add_loop_rotate_pass()
    passes.add_refprune_pass()
    passes.run(module, builder)


@cache
def generic_machine() -> llvm.TargetMachine:
    """A machine of which LLVM knows nothing: it unrolls no loop at run time for it."""
    return llvm.Target.from_triple(llvm.get_process_triple()).create_target_machine(cpu="", opt=2)


class ADCodegen(codegen.JITCPUCodegen):
    """Makes `ADLibrary` objects; owns no execution engine."""

    _library_class = ADLibrary

    def _init(self, llvm_module: llvm.ModuleRef) -> None:
        self.defined: weakref.WeakValueDictionary[str, ADLibrary] = weakref.WeakValueDictionary()
        self._tm_features = ""
        self._tm = generic_machine()
        self._target_data = self._tm.target_data
        self._data_layout = str(self._target_data)

    def _function_pass_manager(self, **options: Any) -> Any:
        """Simplify functions as Numba does unless told otherwise: what is captured does not depend on ``NUMBA_OPT``."""
        return super()._function_pass_manager(**{"opt": 3, **options})

    def _add_module(self, module: llvm.ModuleRef) -> None:
        raise AssertionError(f"{module.name}: captured code is not compiled")
