; REQUEST: reverse active, const
; One reservation in front of the loop, for what the adjoint needs of each iteration: here the loop's own value.
define double @f(double %x, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %s = phi double [ 1.0, %entry ], [ %t, %loop ]
  %t = fmul double %s, %x
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  ret double %t
}

; CHECK:      entry:
; CHECK:      %tape = call ptr @irad.tape.open()
; CHECK:      call { i64, i1 } @llvm.umul.with.overflow.i64(i64 %loop.trips, i64 8)
; CHECK:      %s.tape = call ptr @irad.tape.reserve(ptr %tape, i64 {{.+}}, i64 8)
; CHECK-NEXT: br label %loop
; CHECK:      [[AT:%.+]] = getelementptr inbounds double, ptr %s.tape, i64 %i
; CHECK-NEXT: store double %s, ptr [[AT]]
; CHECK-NOT:  irad.tape.reserve
; CHECK:      loop.rev:
; CHECK:      %i.rev = load i64, ptr %loop.count.rev
; CHECK-NEXT: [[BACK:%.+]] = getelementptr inbounds double, ptr %s.tape, i64 %i.rev
; CHECK-NEXT: %s.rev = load double, ptr [[BACK]]
; CHECK:      [[FIRST:%.+]] = icmp eq i64 %i.rev, 0
; CHECK-NEXT: br i1 [[FIRST]], label %loop.rev.entry, label %loop.rev.back
