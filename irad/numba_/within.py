"""Containers as arguments: lists and objects of jitclasses, which are constant as a whole. Where the function writes them or its arrays, no
array in them may be in the memory of one of its arrays.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from numba.core import types
from numba.extending import intrinsic

from irad.errors import UnsupportedError
from irad.numba_.abi import Path
from irad.numba_.glue import Glue, Typed

CONTAINERS = (types.List, types.Set, types.ListType, types.DictType, types.ClassInstanceType, types.Optional)
"""Types whose values lead to memory that is not passed with them."""
PLAIN = (types.Number, types.Boolean, types.UnicodeType, types.Bytes, types.NoneType, types.Omitted, types.Dispatcher, types.Literal,
         types.Record, types.EnumMember, types.NPDatetime, types.NPTimedelta, types.CharSeq, types.UnicodeCharSeq, types.DType,
         types.NumPyRandomGeneratorType)
"""Types whose values hold no arrays."""

DEEPEST = 9
"""How deep containers may be nested: objects may be of their own kind."""


@intrinsic
def extent(typing_context: Any, array: Any) -> Any:
    """Lowest address of an array's memory, and the first behind it."""
    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        pair = Glue(context, builder).extent(array, values[0])
        return context.make_tuple(builder, signature.return_type, pair)

    return types.UniTuple(types.intp, 2)(array), codegen


def holder(type_: Any, path: Path) -> Any:
    """The type of what a part of a value, as it is passed, is a part of: no tuple."""
    while isinstance(type_, types.BaseTuple) and isinstance(path[0], int):
        type_, path = type_[path[0]], path[1:]
    return type_


def touching(glue: Glue, container: Typed, place: str, low: Any, high: Any) -> Any:
    """Whether an array in ``container`` has a byte between two addresses; None where there are none."""
    lines = list(_search(container.type, "container", place, 1))
    if not lines:
        return None
    scope: dict[str, Any] = {"extent": extent}
    exec("\n".join(["def search(container, low, high):", *lines, "    return False"]) + "\n", scope)
    signature = types.boolean(container.type, types.intp, types.intp)
    return glue.context.compile_internal(glue.builder, scope["search"], signature, [container.value, low, high])


def _search(type_: Any, name: str, place: str, depth: int) -> Iterator[str]:
    """Lines of Python that look for arrays in a value."""
    pad = "    " * depth
    if isinstance(type_, PLAIN):
        return
    if isinstance(type_, types.Array):
        yield f"{pad}first, last = extent({name})"
        yield f"{pad}if first < high and low < last:"
        yield f"{pad}    return True"
    elif isinstance(type_, types.BaseTuple):
        for index, item in enumerate(type_):
            yield from _search(item, f"{name}[{index}]", place, depth)
    elif isinstance(type_, types.Optional):
        yield from _under(f"{pad}if {name} is not None:", type_.type, name, place, depth)
    elif isinstance(type_, (types.List, types.ListType, types.Set)):
        yield from _under(f"{pad}for item_{depth} in {name}:", type_.dtype, f"item_{depth}", place, depth)
    elif isinstance(type_, types.DictType):
        yield from _under(f"{pad}for item_{depth} in {name}.values():", type_.value_type, f"item_{depth}", place, depth)
    elif isinstance(type_, types.ClassInstanceType) and depth < DEEPEST and not any(field.startswith("__") for field in type_.struct):
        for field, own in type_.struct.items():
            yield from _under(f"{pad}if True:", own, f"{name}.{field}", place, depth)
    else:
        raise UnsupportedError(f"{place} takes a container that holds {type_}, and writes arrays that may be in it. Pass arrays.")


def _under(head: str, type_: Any, name: str, place: str, depth: int) -> Iterator[str]:
    inner = list(_search(type_, name, place, depth + 1))
    if inner:
        yield head
        yield from inner
