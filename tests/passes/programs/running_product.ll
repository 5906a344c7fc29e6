; for (i = 1; i < n; i++) x[i] *= x[i - 1]
define void @f(ptr %x, i64 %n) {
entry:
  %some = icmp sgt i64 %n, 1
  br i1 %some, label %loop, label %exit
loop:
  %i = phi i64 [ 1, %entry ], [ %next, %loop ]
  %before = add i64 %i, -1
  %p = getelementptr double, ptr %x, i64 %before
  %q = getelementptr double, ptr %x, i64 %i
  %v = load double, ptr %p
  %w = load double, ptr %q
  %t = fmul double %v, %w
  store double %t, ptr %q
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  ret void
}
