"""Whatever LLVM prints is read, and printed as the same module again. LLVM itself is the judge of "the same"."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable

import pytest

Check = Callable[[str], None]

SIGNATURE = ("define void @f(i32 %i, i64 %l, double %d, float %s, ptr %p, <4 x double> %v, <4 x i32> %w, "
             "{ i32, [2 x double] } %t, i1 %c, ptr addrspace(3) %q)")

STATEMENTS = {
    "integer arithmetic": """
        %a = add nuw nsw i32 %i, 1
        %b = sub i32 -5, %a
        %e = udiv exact i32 %b, %i
        %g = shl nuw i32 %e, 2
        %h = lshr exact i32 %g, 1
        %j = or disjoint i32 %h, 1
        %k = srem <4 x i32> %w, splat (i32 3)""",
    "floating-point arithmetic": """
        %a = fadd fast double %d, 1.000000e+00
        %b = fmul nnan ninf nsz arcp contract afn reassoc double %a, 0x7FF8000000000000
        %e = fneg nsz <4 x double> %v
        %g = frem float %s, 0x3FB99999A0000000
        %h = fdiv <4 x double> %e, <double 1.000000e+00, double undef, double -2.500000e-01, double 1.000000e+10>
        %k = fsub x86_fp80 0xK3FFF8000000000000000, 0xK00000000000000000000""",
    "comparisons": """
        %a = icmp samesign ult i32 %i, 10
        %b = icmp eq <4 x i32> %w, zeroinitializer
        %e = fcmp nnan ninf oge double %d, 0.000000e+00
        %g = fcmp uno <4 x double> %v, %v
        %h = icmp ne ptr %p, null""",
    "casts": """
        %a = zext nneg i32 %i to i64
        %b = trunc nuw nsw i64 %a to i8
        %e = uitofp nneg i32 %i to double
        %g = fptosi <4 x double> %v to <4 x i64>
        %h = ptrtoint ptr %p to i64
        %j = inttoptr i64 %h to ptr
        %k = addrspacecast ptr addrspace(3) %q to ptr
        %m = bitcast <4 x double> %v to <8 x i32>
        %n = fpext fast float %s to double""",
    "select and freeze": """
        %a = select nnan i1 %c, double %d, double 0.000000e+00
        %b = select <4 x i1> <i1 true, i1 false, i1 poison, i1 true>, <4 x i32> %w, <4 x i32> splat (i32 1)
        %e = freeze <4 x double> %v""",
    "vectors": """
        %a = extractelement <4 x double> %v, i64 0
        %b = insertelement <4 x double> poison, double %a, i32 %i
        %e = shufflevector <4 x double> %v, <4 x double> %b, <2 x i32> <i32 0, i32 5>
        %g = shufflevector <4 x i32> %w, <4 x i32> poison, <8 x i32> zeroinitializer
        %h = getelementptr double, ptr %p, <4 x i32> %w
        %k = icmp eq <4 x ptr> %h, zeroinitializer""",
    "aggregates": """
        %a = extractvalue { i32, [2 x double] } %t, 1, 0
        %b = insertvalue { i32, [2 x double] } %t, double %a, 1, 1
        %e = insertvalue [2 x ptr] [ptr @g, ptr null], ptr %p, 0
        %k = insertvalue <{ i8, i32 }> undef, i8 1, 0""",
    "memory": """
        %a = alloca double, align 8
        %b = alloca i32, i32 %i, align 16
        %e = alloca inalloca { i32, ptr }, align 4
        store double %d, ptr %a, align 8
        store volatile i32 1, ptr %b, align 4, !nontemporal !0
        store atomic i64 %l, ptr %p syncscope("singlethread") seq_cst, align 8
        %g = load volatile double, ptr %a, align 1, !noalias !1, !alias.scope !1
        %h = load atomic volatile i32, ptr %p acquire, align 4
        %k = load ptr addrspace(3), ptr %p, align 8
        %m = load i32, ptr addrspace(3) %q""",
    "atomic": """
        fence syncscope("singlethread") acq_rel
        fence seq_cst
        %a = cmpxchg weak volatile ptr %p, i64 %l, i64 2 syncscope("singlethread") acq_rel monotonic, align 8
        %b = cmpxchg ptr %p, i32 0, i32 1 seq_cst seq_cst, align 4
        %e = atomicrmw volatile fadd ptr %p, double %d release, align 8
        %k = extractvalue { i64, i1 } %a, 1""",
    "addresses": """
        %a = getelementptr inbounds nuw { i32, [2 x double] }, ptr %p, i64 0, i32 1, i64 %l
        %b = getelementptr nusw i8, ptr %p, i64 -8
        %e = getelementptr float, ptr addrspace(3) %q, i64 %l
        %k = getelementptr %pair, ptr %p, i64 %l, i32 1""",
    "constant expressions": """
        %a = load double, ptr getelementptr inbounds nuw (i8, ptr @g, i64 8), align 8
        %b = ptrtoint ptr getelementptr inbounds ([4 x double], ptr @g, i64 0, i64 2) to i64
        %e = add i64 ptrtoint (ptr @g to i64), %l
        store ptr getelementptr inrange(-16, 8) (i8, ptr @g, i64 16), ptr %p, align 8
        store [3 x i8] c"a\\22;", ptr %p, align 1
        store { i32, [2 x double] } { i32 1, [2 x double] [double 1.000000e+00, double 2.000000e+00] }, ptr %p, align 8
        store <{ i8, i32 }> <{ i8 1, i32 2 }>, ptr %p, align 1""",
    "calls": """
        %a = call double @fun(double %d)
        %b = tail call fast noundef nofpclass(nan inf) double @fun(double noundef %d) #0
        %e = call noundef range(i32 0, 2) i32 (ptr, ...) @printf(ptr noundef nonnull align 1 dereferenceable(2) @g, double %d, i32 3)
        call void @copy(ptr byval({ i32, ptr }) align 8 captures(none) %p, ptr sret(%pair) %p, i32 range(i32 -1, 2) %i)
        notail call fastcc void %p(<4 x double> %v) [ "deopt"(i32 %i, ptr @g) ], !srcloc !0
        call void @llvm.assume(i1 true) #0 [ "align"(ptr %p, i64 16), "nonnull"(ptr %p) ]
        %g = call i64 asm sideeffect inteldialect "mov $0, $1", "=r,r,~{memory}"(i64 %l) #0, !srcloc !0
        %k = call cc 10 i32 %p()
        call void @copy(ptr nonnull readonly "key"="value" %p, ptr null, i32 0) nounwind memory(argmem: read) "a"="b" """,
    "variadic arguments": """
        %a = va_arg ptr %p, double
        %b = va_arg ptr %p, i32""",
    "numbered values": """
        %1 = add i32 %i, 1
        %v2 = add i32 %1, 1
        %2 = mul i32 %v2, %1
        %"a name" = add i32 %2, 1
        %"with \\22quote" = add i32 %"a name", %"a name" """,
    "unusual types": """
        %a = load bfloat, ptr %p, align 2
        %b = load i1234, ptr %p, align 8
        %e = load <vscale x 4 x float>, ptr %p, align 16
        %g = load target("spirv.Event"), ptr %p, align 8
        %h = fadd <vscale x 4 x float> %e, splat (float 1.000000e+00)
        %j = fcmp une <vscale x 4 x float> %e, %h
        %k = load [2 x { %pair, <{ i8, {} }> }], ptr %p, align 8""",
}
SURROUNDINGS = """
%pair = type { %inner, i64 }
%inner = type <{ i32, double }>
%hidden = type opaque
@g = internal unnamed_addr constant [4 x double] zeroinitializer, align 16
declare double @fun(double) #0
declare noundef i32 @printf(ptr noundef, ...)
declare void @copy(ptr, ptr, i32)
declare void @llvm.assume(i1)
attributes #0 = { nounwind "frame-pointer"="all" }
!0 = !{i32 1}
!1 = !{!2}
!2 = distinct !{!2, !3}
!3 = distinct !{!3}
"""

FUNCTIONS = {
    "branches": """
        define i32 @f(i1 %c, i32 %i) {
        entry:
          br i1 %c, label %then, label %join, !prof !0
        then:                                             ; preds = %entry
          br label %join
        join:                                             ; preds = %then, %entry
          %x = phi i32 [ %i, %entry ], [ 1, %then ]
          ret i32 %x
        }
        !0 = !{!"branch_weights", i32 1, i32 99}""",
    "a loop whose phi uses later values and itself": """
        define double @f(i64 %n) {
          br label %1
        1:
          %2 = phi i64 [ 0, %0 ], [ %4, %1 ]
          %3 = phi fast double [ 0.0, %0 ], [ %3, %1 ]
          %4 = add i64 %2, 1
          %5 = icmp eq i64 %4, %n
          br i1 %5, label %6, label %1, !llvm.loop !0
        6:
          ret double %3
        }
        !0 = distinct !{!0}""",
    "switch": """
        define void @f(i32 %i) {
          switch i32 %i, label %d [
            i32 -1, label %a
            i32 7, label %b
            i32 8, label %b
          ], !prof !0
        a:
          br label %d
        b:
          %x = phi i32 [ 1, %0 ], [ 1, %0 ]
          switch i32 %x, label %d [
          ]
        d:
          ret void
        }
        !0 = !{!"branch_weights", i32 1, i32 99, i32 0, i32 4}""",
    "addresses of blocks": """
        @table = constant [2 x ptr] [ptr blockaddress(@f, %3), ptr blockaddress(@f, %named)]
        define i32 @f(i1 %c) {
          %1 = select i1 %c, ptr blockaddress(@f, %3), ptr blockaddress(@f, %named)
          indirectbr ptr %1, [label %3, label %named], !dbg !0
        named:
          %2 = phi i32 [ 1, %0 ]
          unreachable
        3:
          ret i32 3
        }
        !llvm.module.flags = !{!2}
        !llvm.dbg.cu = !{!3}
        !0 = !DILocation(line: 1, scope: !1)
        !1 = distinct !DISubprogram(name: "f", unit: !3)
        !2 = !{i32 2, !"Debug Info Version", i32 3}
        !3 = distinct !DICompileUnit(language: DW_LANG_C, file: !4)
        !4 = !DIFile(filename: "a.c", directory: "/")""",
    "exceptions": """
        define i32 @f(ptr %p) personality ptr @__gxx_personality_v0 {
          %1 = invoke noundef i32 @g(ptr nonnull %p) #0 [ "deopt"(ptr %p) ]
                  to label %2 unwind label %3, !prof !0
        2:
          ret i32 %1
        3:
          %4 = landingpad { ptr, i32 }
                  cleanup
                  catch ptr @type
                  filter [1 x ptr] [ptr @type]
          resume { ptr, i32 } %4
        }
        @type = external constant ptr
        declare i32 @g(ptr)
        declare i32 @__gxx_personality_v0(...)
        attributes #0 = { noreturn }
        !0 = !{!"branch_weights", i32 1, i32 99}""",
    "funclets": """
        define void @f() personality ptr @__CxxFrameHandler3 {
          invoke void @g() to label %done unwind label %dispatch
        dispatch:
          %1 = catchswitch within none [label %2] unwind label %clean
        2:
          %3 = catchpad within %1 [ptr null, i32 64, ptr null]
          call void @g() [ "funclet"(token %3) ]
          catchret from %3 to label %done
        clean:
          %pad = cleanuppad within none []
          cleanupret from %pad unwind to caller
        done:
          ret void
        }
        declare void @g()
        declare i32 @__CxxFrameHandler3(...)""",
    "assembly that jumps": """
        define i32 @f(i32 %i) {
          %1 = callbr i32 asm "jmp ${2:l}", "=r,r,!i"(i32 %i)
                  to label %2 [label %named]
        2:
          ret i32 %1
        named:
          ret i32 0
        }""",
    "numbered arguments, names that only differ from numbers, blocks without labels": """
        define i32 @f(i32, i32 %v0, i32) {
          %4 = add i32 %0, %1
          %v4 = add i32 %4, %v0
          br label %v5
        v5:
          br label %5
          ret i32 %v4
        }""",
    "heads": """
        target triple = "x86_64-unknown-linux-gnu"
        $h = comdat any
        @h.alias = weak alias i32 (), ptr @h
        @i = ifunc i32 (), ptr @resolve
        module asm ".globl x"
        define linkonce_odr hidden fastcc noundef range(i32 0, 2) i32 @h() unnamed_addr #0 section "s" comdat align 16 {
          ret i32 0
        }
        define ptr @resolve() {
          ret ptr @h
        }
        define { double, %s } @"a name"(ptr noalias byval(%s) align 8 %"an argument", ...) local_unnamed_addr prefix i32 1 {
          unreachable
        }
        declare !note !0 extern_weak void @d(ptr byval([2 x double]) align 8, i32 noundef "key"="value", ...) memory(none)
        %s = type { i32, [0 x %s.1] }
        %s.1 = type <{ double }>
        attributes #0 = { noinline }
        !0 = !{!"a ; b"}
        !named = !{!0}""",
    "debug records": """
        define void @f(i64 %x, ptr %p) !dbg !4 {
          %1 = add i64 %x, 1, !dbg !9
            #dbg_value(i64 %1, !6, !DIExpression(DW_OP_plus_uconst, 1, DW_OP_stack_value), !9)
            #dbg_value(!DIArgList(i64 %x, i64 %1), !6, !DIExpression(DW_OP_LLVM_arg, 0, DW_OP_LLVM_arg, 1, DW_OP_plus), !9)
            #dbg_value(i64 poison, !6, !DIExpression(), !9)
            #dbg_declare(ptr %p, !6, !DIExpression(), !9)
            #dbg_label(!10, !9)
          ret void, !dbg !9
        }
        !llvm.module.flags = !{!0}
        !llvm.dbg.cu = !{!1}
        !0 = !{i32 2, !"Debug Info Version", i32 3}
        !1 = distinct !DICompileUnit(language: DW_LANG_C, file: !2)
        !2 = !DIFile(filename: "a.c", directory: "/")
        !4 = distinct !DISubprogram(name: "f", scope: !2, file: !2, line: 1, type: !5, unit: !1)
        !5 = !DISubroutineType(types: !8)
        !6 = !DILocalVariable(name: "x", scope: !4, file: !2, line: 1, type: !7)
        !7 = !DIBasicType(name: "long", size: 64, encoding: DW_ATE_signed)
        !8 = !{null}
        !9 = !DILocation(line: 2, scope: !4)
        !10 = !DILabel(scope: !4, name: "here", file: !2, line: 3)""",
    "a debug intrinsic in the old spelling": """
        define void @f(i64 %x) {
          call void @llvm.foo(metadata i64 %x, metadata !0, metadata !{}, metadata !"text")
          ret void
        }
        declare void @llvm.foo(metadata, metadata, metadata, metadata)
        !0 = !{}""",
}

C = """
    #include <math.h>
    #include <stdarg.h>
    struct S { double a[4]; int n; };
    int sum(int n, ...) { va_list l; va_start(l, n); int s = 0; while (n--) s += va_arg(l, int); va_end(l); return s; }
    double by_value(struct S s) { return s.a[s.n & 3]; }
    struct S result(int n) { struct S s = {{1, 2}, n}; return s; }
    int choose(int x) { switch (x) { case 1: return 5; case 7: return 3; case 100: return 77; default: return -x; } }
    double dot(const double *x, const double *y, int n) { double s = 0; for (int i = 0; i < n; i++) s += sin(x[i]) * y[i]; return s; }
    void axpy(float *x, float *y, float a, int n) { for (int i = 0; i < n; i++) y[i] += a * x[i]; }
    void jump(int *p, int n) { void *t[] = {&&a, &&b}; goto *t[n & 1]; a: *p = 1; b: *p = 2; }
    long double extended(long double x) { return x * 2.5L; }
"""
NAMES_OF_CLANG = [f"clang-{version}" for version in range(22, 15, -1)]


@pytest.mark.parametrize("name", STATEMENTS)
def test_statements(name: str, check_round_trip: Check) -> None:
    check_round_trip(f"{SURROUNDINGS}\n{SIGNATURE} {{\nentry:{STATEMENTS[name]}\n  ret void\n}}")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions(name: str, check_round_trip: Check) -> None:
    check_round_trip(re.sub("^        ", "", FUNCTIONS[name], flags=re.MULTILINE))


@pytest.mark.parametrize("options", [("-O0",), ("-O1", "-g"), ("-O3", "-march=haswell")], ids=" ".join)
def test_text_of_clang(options: tuple[str, ...], check_round_trip: Check) -> None:
    clang = next(filter(None, map(shutil.which, NAMES_OF_CLANG)), None)
    if clang is None:
        pytest.skip("no clang between 16 and 22 here")
    command = [clang, "-w", *options, "-x", "c", "-S", "-emit-llvm", "-o", "-", "-"]
    check_round_trip(subprocess.run(command, input=C, capture_output=True, text=True, check=True).stdout)
