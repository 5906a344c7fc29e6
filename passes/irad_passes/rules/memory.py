"""What calls do to memory: rows for allocation, reference counts, fills and transfers.

A front end gives rows for its own run-time symbols in `Request.rules`; the rows here are LLVM's and C's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from irad_passes.ir.model import Instruction
from irad_passes.ir.types import Type
from irad_passes.rules.table import Rule, lookup


@dataclass(frozen=True, slots=True)
class Allocation(Rule):
    """Returns new memory. Operands by index: ``size`` in bytes, ``align``, ``destructor``. ``data_offset``: the call returns a header, and
    the address of the memory proper is stored at this offset in it; None where the call returns the memory itself. ``size_offset``:
    where in the header the size is, ``count_offset``: where the number of references is, an i64. ``destructor``: a function that is
    called with the memory when its last reference goes, and gives back the references that it finds in it, by what the memory itself
    says of its contents."""

    size: int
    align: int | None = None
    data_offset: int | None = None
    size_offset: int | None = None
    destructor: int | None = None
    count_offset: int | None = None


@dataclass(frozen=True, slots=True)
class Reallocation(Rule):
    """Gives the memory behind the header ``header`` another ``size`` (operands by index), keeps what fits of its contents, and
    returns its new address, null where there is no memory. ``allocate`` and ``free``: the functions that it does this with."""

    header: int
    size: int
    data_offset: int
    size_offset: int
    allocate: str
    free: str


@dataclass(frozen=True, slots=True)
class RefCount(Rule):
    """Adds ``change`` references to the object whose header is operand ``operand`` (nothing for null)."""

    change: int
    operand: int = 0


@dataclass(frozen=True, slots=True)
class Helper(Rule):
    """Computes with integers and pointers, and writes only what the operands ``writes`` point at."""

    writes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Shared(Rule):
    """Returns the address of memory of the runtime's own: the same at each call, and nothing else points there."""


@dataclass(frozen=True, slots=True)
class Exposure(Rule):
    """Shows what the operands lead to to code that may read and write it and keep it, but leaves no addresses there."""


@dataclass(frozen=True, slots=True)
class Tape(Rule):
    """Opens, closes or checks a tape."""


@dataclass(frozen=True, slots=True)
class Free(Rule):
    """Frees operand 0."""


@dataclass(frozen=True, slots=True)
class Fill(Rule):
    """memset: operands are destination, byte, length."""


@dataclass(frozen=True, slots=True)
class Transfer(Rule):
    """memcpy and memmove: operands are destination, source, length. ``overlap``: the two may overlap."""

    overlap: bool


RESERVE, OPEN, CLOSE, HOLD = "irad.tape.reserve", "irad.tape.open", "irad.tape.close", "irad.tape.hold"
CHECK = "irad.tape.check"
"""Closes the tape and fails where its second operand is true: a function that was called could not reserve."""
FORK, CHILD = "irad.tape.fork", "irad.tape.child"
"""``(ptr tape, i64 count) -> ptr`` makes so many tapes that are closed together with this one, the same ones at each call: each may be
used by a thread of its own. ``(ptr tapes, i64 number) -> ptr`` is one of them."""
PARALLEL = "irad.parallel.for"
"""``(i64 count, ptr function, ptr data)``: calls ``function(i64 number, ptr data)`` for each number below the count, in any order or at
once, and returns when all have returned. A function whose name ends with it, behind a dot, takes a count and more, and calls another
one with each number below the count and the rest, one after the other: `transforms.lower_tape` makes them calls of this one."""

CLEAR = "irad.clear"
DEFINITIONS = {
    CLEAR: f"""
define linkonce_odr void @{CLEAR}(ptr %header, i64 %offset, i64 %size) alwaysinline nounwind {{
entry:
  %failed = icmp eq ptr %header, null
  br i1 %failed, label %done, label %clear
clear:
  %field = getelementptr i8, ptr %header, i64 %offset
  %data = load ptr, ptr %field
  call void @llvm.memset.p0.i64(ptr %data, i8 0, i64 %size, i1 false)
  br label %done
done:
  ret void
}}
""",
}
"""Functions in LLVM text that the passes call: zero the memory behind a header, if there is one."""

