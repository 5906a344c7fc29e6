; REQUEST: reverse dup:double, dup:double, const
; The right neighbour of the last is the first: the loop runs once less, a copy of its block behind it. The index needs no freeze.
define void @f(ptr %x, ptr %y, i64 %n) {
entry:
  %bound = add nsw i64 %n, -1
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %next = add nuw nsw i64 %i, 1
  %inside = icmp slt i64 %i, %bound
  %right = select i1 %inside, i64 %next, i64 0
  %index = freeze i64 %right
  %from = getelementptr double, ptr %x, i64 %index
  %v = load double, ptr %from
  %w = fmul double %v, %v
  %to = getelementptr double, ptr %y, i64 %i
  store double %w, ptr %to
  %done = icmp eq i64 %next, %n
  br i1 %done, label %exit, label %loop
exit:
  ret void
}

; CHECK:      entry:
; CHECK:      [[TIMES:%.*]] = add i64 %n, -1
; CHECK:      %loop.once = icmp eq i64 [[TIMES]], 0
; CHECK-NEXT: br i1 %loop.once, label %loop.last, label %loop.enter
; CHECK:      loop:
; CHECK-NOT:  select
; CHECK:      %from = getelementptr double, ptr %x, i64 %next
; CHECK:      %loop.done = icmp eq i64 %loop.count.next, [[TIMES]]
; CHECK-NEXT: br i1 %loop.done, label %loop.leave, label %loop
; CHECK:      exit:
; CHECK:      loop.last:
; CHECK-NEXT: %next.1 = add nuw nsw i64 [[TIMES]], 1
; CHECK-NOT:  select
; CHECK:      getelementptr double, ptr %x, i64 0
; CHECK:      getelementptr double, ptr %y, i64 [[TIMES]]
