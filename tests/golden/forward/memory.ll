; REQUEST: forward dup:double, dup:double, const:double
; A constant that overwrites an active value overwrites its tangent.
define void @f(ptr %x, ptr %y, ptr %c) {
  %p = getelementptr double, ptr %x, i64 3
  %a = load double, ptr %p, align 8
  store double %a, ptr %y, align 8
  %b = load double, ptr %c, align 8
  store double %b, ptr %x, align 8
  call void @llvm.memmove.p0.p0.i64(ptr %y, ptr %x, i64 16, i1 false)
  call void @llvm.memcpy.p0.p0.i64(ptr %x, ptr %c, i64 24, i1 false)
  ret void
}

declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
declare void @llvm.memmove.p0.p0.i64(ptr, ptr, i64, i1)

; CHECK-LABEL: define void @f.jvp(ptr %x, ptr %x.shadow, ptr %y, ptr %y.shadow, ptr %c)
; CHECK:      %p.shadow = getelementptr double, ptr %x.shadow, i64 3
; CHECK:      %a.dot = load double, ptr %p.shadow, align 8
; CHECK:      store double %a.dot, ptr %y.shadow, align 8
; CHECK:      store double 0x0000000000000000, ptr %x.shadow, align 8
; CHECK:      call void @llvm.memmove.p0.p0.i64(ptr %y.shadow, ptr %x.shadow, i64 16, i1 false)
; CHECK:      call void @llvm.memset.p0.i64(ptr %x.shadow, i8 0, i64 24, i1 false)
