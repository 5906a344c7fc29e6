; REQUEST: reverse dup:double, const
; i and 2 i + 1 are never negative, i - 1 is once; what is not a loop's counter may be.
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
  %to = getelementptr double, ptr %x, i64 %s
  store double 0.0, ptr %to
  %next = add nsw i64 %i, 1
  %more = icmp slt i64 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  ret void
}

; CHECK:     %p = select i1 false, i64 %wrapped, i64 %i
; CHECK:     %q = select i1 true, i64 %odd, i64 %p
; CHECK:     %c = icmp slt i64 %before, 0
; CHECK:     %d = icmp slt i64 %n, 0
