"""Callees and instructions whose result carries no derivative: they need neither tangent nor adjoint."""

from __future__ import annotations

from dataclasses import dataclass

from irad_passes.rules.rule import Rule


@dataclass(frozen=True, slots=True)
class Inactive(Rule):
    """The result carries no derivative, whatever the operands are. ``name``: of the instruction or callee."""

    name: str = ""


OPCODES = frozenset({"icmp", "fcmp", "fptosi", "fptoui", "sitofp", "uitofp", "fence"})

INTRINSICS = frozenset({
    # Steps: the slope is 0 wherever there is one.
    "floor", "ceil", "trunc", "rint", "nearbyint", "round", "roundeven", "lrint", "llrint", "lround", "llround", "fptosi.sat", "fptoui.sat",
    "is.fpclass",
    # Integers.
    "abs", "smin", "smax", "umin", "umax", "scmp", "ucmp", "ctpop", "ctlz", "cttz", "bswap", "bitreverse", "fshl", "fshr",
    "sadd.with.overflow", "ssub.with.overflow", "smul.with.overflow", "uadd.with.overflow", "usub.with.overflow", "umul.with.overflow",
    "sadd.sat", "ssub.sat", "sshl.sat", "uadd.sat", "usub.sat", "ushl.sat", "vscale", "get.active.lane.mask", "stepvector",
    "vector.reduce.add", "vector.reduce.mul", "vector.reduce.and", "vector.reduce.or", "vector.reduce.xor", "vector.reduce.smin",
    "vector.reduce.smax", "vector.reduce.umin", "vector.reduce.umax", "objectsize", "is.constant", "expect", "expect.with.probability",
    # What is said to the optimiser, the debugger, the processor.
    "assume", "donothing", "sideeffect", "experimental.noalias.scope.decl", "lifetime.start", "lifetime.end", "invariant.start",
    "invariant.end", "dbg.declare", "dbg.value", "dbg.label", "dbg.assign", "prefetch", "trap", "debugtrap", "ubsantrap", "fake.use",
    "pseudoprobe", "var.annotation", "readcyclecounter", "readsteadycounter", "stacksave", "stackrestore", "get.rounding", "set.rounding",
    "get.fpenv", "set.fpenv", "reset.fpenv", "get.fpmode", "set.fpmode", "reset.fpmode", "clear_cache", "thread.pointer",
})
"""Without ``llvm.`` and type."""

STEPS = frozenset({
    "floor", "ceil", "trunc", "rint", "nearbyint", "round", "roundeven", "lrint", "llrint", "lround", "llround", "logb", "ilogb",
})
"""Functions of libm, by their names for doubles."""

SYMBOLS = frozenset({
    "printf", "puts", "putchar", "fprintf", "fflush", "abort", "exit", "__assert_fail", "clock", "time", "clock_gettime",
    "__isnan", "__isnanf", "__isinf", "__isinff", "__finite", "__finitef", "__fpclassify", "__fpclassifyf", "__signbit", "__signbitf",
    "Py_IncRef", "Py_DecRef", "PyErr_Occurred", "PyErr_Clear", "PyErr_SetString", "PyErr_SetNone", "PyErr_SetObject", "PyErr_Format",
    "PyErr_Fetch", "PyErr_Restore", "PyErr_WriteUnraisable", "PyErr_WarnEx", "PyGILState_Ensure", "PyGILState_Release",
    "PyEval_SaveThread", "PyEval_RestoreThread", "PyUnicode_FromString", "PyUnicode_FromStringAndSize", "PyUnicode_FromFormat",
    "PySys_WriteStdout", "PySys_FormatStdout", "PyObject_Print", "PyBool_FromLong", "PyLong_FromLong", "PyLong_FromLongLong",
    "PyLong_FromSsize_t", "PyLong_FromUnsignedLongLong", "PyLong_AsVoidPtr", "PyUnicode_AsUTF8", "PyUnicode_FromKindAndData",
    "PyBytes_FromStringAndSize", "PyObject_Str", "PyObject_Hash", "PyTuple_Pack", "PyImport_ImportModule", "PyObject_GetAttrString",
    "PyObject_CallFunctionObjArgs", "Py_FatalError",
    # To print a number. What Python computes from it would come back through PyFloat_AsDouble, which has no rule.
    "PyFloat_FromDouble", "PyComplex_FromDoubles",
})
"""Functions by their full names."""
