; REQUEST: reverse status discard dup:double, dup:double, const
; Nobody looks at the sum: it is not stored, and its adjoint is there all the same.
define i32 @f(ptr %to, ptr %x, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %s = phi double [ 0.0, %entry ], [ %t, %loop ]
  %at = getelementptr double, ptr %x, i64 %i
  %v = load double, ptr %at
  %square = fmul double %v, %v
  %t = fadd double %s, %square
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  store double %t, ptr %to
  ret i32 0
}

; CHECK-LABEL: define i32 @f
; CHECK:      exit:
; CHECK-NOT:  store double %{{t.*}}, ptr %to
; CHECK:      exit.rev:
; CHECK-NEXT: load double, ptr %to.shadow
