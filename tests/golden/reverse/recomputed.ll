; REQUEST: reverse dup:double, const
; Nobody overwrites x: what the adjoint needs of it is read again, and nothing is kept.
define double @f(ptr %x, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %s = phi double [ 0.0, %entry ], [ %sum, %loop ]
  %p = getelementptr double, ptr %x, i64 %i
  %v = load double, ptr %p
  %t = fmul double %v, %v
  %sum = fadd double %s, %t
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  ret double %sum
}

; CHECK-NOT:  irad.tape
; CHECK:      loop.rev:
; CHECK-DAG:  %v.rev = load double, ptr %p.rev
; CHECK-DAG:  %p.shadow.rev = getelementptr double, ptr %x.shadow, i64 %i.rev
; CHECK-NOT:  irad.tape
