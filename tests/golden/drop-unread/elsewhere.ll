; REQUEST: reverse status discard dup:double, dup:double, active
; Where a store may go elsewhere, all stay.
define i32 @f(ptr %to, ptr %other, double %x) {
entry:
  %some = fcmp ogt double %x, 0.0
  %either = select i1 %some, ptr %to, ptr %other
  store double %x, ptr %either
  %y = fmul double %x, %x
  store double %y, ptr %to
  ret i32 0
}

; CHECK-LABEL: define i32 @f
; CHECK:      store double %x, ptr %either
; CHECK:      store double %y, ptr %to
