; REQUEST: reverse dup:double, dup:double, dup:double, const
; A store of a loop moves behind the loads of its block: not where one of them may read it, nor past a store to the same memory.
define void @f(ptr %x, ptr %y, ptr %z, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr double, ptr %x, i64 %i
  %q = getelementptr double, ptr %y, i64 %i
  %r = getelementptr double, ptr %z, i64 %i
  %a = load double, ptr %p
  store double %a, ptr %q
  %b = fmul double %a, 2.0
  store double %b, ptr %q
  store double 1.0, ptr %r
  store double %a, ptr %p
  %next = add nuw nsw i64 %i, 1
  %s = getelementptr double, ptr %x, i64 %next
  %c = load double, ptr %s
  store double 2.0, ptr %r
  %d = load double, ptr %r
  %e = fadd double %c, %d
  store double %e, ptr %q
  %done = icmp eq i64 %next, %n
  br i1 %done, label %exit, label %loop
exit:
  ret void
}

; CHECK:      %a = load
; CHECK-NOT:  store double %a, ptr %q
; CHECK:      store double 1.000000e+00, ptr %r
; CHECK-NEXT: store double %a, ptr %p
; CHECK:      %c = load
; CHECK-NEXT: store double 2.000000e+00, ptr %r
; CHECK-NEXT: %d = load
; CHECK-NEXT: store double %a, ptr %q
; CHECK-NEXT: store double %b, ptr %q
; CHECK-NEXT: %e = fadd
; CHECK-NEXT: store double %e, ptr %q
