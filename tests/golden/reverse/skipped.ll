; REQUEST: reverse active, const
; The loop in the middle has no adjoint: the way back does not go through it.
define double @f(double %x, i64 %n) {
entry:
  %a = fmul double %x, %x
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %k = phi i64 [ 1, %entry ], [ %k.next, %loop ]
  %k.next = mul i64 %k, 3
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  %d = sitofp i64 %k.next to double
  %r = fmul double %a, %d
  ret double %r
}

; CHECK-NOT:  loop.rev
; CHECK:      exit.rev:
; CHECK:      fmul reassoc nsz arcp contract double %seed, %d
; CHECK:      br label %entry.rev
; CHECK-NOT:  loop.rev
