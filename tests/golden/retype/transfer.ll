; What a block copy fills has the type of what it copies.
; REQUEST: forward dup:double, dup, dup
define void @f(ptr %x, ptr %y, ptr %z) {
  call void @llvm.memcpy.p0.p0.i64(ptr %y, ptr %x, i64 64, i1 false)
  %a = load i64, ptr %y
  store i64 %a, ptr %z
  ret void
}

declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)

; CHECK:      %a = load double, ptr %y
; CHECK-NEXT: store double %a, ptr %z
