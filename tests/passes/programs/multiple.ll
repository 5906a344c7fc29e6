; i = 0; while (i < n) { if (x[i] > 1) { s *= x[i]; i += 2; continue } s += x[i]; i++; if (s > 3) { s /= 2; continue } }, every continue a latch
define double @f(ptr %x, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %two, %high ], [ %one, %low ], [ %one, %halve ]
  %s = phi double [ 1.0, %entry ], [ %times, %high ], [ %plus, %low ], [ %half, %halve ]
  %go = icmp slt i64 %i, %n
  br i1 %go, label %body, label %exit
body:
  %p = getelementptr double, ptr %x, i64 %i
  %v = load double, ptr %p
  %above = fcmp ogt double %v, 1.0
  br i1 %above, label %high, label %low
high:
  %times = fmul double %s, %v
  %two = add i64 %i, 2
  br label %loop
low:
  %plus = fadd double %s, %v
  %one = add i64 %i, 1
  %three = fcmp ogt double %plus, 3.0
  br i1 %three, label %halve, label %loop
halve:
  %half = fdiv double %plus, 2.0
  br label %loop
exit:
  ret double %s
}
