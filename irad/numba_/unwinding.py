"""Where a captured function raises, it releases what is alive: Numba's own code leaves it behind.

Numba's lowering deletes each variable where it is last used, and nothing on the way out of a function that raises. In captured
code, each return of an error releases the variables that hold something there. A derivative then does with their tangents
what the function does with them, and leaves neither behind.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from numba.core import callconv, lowering, typed_passes, types
from numba.core.compiler_machinery import register_pass
from numba.parfors.parfor import Parfor

from irad.numba_ import parfors

_LOWERING = "_irad_lowering"
"""Attribute of an LLVM builder: the lowering of the function that it writes."""


class ADCallConv(callconv.CPUCallConv):
    """The CPU's calling convention; a return of an error releases first, and LLVM is told which statuses there are."""

    def call_function(self, builder: Any, callee: Any, resty: Any, argtys: Any, args: Any, attrs: Any = None) -> Any:
        """Write a call; only what may be None says so by its status."""
        status, value = super().call_function(builder, callee, resty, argtys, args, attrs)
        if not isinstance(resty, types.Optional):
            parfors.never_none(builder, status.code)
        return status, value

    def _return_errcode_raw(self, builder: Any, code: Any) -> None:
        lower = getattr(builder, _LOWERING, None)
        if lower is not None and code not in (callconv.RETCODE_OK, callconv.RETCODE_NONE):
            lower.release_all()
        super()._return_errcode_raw(builder, code)


class ADLower(lowering.Lower):
    """Numba's lowering, that keeps account of the variables that hold references."""

    def setup_function(self, fndesc: Any) -> None:
        super().setup_function(fndesc)
        self._local: dict[str, Any] = {}
        if self.generator_info is None:  # the variables of a generator outlive its calls
            setattr(self.builder, _LOWERING, self)

    def storevar(self, value: Any, name: str, argidx: Any = None) -> None:
        super().storevar(value, name, argidx)
        if name not in self.varmap:
            self._local[name] = value

    def delvar(self, name: str) -> None:
        super().delvar(name)
        self._local.pop(name, None)

    def pre_block(self, block: Any) -> None:
        super().pre_block(block)
        self._local = {}

    def release_all(self) -> None:
        """Release the variables: those of this block that are not deleted, and those with a slot, which is null while they are not."""
        for name, value in self._local.items():
            self.decref(self.typeof(name), value)
        for name, slot in self.varmap.items():
            type_ = self.typeof(name)
            if self.context.data_model_manager[type_].contains_nrt_meminfo():
                self.decref(type_, self.builder.load(slot))


@register_pass(mutates_CFG=True, analysis_only=False)
class ADLowering(typed_passes.NativeLowering):
    """Numba's pass, with this lowering."""

    _name = "irad_lowering"

    @property
    def lowering_class(self) -> type[ADLower]:
        return ADLower


class ADParallelLower(ADLower):
    """The same for functions with parallel loops."""

    _disable_sroa_like_opt = True  # as in Numba's own: where variables of such loops are used is not seen

    def lower_inst(self, inst: Any) -> None:
        if isinstance(inst, Parfor):
            parfors.lower(self, inst)
        else:
            super().lower_inst(inst)


@register_pass(mutates_CFG=True, analysis_only=False)
class ADParallelLowering(typed_passes.NativeParforLowering):
    """Numba's pass, with this lowering."""

    _name = "irad_parallel_lowering"

    @property
    def lowering_class(self) -> type[ADLower]:
        return ADParallelLower


_LOWERINGS = {typed_passes.NativeLowering: ADLowering, typed_passes.NativeParforLowering: ADParallelLowering}


@cache
def releasing(pipeline_class: type) -> type:
    """``pipeline_class`` with these lowerings in the place of Numba's."""

    class Releasing(pipeline_class):
        def define_pipelines(self) -> Any:
            managers = super().define_pipelines()
            for manager in managers:
                manager.passes = [(_LOWERINGS.get(step, step), text) for step, text in manager.passes]
            return managers

    return Releasing
