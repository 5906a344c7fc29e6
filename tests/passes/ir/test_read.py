"""What is read is laid out as `Instruction` documents, and what is not LLVM's text is refused with its line."""

from __future__ import annotations

import pytest

from irad_passes.errors import ParseError
from irad_passes.ir import types as T
from irad_passes.ir.model import Constant, Function, Instruction, Mention
from irad_passes.ir.read import read
from irad_passes.ir.scanner import TOKEN
from irad_passes.ir.write import instruction_text


def function(text: str) -> Function:
    return next(iter(read(text).functions.values()))


def instruction(text: str) -> Instruction:
    """The first instruction of a function with values of many types."""
    signature = "define void @f(i32 %i, i64 %l, double %d, ptr %p, <4 x double> %v, { i32, [2 x double] } %t)"
    return function(f"{signature} {{\n  {text}\n  ret void\n}}").entry.instructions[0]


def refs(i: Instruction) -> list[str]:
    return [repr(o) for o in i.operands]


def test_binary() -> None:
    i = instruction("%x = add nuw nsw i32 %i, -3, !note !7")
    assert (i.name, i.opcode, i.type, i.flags, i.suffix) == ("x", "add", T.I32, ("nuw", "nsw"), ", !note !7")
    assert i.operands[0] is i.block.function.arguments[0]
    assert isinstance(i.operands[1], Constant) and i.operands[1].int_value == -3


def test_compare() -> None:
    i = instruction("%x = fcmp fast oge <4 x double> %v, zeroinitializer")
    assert (i.type, i.flags, i.extra) == (T.vector(4, T.I1), ("fast",), {"predicate": "oge"})


def test_memory() -> None:
    i = instruction('%x = load atomic volatile double, ptr %p syncscope("agent") acquire, align 8, !tbaa !3')
    assert i.extra == {"volatile": True, "ordering": "acquire", "syncscope": '"agent"', "align": 8}
    assert (i.type, i.suffix) == (T.DOUBLE, ", !tbaa !3")
    i = instruction("store double %d, ptr %p, align 4")
    assert ([o.name for o in i.operands], i.extra, i.type) == (["d", "p"], {"align": 4}, T.VOID)
    i = instruction("%x = cmpxchg weak ptr %p, i64 %l, i64 0 acq_rel monotonic, align 8")
    assert (i.flags, i.type) == (("weak",), T.struct((T.I64, T.I1)))
    assert i.extra == {"ordering": "acq_rel", "failure_ordering": "monotonic", "align": 8}
    i = instruction("%x = atomicrmw fadd ptr %p, double %d seq_cst, align 8")
    assert (i.type, i.extra["operation"]) == (T.DOUBLE, "fadd")


def test_alloca() -> None:
    i = instruction("%x = alloca [2 x i32], i64 %l, align 16, addrspace(5)")
    assert i.extra == {"allocated": T.array(2, T.I32), "align": 16, "addrspace": 5}
    assert (i.type.text, i.operands[0].name) == ("ptr addrspace(5)", "l")


def test_getelementptr() -> None:
    i = instruction("%x = getelementptr inbounds nuw [2 x double], ptr %p, i64 0, i64 %l")
    assert (i.flags, i.extra, i.type) == (("inbounds", "nuw"), {"source_type": T.array(2, T.DOUBLE)}, T.PTR)
    assert [o.ref for o in i.operands] == ["%p", "0", "%l"]


def test_types_of_aggregates_and_vectors() -> None:
    assert instruction("%x = extractvalue { i32, [2 x double] } %t, 1, 0").type is T.DOUBLE
    assert instruction("%x = extractvalue { i32, [2 x double] } %t, 1").extra["indices"] == (1,)
    assert instruction("%x = extractelement <4 x double> %v, i32 %i").type is T.DOUBLE
    assert instruction("%x = shufflevector <4 x double> %v, <4 x double> poison, <2 x i32> zeroinitializer").type is T.vector(2, T.DOUBLE)
    assert instruction("%x = getelementptr i8, ptr %p, <4 x i64> zeroinitializer").type is T.vector(4, T.PTR)


def test_call() -> None:
    i = instruction('%x = tail call fast fastcc noundef range(i32 0, 2) i32 (ptr, ...) @g(ptr nonnull align 8 %p, i32 1) #3, !note !1')
    assert (i.callee, i.type, i.flags, i.suffix) == ("g", T.I32, ("tail", "fast"), " #3, !note !1")
    assert [a.ref for a in i.arguments] == ["%p", "1"]
    assert i.extra == {"function_type": T.function(T.I32, (T.PTR,), True), "return_attributes": "fastcc noundef range(i32 0, 2)",
                       "argument_attributes": ("nonnull align 8", "")}


