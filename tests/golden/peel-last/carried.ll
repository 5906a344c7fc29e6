; REQUEST: reverse status dup:double, const, dup:double
; What is carried from iteration to iteration goes on in the copy, and comes out of it. The count is known in front of both loops.
define i32 @f(ptr %x, i64 %n, ptr %y) {
entry:
  br label %outer
outer:
  %k = phi i64 [ 0, %entry ], [ %k.next, %end ]
  %a = load double, ptr %y
  br label %loop
loop:
  %i = phi i64 [ %n, %outer ], [ %next, %loop ]
  %s = phi double [ %a, %outer ], [ %t, %loop ]
  %next = add nsw i64 %i, -1
  %first = icmp sgt i64 %i, 1
  %left = select i1 %first, i64 %next, i64 %n
  %from = getelementptr double, ptr %x, i64 %left
  %v = load double, ptr %from
  %t = fmul double %s, %v
  %done = icmp eq i64 %next, 0
  br i1 %done, label %end, label %loop
end:
  %last = phi double [ %t, %loop ]
  store double %last, ptr %y
  %k.next = add i64 %k, 1
  %more = icmp slt i64 %k.next, 7
  br i1 %more, label %outer, label %exit
exit:
  ret i32 0
}

; CHECK:      entry:
; CHECK-NEXT: [[TIMES:%.*]] = add i64 %n, -1
; CHECK-NEXT: %loop.once = icmp eq i64 [[TIMES]], 0
; CHECK:      outer:
; CHECK:      br i1 %loop.once, label %loop.last, label %loop.enter
; CHECK:      end:
; CHECK-NEXT: %last = phi double [ [[LAST:%.*]], %loop.last ]
; CHECK:      loop.leave:
; CHECK-NEXT: %s.left = phi double [ %t, %loop ]
; CHECK:      loop.last:
; CHECK-NEXT: %s.last = phi double [ %a, %outer ], [ %s.left, %loop.leave ]
; CHECK:      [[LAST]] = fmul double %s.last
