; REQUEST: reverse status discard approximate=nowhere dup:double, active
; The flag goes where nothing may be approximate.
define i32 @f(ptr %to, double %x) {
entry:
  %y = call contract afn double @llvm.sin.f64(double %x)
  store double %y, ptr %to
  ret i32 0
}
declare double @llvm.sin.f64(double)

; CHECK-LABEL: define i32 @f
; CHECK:      %y = call contract double @llvm.sin.f64
; CHECK:      call reassoc nsz arcp contract double @llvm.cos.f64
