"""What the LLVM parameters of a captured function are, in terms of its Numba arguments.

Numba passes a pointer to the result and one to the exception, then each argument flattened to its leaves: an array is
(meminfo, parent, nitems, itemsize, data, shape…, strides…), a tuple its elements one after the other. Defaults that are taken
(``Omitted``) have no parameter; ``None`` has one, a pointer that nothing reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from llvmlite import ir
from numba.core import types
from numba.core.datamodel import models

from irad.numba_.capture import Captured
from irad.numba_.records import memory_type, returned_type
from irad.numba_.target import ADContext, ADDispatcher

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Parameter:
    """One LLVM parameter.

    Attributes
    ----------
    index
        Which Numba argument it is a part of; -1 for those of the calling convention.
    path
        Which part: field names and positions from the outside in, ``("data",)``, ``("shape", 0)``, ``(1, "data")`` for the
        array that is a tuple's second element; empty for a scalar. ``("retptr",)`` and ``("excinfo",)`` at index -1.
    numba
        Numba type of the part.
    llvm
        LLVM type of the parameter: ``double``, ``i64``, ``ptr``.
    element
        LLVM type of what the pointer to an array's data, to a record or to the result points to; "" for all other parameters.
    factor
        A number that divides the parameter: the size of an array's elements, for that size and the strides of contiguous arrays.
    """

    index: int
    path: Path
    numba: types.Type
    llvm: str
    element: str = ""
    factor: int = 1

    @property
    def floats(self) -> str:
        """The element, or where that is nothing but floats of one type, as complex numbers are, their type."""
        members = set(self.element.strip("{} ").split(", "))
        return members.pop() if len(members) == 1 and members <= {"double", "float"} else self.element


def parameters(captured: Captured) -> tuple[Parameter, ...]:
    """The parameters of ``captured.name``, in order."""
    context = ADDispatcher.targetdescr.target_context
    result = llvm_text(returned_type(context, captured.returns))
    found = [Parameter(-1, ("retptr",), types.CPointer(captured.returns), "ptr", result),
             Parameter(-1, ("excinfo",), types.voidptr, "ptr")]
    for index, argument in enumerate(captured.arguments):
        for path, leaf, type_ in leaves(context.data_model_manager[argument]):
            pointed = leaf.dtype if isinstance(leaf, types.CPointer) else leaf if isinstance(leaf, types.Record) else None
            element = "" if pointed is None else llvm_text(memory_type(context, pointed))
            found.append(Parameter(index, path, leaf, llvm_text(type_), element, divisor(context, argument, path)))
    check(context, captured, found)
    return tuple(found)


def divisor(context: ADContext, argument: types.Type, path: Path) -> int:
    """The size of its elements, where a part is that of an array or a stride of a contiguous one; else 1."""
    while isinstance(argument, types.BaseTuple) and isinstance(path[0], int):
        argument, path = argument[path[0]], path[1:]
    if isinstance(argument, types.Array) and (path == ("itemsize",) or (path[0] == "strides" and argument.layout in "CF")):
        return int(context.get_abi_sizeof(context.get_data_type(argument.dtype)))
    return 1


def leaves(model: models.DataModel, path: Path = ()) -> Iterator[tuple[Path, types.Type, ir.Type]]:
    """Path, Numba type and LLVM type of each part that is passed by itself."""
    passed = model.get_argument_type()
    if not isinstance(passed, tuple):
        yield path, model.fe_type, passed
    elif isinstance(model, models.UniTupleModel):
        for position in range(model.fe_type.count):
            yield from leaves(model._elem_model, (*path, position))
    elif isinstance(model, models.StructModel):
        for position, field in enumerate(model._fields):
            step = position if isinstance(model, models.TupleModel) else field
            yield from leaves(model.get_model(position), (*path, step))
    elif passed:
        raise NotImplementedError(f"argument of type {model.fe_type}: its layout is not known")


def llvm_text(type_: ir.Type) -> str:
    """A type as LLVM prints it."""
    if isinstance(type_, ir.PointerType):
        return "ptr"
    if isinstance(type_, ir.ArrayType):
        return f"[{type_.count} x {llvm_text(type_.element)}]"
    if isinstance(type_, (ir.LiteralStructType, ir.IdentifiedStructType)):
        inner = ", ".join(map(llvm_text, type_.elements))
        return f"<{{ {inner} }}>" if type_.packed else f"{{ {inner} }}"
    return str(type_)


def check(context: ADContext, captured: Captured, found: list[Parameter]) -> None:
    """Compare with what Numba itself says about the function."""
    expected = [llvm_text(t) for t in context.call_conv.get_function_type(captured.returns, captured.arguments).args]
    if [parameter.llvm for parameter in found] != expected:
        raise NotImplementedError(f"arguments {captured.arguments}: passed as {expected}, not as {found}")
