; p = k ? x : y; q = p; for (i = 0; i < n; i++) { s += *q * *q * x[0]; q = q == p ? y : p; *q *= 2 }
define double @f(ptr %x, ptr %y, i64 %k, i64 %n) {
entry:
  %c = icmp ne i64 %k, 0
  %p = select i1 %c, ptr %x, ptr %y
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %q = phi ptr [ %p, %entry ], [ %other, %loop ]
  %s = phi double [ 0.0, %entry ], [ %sum, %loop ]
  %v = load double, ptr %q
  %square = fmul double %v, %v
  %first = load double, ptr %x
  %t = fmul double %square, %first
  %sum = fadd double %s, %t
  %same = icmp eq ptr %q, %p
  %other = select i1 %same, ptr %y, ptr %p
  %w = load double, ptr %other
  %double = fmul double %w, 2.0
  store double %double, ptr %other
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  ret double %sum
}
