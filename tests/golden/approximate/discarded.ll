; REQUEST: reverse status discard approximate=derivative dup:double, active
; Nobody looks at the value: the tangent of a sine, and what is made of it, may be approximate. libm's functions are marked too.
define i32 @f(ptr %to, double %x) {
entry:
  %y = call double @llvm.sin.f64(double %x)
  %z = call double @tanh(double %y)
  store double %z, ptr %to
  ret i32 0
}
declare double @llvm.sin.f64(double)
declare double @tanh(double)

; CHECK-LABEL: define i32 @f
; CHECK:      %y = call afn double @llvm.sin.f64
; CHECK:      %z = call afn double @tanh
; CHECK:      call reassoc nsz arcp contract afn double @llvm.cos.f64
