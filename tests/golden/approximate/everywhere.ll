; REQUEST: forward status approximate=everywhere dup:double, active
; Where the function's own result may be approximate, so is the value beside the tangent.
define i32 @f(ptr %to, double %x) {
entry:
  %y = call double @llvm.sin.f64(double %x)
  store double %y, ptr %to
  ret i32 0
}
declare double @llvm.sin.f64(double)

; CHECK-LABEL: define i32 @f
; CHECK:      %y = call afn double @llvm.sin.f64
; CHECK:      call afn double @llvm.cos.f64