_TRANSFER = "irad.transfer."
_TYPES = {"f32": "float", "f64": "double"}


def transfer(size: int, cells: Sequence[tuple[int, Type]]) -> str:
    """The name of the adjoint of a block copy of records of ``size`` bytes that hold floats of these types at these offsets:
    ``(ptr target, ptr source, i64 bytes)``, both shadows. See `definition`."""
    names = {text: name for name, text in _TYPES.items()}
    fields = [f"{names[type_.text]}.{offset}" for offset, type_ in cells]
    return _TRANSFER + (names[cells[0][1].text] if fields == [f"f{8 * size}.0"] else ".".join([str(size), *fields]))


def definition(name: str) -> str | None:
    """The text of a function that the passes call by ``name``; None if it is none of theirs."""
    if not name.startswith(_TRANSFER):
        return DEFINITIONS.get(name)
    size, *cells = name.removeprefix(_TRANSFER).split(".")
    align = 1  # records may lie anywhere
    if size in _TYPES:  # an array of floats
        size, cells, align = str(int(size[1:]) // 8), [size, "0"], int(size[1:]) // 8
    fields = enumerate(zip(cells[::2], cells[1::2], strict=True))
    body = "".join(_CELL.format(k=k, type=_TYPES[kind], offset=offset, align=align) for k, (kind, offset) in fields)
    return _ROWS.format(name=name, size=size, cells=body)


_CELL = """
  %p{k} = getelementptr i8, ptr %p, i64 {offset}
  %q{k} = getelementptr i8, ptr %q, i64 {offset}
  %t{k} = load {type}, ptr %p{k}, align {align}
  store {type} 0.0, ptr %p{k}, align {align}
  %s{k} = load {type}, ptr %q{k}, align {align}
  %sum{k} = fadd reassoc contract {type} %s{k}, %t{k}
  store {type} %sum{k}, ptr %q{k}, align {align}"""
_ROWS = """
define linkonce_odr void @{name}(ptr %target, ptr %source, i64 %bytes) alwaysinline nounwind {{
entry:
  %count = udiv i64 %bytes, {size}
  %some = icmp ne i64 %count, 0
  br i1 %some, label %start, label %done
start:
  %down = icmp ult ptr %target, %source
  %last = add i64 %count, -1
  br label %loop
loop:
  %k = phi i64 [ 0, %start ], [ %next, %loop ]
  %back = sub i64 %last, %k
  %index = select i1 %down, i64 %back, i64 %k
  %offset = mul i64 %index, {size}
  %p = getelementptr i8, ptr %target, i64 %offset
  %q = getelementptr i8, ptr %source, i64 %offset{cells}
  %next = add i64 %k, 1
  %more = icmp ult i64 %next, %count
  br i1 %more, label %loop, label %done
done:
  ret void
}}
"""

HEADER = 64
"""Bytes in front of memory that was moved to the tape, where its header is; also its alignment."""

_BY_PREFIX: dict[str, Rule] = {
    "llvm.memset.": Fill(),
    "llvm.memcpy.": Transfer(overlap=False),
    "llvm.memmove.": Transfer(overlap=True),
}
_BY_NAME: dict[str, Rule] = {
    "memset": Fill(),
    "memcpy": Transfer(overlap=False),
    "memmove": Transfer(overlap=True),
    "malloc": Allocation(size=0),
    "free": Free(),
    RESERVE: Allocation(size=1, align=2),
    OPEN: Tape(),
    CLOSE: Tape(),
    CHECK: Tape(),
    FORK: Tape(),
    CHILD: Tape(),
    HOLD: RefCount(change=0, operand=1),
}


def rule_of(instruction: Instruction, extra: Mapping[str, Rule]) -> Rule | None:
    """The row for an instruction: the front end's, a memory row, or one of `rules.table`; None if there is none."""
    name = instruction.callee
    if name is not None:
        if name in extra:
            return extra[name]
        if name in _BY_NAME:
            return _BY_NAME[name]
        for prefix, rule in _BY_PREFIX.items():
            if name.startswith(prefix):
                return rule
    return lookup(instruction, extra)
