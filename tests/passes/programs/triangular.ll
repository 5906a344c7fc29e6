; for (i = 0; i < n; i++) for (j = 0; j <= i; j++) s = s / 2 + (x[i] * x[j] + s) * (x[i] * x[j] + s)
define double @f(ptr %x, i64 %n) {
entry:
  br label %outer
outer:
  %i = phi i64 [ 0, %entry ], [ %i.next, %outer.latch ]
  %s.outer = phi double [ 0.0, %entry ], [ %sum, %outer.latch ]
  %p = getelementptr double, ptr %x, i64 %i
  %v = load double, ptr %p
  br label %inner
inner:
  %j = phi i64 [ 0, %outer ], [ %j.next, %inner ]
  %s = phi double [ %s.outer, %outer ], [ %sum, %inner ]
  %q = getelementptr double, ptr %x, i64 %j
  %w = load double, ptr %q
  %t = fmul double %v, %w
  %u = fadd double %t, %s
  %square = fmul double %u, %u
  %half = fmul double %s, 0.5
  %sum = fadd double %half, %square
  %j.next = add i64 %j, 1
  %j.more = icmp sle i64 %j.next, %i
  br i1 %j.more, label %inner, label %outer.latch
outer.latch:
  %i.next = add i64 %i, 1
  %i.more = icmp slt i64 %i.next, %n
  br i1 %i.more, label %outer, label %exit
exit:
  ret double %sum
}
