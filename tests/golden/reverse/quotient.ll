; REQUEST: reverse active, active, dup:double
; A quotient that is a factor of the adjoint alone may be a product with a reciprocal; one that something is computed from is exact.
define double @f(double %x, double %y, ptr %p) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %s = phi double [ 0.0, %entry ], [ %t, %loop ]
  %at = getelementptr double, ptr %p, i64 %i
  %v = load double, ptr %at
  %factor = fdiv double %v, %y
  %c = fmul double %factor, %x
  %inner = fdiv double %v, %x
  %more = fsub double %inner, 2.0
  %d = fmul double %more, %more
  %both = fadd double %c, %d
  %t = fadd double %s, %both
  %next = add nuw nsw i64 %i, 1
  %done = icmp eq i64 %next, 9
  br i1 %done, label %exit, label %loop
exit:
  %r = phi double [ %t, %loop ]
  ret double %r
}

; CHECK:      loop.rev:
; CHECK-DAG:  %factor.rev = fdiv reassoc nsz arcp contract double %v.rev, %y
; CHECK-DAG:  %inner.rev = fdiv double %v.rev, %x
; CHECK:      ret double
