; REQUEST: reverse status approximate=derivative dup:double, active
; The value needs the sine; the cosine is the derivative's alone.
define i32 @f(ptr %to, double %x) {
entry:
  %y = call double @llvm.sin.f64(double %x)
  store double %y, ptr %to
  ret i32 0
}
declare double @llvm.sin.f64(double)

; CHECK-LABEL: define i32 @f
; CHECK:      %y = call double @llvm.sin.f64
; CHECK:      call reassoc nsz arcp contract afn double @llvm.cos.f64
