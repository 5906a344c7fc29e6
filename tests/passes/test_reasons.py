"""What the engine refuses for a reason of its own: the smallest program for each message."""

from __future__ import annotations

import pytest

from irad_passes.errors import Unsupported
from irad_passes.pipeline import differentiate
from irad_passes.request import Activity, Mode, Parameter, Request
from irad_passes.rules.memory import Allocation

CONST, ACTIVE, DUPLICATED = Parameter(), Parameter(Activity.ACTIVE), Parameter(Activity.DUPLICATED)
RULES = {"get": Allocation(size=0, data_offset=24), "get_owner": Allocation(size=0, data_offset=24, destructor=1)}


def refused(text: str, message: str, *parameters: Parameter, modes: tuple[Mode, ...] = tuple(Mode), width: int = 1) -> None:
    for mode in modes:
        with pytest.raises(Unsupported, match=message):
            differentiate(text, Request("f", mode, parameters, "df", status=False, width=width, rules=RULES))


def test_bits_that_a_function_gets() -> None:
    refused("""define double @f(double %x) {
  %bits = bitcast double %x to i64
  %twice = call i64 @g(i64 %bits)
  %y = sitofp i64 %twice to double
  ret double %y
}
define i64 @g(i64 %n) {
  %twice = add i64 %n, %n
  ret i64 %twice
}""", "bits of an active float are given to `g`; give it the float", ACTIVE)


def test_copies_of_bits_that_a_function_gets() -> None:
    refused("""define void @f(ptr %x, ptr %y) {
  %own = alloca i64
  %bits = load i64, ptr %x
  store i64 %bits, ptr %own
  %same = call i64 @g(ptr %own)
  store i64 %same, ptr %y
  ret void
}
define i64 @g(ptr %p) {
  %n = load i64, ptr %p
  ret i64 %n
}""", "memory that may hold bits of an active float is given to `g`; copy floats as floats", DUPLICATED, DUPLICATED)


def test_an_address_that_is_a_number() -> None:
    refused("""define double @f(ptr %x, i1 %c) {
  %p = select i1 %c, ptr %x, ptr inttoptr (i64 4096 to ptr)
  %v = load double, ptr %p
  ret double %v
}""", "the constant address inttoptr .* meets active memory; copy the data into an array first", DUPLICATED, CONST)


def test_a_struct_of_pointers_and_floats() -> None:
    refused("""define double @f(ptr %x, double %v, i1 %c) {
  %a = insertvalue { ptr, double } poison, ptr %x, 0
  %b = insertvalue { ptr, double } %a, double %v, 1
  %s = select i1 %c, { ptr, double } %b, { ptr, double } zeroinitializer
  %w = extractvalue { ptr, double } %s, 1
  ret double %w
}""", "a value of a struct that holds both pointers and active floats", DUPLICATED, ACTIVE, CONST, modes=(Mode.FORWARD,))


def test_exceptions_of_cxx() -> None:
    refused("""define double @f(double %x) personality ptr @p {
  %y = invoke double @g(double %x) to label %good unwind label %bad
good:
  ret double %y
bad:
  %raised = landingpad { ptr, i32 } cleanup
  ret double 0.0
}
declare double @g(double)
declare i32 @p(...)""", "f catches exceptions: compile it without them", ACTIVE)


PART = """define void @f(ptr %x) {
  %p = getelementptr i8, ptr %x, i64 1
  call void @g(ptr %p)
  ret void
}
define void @g(ptr %p) {
  %v = load double, ptr %p, align 1
  %w = fmul double %v, %v
  store double %w, ptr %p, align 1
  ret void
}"""


def test_a_part_of_a_packed_record() -> None:
    refused(PART, "a part of a record that is not aligned is given to a function that is not inlined",
            Parameter(Activity.DUPLICATED, "<{ i8, double }>"))


STACK = """define double @f(double %x, i64 %n) {
  %y = call double @g(double %x, i64 %n)
  ret double %y
}
define double @g(double %x, i64 %n) {
entry:
  %own = alloca double, i64 %n
  br label %loop
loop:
  %k = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr double, ptr %own, i64 %k
  store double %x, ptr %p
  %v = load double, ptr %own
  %w = fmul double %v, %v
  store double %w, ptr %own
  %next = add i64 %k, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  %y = load double, ptr %own
  ret double %y
}"""


def test_stack_memory_of_a_function_that_is_called() -> None:
    refused(STACK, "stack memory whose size is computed", ACTIVE, CONST, modes=(Mode.REVERSE,))
    again = STACK.replace("  %own = alloca double, i64 %n\n", "").replace("  %p = getel", "  %own = alloca double\n  %p = getel")
    again = again.replace("  %y = load double, ptr %own\n  ret double %y", "  ret double %w")
    refused(again, "stack memory that is not allocated once, where the function begins", ACTIVE, CONST, modes=(Mode.REVERSE,))


@pytest.mark.parametrize(("body", "message"), [
    ("%v = load <2 x double>, ptr %x\n %w = fmul <2 x double> %v, %v\n store <2 x double> %w, ptr %x", "vectors of active floats, with"),
    ("%v = load volatile { double, double }, ptr %x\n %w = extractvalue { double, double } %v, 0\n store double %w, ptr %x",
     "a struct of active floats in memory, with several"),
    ("%p = getelementptr <2 x double>, ptr %x, i64 0, i64 1\n %v = load double, ptr %p\n %w = fmul double %v, %v\n store double %w, ptr %p",
     "an address within a vector, with several"),
    ("call void @g(ptr %x)", "a call that is not inlined, with several"),
    ("""%h = call ptr @get(i64 16)
  %p = select i1 %c, ptr %h, ptr %y
  %q = getelementptr i8, ptr %p, i64 24
  %d = load ptr, ptr %q
  %v = load double, ptr %x
  store double %v, ptr %d
  %w = load double, ptr %d
  store double %w, ptr %x""", "an address in the header of an allocation or in other memory, with several"),
    ("""%h = call ptr @get_owner(i64 16, ptr @g)
  %q = getelementptr i8, ptr %h, i64 24
  %d = load ptr, ptr %q
  store ptr %x, ptr %d
  %p = load ptr, ptr %d
  %v = load double, ptr %p
  %w = fmul double %v, %v
  store double %w, ptr %p""", "a container of references, with several"),
])
def test_several_tangents_at_once(body: str, message: str) -> None:
    text = f"""define void @f(ptr %x, ptr %y, i1 %c) {{
  {body}
  ret void
}}
define void @g(ptr %p) {{
  %v = load double, ptr %p
  %w = fmul double %v, %v
  store double %w, ptr %p
  ret void
}}
declare ptr @get(i64)
declare ptr @get_owner(i64, ptr)"""
    refused(text, message, DUPLICATED, DUPLICATED, CONST, modes=(Mode.FORWARD,), width=2)


def test_block_copies_of_records_with_several_adjoints() -> None:
    particle = Parameter(Activity.DUPLICATED, element="{ double, i64 }")
    refused("""define void @f(ptr %x, ptr %y) {
  %from = load double, ptr %x
  %square = fmul double %from, %from
  store double %square, ptr %x
  call void @llvm.memcpy.p0.p0.i64(ptr %y, ptr %x, i64 64, i1 false)
  ret void
}
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)""", "a block copy of records, with several adjoints at once",
            particle, particle, modes=(Mode.REVERSE,), width=2)
