; REQUEST: forward status dup:double, active
; The path to an error is left as it is; the status is passed on.
define i32 @f(ptr %to, double %x) {
entry:
  %bad = fcmp olt double %x, 0.0
  br i1 %bad, label %fail, label %fine
fail:
  store double %x, ptr %to
  ret i32 1
fine:
  %y = fmul double %x, %x
  store double %y, ptr %to
  ret i32 0
}

; CHECK-LABEL: define i32 @f.jvp(ptr %to, ptr %to.shadow, double %x, double %x.dot)
; CHECK:      fail:
; CHECK-NEXT: store double %x, ptr %to
; CHECK-NEXT: ret i32 1
; CHECK:      store double %y.dot, ptr %to.shadow
; CHECK-NEXT: ret i32 0