def test_call_without_anything() -> None:
    i = instruction("call void %p()")
    assert (i.callee, i.arguments, i.extra, i.suffix) == (None, [], {}, "")
    assert instruction('call void @"a\\22b"()').callee == 'a"b'
    assert instruction('%x = call i32 asm "nop", "=r"()').operands[-1].ref == 'asm "nop", "=r"'


def test_bundles_are_no_uses_and_go_with_what_they_mention() -> None:
    i = instruction('call void @llvm.assume(i1 true) #0 [ "align"(ptr %p, i64 %l) ], !note !0')
    bundles = i.extra["bundles"]
    assert isinstance(bundles, Mention) and [v.name for v in bundles.values] == ["p", "l"]
    assert i.block.function.arguments[1].users == [] and i.suffix == " #0, !note !0"
    f = function('define void @f(ptr %p) {\n  %x = load ptr, ptr %p\n  call void @g() [ "align"(ptr %x, i64 8) ]\n  ret void\n}')
    load, call, _ = f.entry.instructions
    load.erase()
    assert instruction_text(call) == "call void @g()"


def test_debug_records_are_no_uses_and_outlive_what_they_mention() -> None:
    text = "define void @f(i64 %x) {\n  %y = add i64 %x, 1\n    #dbg_value(i64 %y, !6, !DIExpression(), !9)\n  ret void\n}"
    add, record, _ = function(text).entry.instructions
    assert (record.opcode, record.type, add.users) == ("#dbg_value", T.VOID, [])
    assert record in record.block.body and record.operands[1].ref == "!6"
    assert instruction_text(record) == "#dbg_value(i64 %y, !6, !DIExpression(), !9)"
    add.erase()
    assert instruction_text(record) == "#dbg_value(i64 poison, !6, !DIExpression(), !9)"


def test_terminators() -> None:
    f = function("""define void @f(i32 %i, i1 %c) {
  switch i32 %i, label %d [
    i32 1, label %a
    i32 2, label %a
  ]
a:
  br i1 %c, label %d, label %a, !prof !0
d:
  ret void
}""")
    entry, a, d = f.blocks
    assert entry.successors == [d, a, a] and [o.ref for o in entry.terminator.operands] == ["%i", "1", "2"]
    assert a.successors == [d, a] and a.terminator.suffix == ", !prof !0"
    assert d.successors == [] and d.terminator.operands == []


def test_forward_references_have_right_users() -> None:
    f = function("""define i64 @f(i64 %n) {
  br label %loop
loop:
  %i = phi i64 [ 0, %0 ], [ %next, %loop ]
  %same = phi i64 [ %n, %0 ], [ %same, %loop ]
  %twice = add i64 %next, %next
  %next = add i64 %i, %same
  %end = icmp eq i64 %next, %twice
  br i1 %end, label %exit, label %loop
exit:
  ret i64 %next
}""")
    values = {i.name: i for i in f.instructions() if i.name}
    assert [u.opcode for u in values["next"].users] == ["phi", "add", "add", "icmp", "ret"]
    assert [u.name for u in values["same"].users] == ["same", "next"]
    assert values["i"].blocks == [f.entry, f.blocks[1]] and values["i"].incoming(f.blocks[1]) is values["next"]
    assert values["same"].operands[1] is values["same"]


def test_numbers_become_names() -> None:
    f = function("define i32 @f(i32, i32 %v3) {\n  %3 = add i32 %0, %v3\n  br label %4\n4:\n  ret i32 %3\n}")
    assert [a.name for a in f.arguments] == ["v0", "v3"]
    assert [b.name for b in f.blocks] == ["v1", "v4"]
    assert f.entry.instructions[0].name == "v3."
    assert f.unique("v4") not in ("v4", "")


def test_opcode_of_the_future() -> None:
    text = "%x = frobnicate fast <4 x double> %v by i32 %i, [label %next, label %next], { 1 }, !note !2"
    f = function(f"define void @f(<4 x double> %v, i32 %i) {{\n  {text}\n  br label %next\nnext:\n  ret void\n}}")
    i = f.entry.instructions[0]
    assert (i.opcode, i.type) == ("frobnicate", T.vector(4, T.DOUBLE))
    assert refs(i) == ["<4 x double> %v", "i32 %i"] and i.blocks == [f.blocks[1]] * 2
    assert instruction_text(i) == text


def test_instruction_over_several_lines() -> None:
    i = instruction("%x = call double @g(double %d, ; the first\n       double\n %d)")
    assert refs(i) == ["double %d", "double %d", "ptr @g"]


