; for (p = x + n - 1; p != x - 1; p -= 3) { s = s * *p + *p; *p = s * s }    (n divisible by 3)
define double @f(ptr %x, i64 %n) {
entry:
  %last = add i64 %n, -1
  %start = getelementptr double, ptr %x, i64 %last
  %end = getelementptr double, ptr %x, i64 -1
  br label %loop
loop:
  %p = phi ptr [ %start, %entry ], [ %next, %loop ]
  %s = phi double [ 0.5, %entry ], [ %sum, %loop ]
  %v = load double, ptr %p
  %t = fmul double %s, %v
  %sum = fadd double %t, %v
  %square = fmul double %sum, %sum
  store double %square, ptr %p
  %next = getelementptr double, ptr %p, i64 -3
  %stop = icmp eq ptr %next, %end
  br i1 %stop, label %exit, label %loop
exit:
  ret double %sum
}
