; REQUEST: reverse active, const
; The inner loop's length changes: one array for each of its runs, and their addresses in an array of the outer loop.
define double @f(double %x, i64 %n) {
entry:
  br label %outer
outer:
  %i = phi i64 [ 1, %entry ], [ %i.next, %latch ]
  %r = phi double [ 1.0, %entry ], [ %t, %latch ]
  br label %inner
inner:
  %j = phi i64 [ 0, %outer ], [ %j.next, %inner ]
  %s = phi double [ %r, %outer ], [ %t, %inner ]
  %t = fmul double %s, %x
  %j.next = add nuw nsw i64 %j, 1
  %j.more = icmp slt i64 %j.next, %i
  br i1 %j.more, label %inner, label %latch
latch:
  %i.next = add i64 %i, 1
  %i.more = icmp slt i64 %i.next, %n
  br i1 %i.more, label %outer, label %exit
exit:
  ret double %t
}

; CHECK:      entry:
; CHECK:      %s.tape.tape = call ptr @irad.tape.reserve(ptr %tape, i64 {{.+}}, i64 8)
; CHECK-NEXT: br label %outer
; CHECK:      outer:
; CHECK:      call { i64, i1 } @llvm.umul.with.overflow.i64(i64 %inner.trips, i64 8)
; CHECK:      %s.tape = call ptr @irad.tape.reserve(ptr %tape, i64 {{.+}}, i64 8)
; CHECK-NEXT: [[AT:%.+]] = getelementptr inbounds ptr, ptr %s.tape.tape, i64 %outer.count
; CHECK-NEXT: store ptr %s.tape, ptr [[AT]]
; CHECK:      latch.rev:
; CHECK:      %s.tape.rev = load ptr, ptr
; CHECK:      inner.rev:
; CHECK:      getelementptr inbounds double, ptr %s.tape.rev, i64 %j.rev