def test_module() -> None:
    m = read("""; ModuleID = 'm'
target triple = "x"
%s = type { i32, %t }
%t = type { double }
@a = global %s zeroinitializer ; a comment
@"b c" = alias i32, ptr @a
declare void @f(%s, ...) #0
attributes #0 = { nounwind }
!0 = !{}
""")
    assert m.header == ['target triple = "x"', "%s = type { i32, %t }", "%t = type { double }"]
    assert list(m.globals) == ["a", "b c"] and m.globals["b c"] == '@"b c" = alias i32, ptr @a'
    assert m.trailer == ["attributes #0 = { nounwind }", "!0 = !{}"]
    assert m.named_types["%s"] is T.named("s", (T.I32, T.named("t", (T.DOUBLE,))))
    f = m.functions["f"]
    assert f.is_declaration and f.suffix == "#0" and f.type.variadic and f.arguments[0].type is m.named_types["%s"]


BODIES = {
    "%x = add i32 %i,": "unexpected end",
    "%x = add i32 %i %i": "expected ',' before '%i'",
    "%x = add i32 %i, ?": "expected a value instead of '?'",
    "%x = add i32 %i, ret": "expected a value instead of 'ret'",
    "%x = add wrong %i, 1": "expected a type instead of 'wrong'",
    "%x = add %wrong %i, 1": "unknown type %wrong",
    "%x = add i32 %i, 1 garbage": "unexpected 'garbage'",
    "%x = add i32 %i, 1, align 8": "unexpected ','",
    "store i32 1, ptr %p, align eight": "expected a number instead of 'eight'",
    "= add i32 %i, 1": "expected an instruction instead of '='",
    "call void @g(i32 1": "unexpected end",
    "%x = extractvalue { i32 } zeroinitializer, 3": "no element 3 in { i32 }",
    "br label @f": "expected a block instead of '@f'",
    "%p = add i32 %i, 1": "second definition of %p",
}


@pytest.mark.parametrize("body", BODIES)
def test_malformed_instruction(body: str) -> None:
    with pytest.raises(ParseError) as caught:
        read(f"\ndefine void @f(i32 %i, ptr %p) {{\n  {body}\n}}")
    assert str(caught.value).startswith(f"line 3: {BODIES[body]}")
    assert body.split()[0] in str(caught.value)


MODULES = {
    "nonsense": "line 1: neither a function nor a global: nonsense",
    "define void f() {\n}": "line 1: expected the function's name instead of 'f'",
    "define void @f(": "line 1: unexpected end of a function's head",
    "define void @f() {\n  ret void\n": "line 3: the body of @f is not closed",
    "define void @f() {\n  br label %x\n}": "line 3: undefined block %x in @f",
    "define i32 @f() {\n  ret i32 %x\n}": "line 3: undefined value %x in @f",
    "define void @f() {\na:\n  ret void\na:\n  ret void\n}": "line 4: second block a",
    "declare void @f()\ndeclare void @f()": "line 2: second function @f",
    "%s = type { %t }": "line 1: unknown type",
}


@pytest.mark.parametrize("text", MODULES)
def test_malformed_module(text: str) -> None:
    with pytest.raises(ParseError) as caught:
        read(text)
    assert str(caught.value).startswith(MODULES[text])


def test_text_with_a_word_missing_is_read_or_refused() -> None:
    text = """define i32 @f(i32 %i, ptr %p) personality ptr @q {
  %x = load atomic i32, ptr %p syncscope("a") acquire, align 4, !note !0
  %y = call fast noundef i32 (ptr, ...) @g(ptr nonnull align 8 %p, <2 x i32> <i32 1, i32 2>) #0 [ "a"(i32 %x) ], !note !0
  %z = invoke i32 @h({ i32, [1 x i8] } { i32 1, [1 x i8] c"a" }) to label %a unwind label %b
a:
  %s = shufflevector <2 x i32> zeroinitializer, <2 x i32> poison, <1 x i32> <i32 1>
  switch i32 %z, label %a [ i32 1, label %a i32 2, label %c ]
b:
  %l = landingpad { ptr, i32 } cleanup
  resume { ptr, i32 } %l
c:
  %e = phi i32 [ %z, %a ]
  store i32 %e, ptr getelementptr inbounds ([2 x i32], ptr @t, i64 0, i64 1), align 4
  br i1 false, label %c, label %c
}"""
    assert len(read(text).functions["f"].blocks) == 4
    words = [match.span() for match in TOKEN.finditer(text)]
    refused = 0
    for begin, end in words:
        try:
            read(text[:begin] + text[end:])
        except ParseError:
            refused += 1
    assert refused > len(words) / 2
