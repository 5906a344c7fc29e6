; REQUEST: reverse status dup:double, const, active
; A function that always fails has nothing to reverse, and the parameters of a derivative all the same.
define i32 @f(ptr %to, ptr %error, double %x) {
entry:
  store i64 7, ptr %error
  ret i32 1
}

; CHECK-LABEL: define i32 @f.vjp(ptr %to, ptr noalias %to.shadow, ptr %error, double %x, ptr %x.bar)
; CHECK-NEXT: entry:
; CHECK-NEXT: store i64 7, ptr %error
; CHECK-NEXT: ret i32 1
