; REQUEST: reverse dup:double, dup:double
; The adjoint of a copy adds and clears; that of a fill clears.
define void @f(ptr %x, ptr %y) {
  call void @llvm.memmove.p0.p0.i64(ptr %y, ptr %x, i64 64, i1 false)
  call void @llvm.memset.p0.i64(ptr %x, i8 0, i64 32, i1 false)
  ret void
}

declare void @llvm.memmove.p0.p0.i64(ptr, ptr, i64, i1)
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)

; CHECK:      call void @llvm.memset.p0.i64(ptr %x.shadow, i8 0, i64 32, i1 false)
; CHECK-NEXT: call void @irad.transfer.f64(ptr %y.shadow, ptr %x.shadow, i64 64)
; CHECK:      define linkonce_odr void @irad.transfer.f64(ptr %target, ptr %source, i64 %bytes)
