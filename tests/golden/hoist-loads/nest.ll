; REQUEST: reverse dup:double, dup:double, const
; Out of both loops.
define void @f(ptr %x, ptr %y, i64 %n) {
entry:
  br label %outer
outer:
  %i = phi i64 [ 0, %entry ], [ %i.next, %latch ]
  br label %inner
inner:
  %j = phi i64 [ 0, %outer ], [ %j.next, %inner ]
  %a = load double, ptr %x
  %p = getelementptr double, ptr %y, i64 %j
  store double %a, ptr %p
  %j.next = add i64 %j, 1
  %j.more = icmp slt i64 %j.next, %n
  br i1 %j.more, label %inner, label %latch
latch:
  %i.next = add i64 %i, 1
  %i.more = icmp slt i64 %i.next, %n
  br i1 %i.more, label %outer, label %exit
exit:
  ret void
}

; CHECK:      entry:
; CHECK-NEXT: %a = load double, ptr %x
; CHECK-NEXT: br label %outer
