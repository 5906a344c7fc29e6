; REQUEST: reverse active, const, const
; Rectangular: one array for both loops, reserved in front of them, indexed by both counters.
define double @f(double %x, i64 %n, i64 %m) {
entry:
  br label %outer
outer:
  %i = phi i64 [ 0, %entry ], [ %i.next, %latch ]
  %r = phi double [ 1.0, %entry ], [ %t, %latch ]
  br label %inner
inner:
  %j = phi i64 [ 0, %outer ], [ %j.next, %inner ]
  %s = phi double [ %r, %outer ], [ %t, %inner ]
  %t = fmul double %s, %x
  %j.next = add i64 %j, 1
  %j.more = icmp slt i64 %j.next, %m
  br i1 %j.more, label %inner, label %latch
latch:
  %i.next = add i64 %i, 1
  %i.more = icmp slt i64 %i.next, %n
  br i1 %i.more, label %outer, label %exit
exit:
  ret double %t
}

; CHECK:      entry:
; CHECK:      call { i64, i1 } @llvm.umul.with.overflow.i64(i64 %outer.trips, i64 %inner.trips)
; CHECK:      %s.tape = call ptr @irad.tape.reserve(ptr %tape, i64 {{.+}}, i64 8)
; CHECK-NEXT: br label %outer
; CHECK-NOT:  irad.tape.reserve
; CHECK:      [[ROW:%.+]] = mul i64 %i, %inner.trips
; CHECK-NEXT: [[AT:%.+]] = add i64 [[ROW]], %j
; CHECK-NEXT: getelementptr inbounds double, ptr %s.tape, i64 [[AT]]
; CHECK:      exit.rev:
; CHECK:      [[ROW_BACK:%.+]] = mul i64 %i.rev, %inner.trips
; CHECK-NEXT: [[BACK:%.+]] = add i64 [[ROW_BACK]], %j.rev
; CHECK-NEXT: getelementptr inbounds double, ptr %s.tape, i64 [[BACK]]
