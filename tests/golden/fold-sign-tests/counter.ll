; REQUEST: reverse dup:double, const
; i and 2 i + 1 are never negative, i - 1 is once; what is not a loop's counter may be. What starts at 1 is never below 1.
define void @f(ptr %x, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %a = icmp slt i64 %i, 0
  %wrapped = add i64 %i, %n
  %p = select i1 %a, i64 %wrapped, i64 %i
  %twice = shl nsw i64 %i, 1
  %odd = add nsw i64 %twice, 1
  %b = icmp sgt i64 %odd, -1
  %q = select i1 %b, i64 %odd, i64 %p
  %before = add nsw i64 %i, -1
  %c = icmp slt i64 %before, 0
  %r = select i1 %c, i64 %q, i64 %before
  %d = icmp slt i64 %n, 0
  %s = select i1 %d, i64 %q, i64 %r
  %k = icmp slt i64 %odd, 1
  %t = select i1 %k, i64 %q, i64 %s
  %l = icmp slt i64 %odd, 2
  %u = select i1 %l, i64 %q, i64 %t
  %to = getelementptr double, ptr %x, i64 %u
  store double 0.0, ptr %to
  %next = add nsw i64 %i, 1
  %more = icmp slt i64 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  ret void
}

; CHECK-NOT: %a =
; CHECK-NOT: %p =
; CHECK-NOT: %b =
; CHECK-NOT: %q =
; CHECK:     %c = icmp slt i64 %before, 0
; CHECK:     %r = select i1 %c, i64 %odd, i64 %before
; CHECK:     %d = icmp slt i64 %n, 0
; CHECK-NOT: %k =
; CHECK-NOT: %t =
; CHECK:     %l = icmp slt i64 %odd, 2
; CHECK:     %u = select i1 %l, i64 %odd, i64 %s
