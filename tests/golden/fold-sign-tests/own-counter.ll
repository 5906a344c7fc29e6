; REQUEST: reverse dup:double, const, const
; A counter of the program's own, that goes on in the next iteration of the outer loop: it never gets to 2^63. With 32 bits it may,
; as may what starts anywhere, or takes any step. Behind the loop, %last is what %k.next was; elsewhere it is any number.
define void @f(ptr %x, i64 %n, i64 %m) {
entry:
  br label %outer
outer:
  %i = phi i64 [ 0, %entry ], [ %i.next, %end ]
  %at = phi i64 [ 0, %entry ], [ %after, %end ]
  %short = phi i32 [ 0, %entry ], [ %short.next, %end ]
  %any = phi i64 [ %n, %entry ], [ %any.next, %end ]
  %wide = phi i64 [ 0, %entry ], [ %wide.next, %end ]
  %short.next = add i32 %short, 1
  %any.next = add i64 %any, 1
  %wide.next = add i64 %wide, %m
  %last = add i64 %at, %m
  %c = icmp slt i64 %last, 0
  %d = icmp slt i32 %short, 0
  %e = icmp slt i64 %any, 0
  %g = icmp slt i64 %wide, 0
  %u = select i1 %d, i64 1, i64 2
  %v = select i1 %e, i64 3, i64 %u
  %w = select i1 %g, i64 4, i64 %v
  %z = select i1 %c, i64 5, i64 %w
  br label %loop
loop:
  %k = phi i64 [ %at, %outer ], [ %k.next, %loop ]
  %a = icmp slt i64 %k, 0
  %p = select i1 %a, i64 %n, i64 %z
  %to = getelementptr double, ptr %x, i64 %p
  store double 0.0, ptr %to
  %k.next = add i64 %k, 1
  %done = icmp eq i64 %k.next, %last
  br i1 %done, label %end, label %loop
end:
  %after = phi i64 [ %last, %loop ]
  %i.next = add nsw i64 %i, 1
  %more = icmp slt i64 %i.next, %n
  br i1 %more, label %outer, label %exit
exit:
  ret void
}

; CHECK:     %c = icmp
; CHECK:     %d = icmp
; CHECK:     %e = icmp
; CHECK:     %g = icmp
; CHECK:     %w = select i1 %g, i64 4, i64 %v
; CHECK-NOT: %a =
; CHECK:     %to = getelementptr double, ptr %x, i64 %z
