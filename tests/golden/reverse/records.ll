; REQUEST: reverse dup:<{ i64, double, float }>, dup:<{ i64, double, float }>, const
; The adjoint of the copy of a record goes by its floats; that of a part of it by those in the part.
define void @f(ptr %x, ptr %y, i64 %k) {
  %p = getelementptr [20 x i8], ptr %x, i64 %k
  call void @llvm.memmove.p0.p0.i64(ptr %y, ptr %p, i64 20, i1 false)
  %x.v = getelementptr i8, ptr %x, i64 8
  %y.v = getelementptr i8, ptr %y, i64 8
  call void @llvm.memmove.p0.p0.i64(ptr %y.v, ptr %x.v, i64 12, i1 false)
  call void @llvm.memmove.p0.p0.i64(ptr %y, ptr %x, i64 8, i1 false)
  ret void
}

declare void @llvm.memmove.p0.p0.i64(ptr, ptr, i64, i1)

; CHECK:      call void @llvm.memmove.p0.p0.i64(ptr %y, ptr %x, i64 8, i1 false)
; CHECK-NEXT: br label
; CHECK-NOT:  i64 8)
; CHECK:      call void @irad.transfer.12.f64.0.f32.8(ptr %y.v.shadow, ptr %x.v.shadow, i64 12)
; CHECK-NEXT: call void @irad.transfer.20.f64.8.f32.16(ptr %y.shadow, ptr %p.shadow, i64 20)
; CHECK:      %q0 = getelementptr i8, ptr %q, i64 8
; CHECK:      %sum0 = fadd reassoc contract double %s0, %t0
; CHECK:      %sum1 = fadd reassoc contract float %s1, %t1
