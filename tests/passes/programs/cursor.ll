; double *p = x; for (i = 0; i < n; i++) s *= *p++, with p in memory
define double @f(ptr %x, i64 %n) {
entry:
  %slot = alloca ptr
  store ptr %x, ptr %slot
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %s = phi double [ 1.0, %entry ], [ %product, %loop ]
  %p = load ptr, ptr %slot
  %v = load double, ptr %p
  %product = fmul double %s, %v
  %q = getelementptr double, ptr %p, i64 1
  store ptr %q, ptr %slot
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  ret double %product
}
