; REQUEST: reverse dup:double, dup:double, const, const
; Another bound than the loop's; an order that steps over the range of the numbers would turn around: nothing is peeled.
define void @f(ptr %x, ptr %y, i64 %n, i64 %m) {
entry:
  %bound = add i64 %n, -1
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %j = phi i64 [ 0, %entry ], [ %j.next, %loop ]
  %next = add nuw nsw i64 %i, 1
  %j.next = add i64 %j, 1
  %inside = icmp slt i64 %i, %m
  %right = select i1 %inside, i64 %next, i64 0
  %early = icmp slt i64 %j, %bound
  %other = select i1 %early, i64 %right, i64 1
  %from = getelementptr double, ptr %x, i64 %other
  %v = load double, ptr %from
  %to = getelementptr double, ptr %y, i64 %i
  store double %v, ptr %to
  %done = icmp eq i64 %next, %n
  br i1 %done, label %exit, label %loop
exit:
  ret void
}

; CHECK-NOT: loop.last:
