; REQUEST: reverse status discard dup:double, active
; The function reads what it stores there: all stores stay.
define i32 @f(ptr %to, double %x) {
entry:
  store double %x, ptr %to
  %y = load double, ptr %to
  %z = fmul double %y, %x
  store double %z, ptr %to
  ret i32 0
}

; CHECK-LABEL: define i32 @f
; CHECK:      store double %x, ptr %to
; CHECK:      store double %z, ptr %to
