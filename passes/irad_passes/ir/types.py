"""LLVM types, interned: two types are equal exactly when they are the same object.

Sizes and alignments are those of the 64-bit targets that Numba runs on, where they agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, eq=False)
class Type:
    """A type; ``text`` is how LLVM prints it. `void`, `label`, `metadata`, `token` and unknown ones are plain."""

    text: str

    def __str__(self) -> str:
        return self.text

    @property
    def is_float(self) -> bool:
        """Whether this is a floating-point scalar or a vector of them."""
        return False

    @property
    def is_pointer(self) -> bool:
        return False

    @property
    def scalar(self) -> Type:
        """The element type of a vector, else the type itself."""
        return self


@dataclass(frozen=True, eq=False)
class IntType(Type):
    bits: int


@dataclass(frozen=True, eq=False)
class FloatType(Type):
    bits: int

    @property
    def is_float(self) -> bool:
        return True


@dataclass(frozen=True, eq=False)
class PointerType(Type):
    @property
    def is_pointer(self) -> bool:
        return True


@dataclass(frozen=True, eq=False)
class VectorType(Type):
    count: int
    element: Type
    scalable: bool = False

    @property
    def is_float(self) -> bool:
        return self.element.is_float

    @property
    def scalar(self) -> Type:
        return self.element


@dataclass(frozen=True, eq=False)
class ArrayType(Type):
    count: int
    element: Type


@dataclass(frozen=True, eq=False)
class StructType(Type):
    """A literal or named struct; ``elements`` is empty for an opaque one, ``name`` is "" for a literal one."""

    elements: tuple[Type, ...]
    packed: bool = False
    name: str = ""


@dataclass(frozen=True, eq=False)
class FunctionType(Type):
    returns: Type
    parameters: tuple[Type, ...]
    variadic: bool = False


_FLOATS = {"half": 16, "bfloat": 16, "float": 32, "double": 64, "x86_fp80": 80, "fp128": 128, "ppc_fp128": 128}


@cache
def plain(text: str) -> Type:
    """The type without structure that LLVM spells ``text``: iN, a float, ptr, void, label, metadata, token."""
    if text[0] == "i" and text[1:].isdigit():
        return IntType(text, int(text[1:]))
    if text in _FLOATS:
        return FloatType(text, _FLOATS[text])
    if text == "ptr" or text.startswith("ptr addrspace"):
        return PointerType(text)
    return Type(text)


def vector(count: int, element: Type, scalable: bool = False) -> VectorType:
    return _vector(count, element, scalable)


def array(count: int, element: Type) -> ArrayType:
    return _array(count, element)


def struct(elements: tuple[Type, ...], packed: bool = False) -> StructType:
    return _struct(elements, packed)


def named(name: str, elements: tuple[Type, ...], packed: bool = False) -> StructType:
    """The struct type that is printed as ``%name``; ``name`` is as printed, in quotes where it has to be."""
    return _named(name, elements, packed)


def function(returns: Type, parameters: tuple[Type, ...], variadic: bool = False) -> FunctionType:
    return _function(returns, parameters, variadic)


# What interns the types is called by position only: `cache` takes `f(1)` and `f(x=1)`, and a default and its value, for different calls.


@cache
def _vector(count: int, element: Type, scalable: bool) -> VectorType:
    prefix = "vscale x " if scalable else ""
    return VectorType(f"<{prefix}{count} x {element}>", count, element, scalable)


@cache
def _array(count: int, element: Type) -> ArrayType:
    return ArrayType(f"[{count} x {element}]", count, element)


@cache
def _struct(elements: tuple[Type, ...], packed: bool) -> StructType:
    inner = f"{{ {', '.join(map(str, elements))} }}" if elements else "{}"
    return StructType(f"<{inner}>" if packed else inner, elements, packed)


@cache
def _named(name: str, elements: tuple[Type, ...], packed: bool) -> StructType:
    return StructType(f"%{name}", elements, packed, name)


@cache
def _function(returns: Type, parameters: tuple[Type, ...], variadic: bool) -> FunctionType:
    inner = ", ".join([*map(str, parameters), *(["..."] if variadic else [])])
    return FunctionType(f"{returns} ({inner})", returns, parameters, variadic)


VOID, LABEL, METADATA, TOKEN, PTR = plain("void"), plain("label"), plain("metadata"), plain("token"), plain("ptr")
I1, I8, I32, I64 = plain("i1"), plain("i8"), plain("i32"), plain("i64")
FLOAT, DOUBLE = plain("float"), plain("double")


def align_of(type_: Type) -> int:
    """ABI alignment in bytes."""
    match type_:
        case IntType(bits=bits) | FloatType(bits=bits):
            return 16 if bits > 64 else 1 << max(0, ((bits + 7) // 8 - 1).bit_length())
        case PointerType():
            return 8
        case VectorType():
            return size_of(type_)
        case ArrayType(element=element):
            return align_of(element)
        case StructType(elements=elements, packed=packed):
            return 1 if packed else max(map(align_of, elements), default=1)
    raise ValueError(f"type {type_} has no alignment")


def size_of(type_: Type) -> int:
    """Allocation size in bytes: the distance between neighbours in an array."""
    match type_:
        case IntType(bits=bits) | FloatType(bits=bits):
            align = align_of(type_)
            return -(-((bits + 7) // 8) // align) * align
        case PointerType():
            return 8
        case VectorType(count=count, element=element):
            return 1 << ((count * (element.bits if isinstance(element, IntType) else 8 * size_of(element)) + 7) // 8 - 1).bit_length()
        case ArrayType(count=count, element=element):
            return count * size_of(element)
        case StructType():
            offset, align = end_of(type_), align_of(type_)
            return -(-offset // align) * align
    raise ValueError(f"type {type_} has no size")


def offset_of(type_: StructType, index: int) -> int:
    """Byte offset of field ``index``."""
    offset = 0
    for position, element in enumerate(type_.elements):
        align = 1 if type_.packed else align_of(element)
        offset = -(-offset // align) * align
        if position == index:
            return offset
        offset += size_of(element)
    raise IndexError(f"{type_} has no field {index}")


def end_of(type_: StructType) -> int:
    """Byte offset just behind the last field, without tail padding."""
    if not type_.elements:
        return 0
    last = len(type_.elements) - 1
    return offset_of(type_, last) + size_of(type_.elements[last])
