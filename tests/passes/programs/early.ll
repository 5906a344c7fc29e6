; for (i = 0; i < n; i++) { if (x[i] < 0) return s * x[0]; s += x[i] * s; if (s > 50) return s } return s * s
define double @f(ptr %x, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %latch ]
  %s = phi double [ 1.0, %entry ], [ %sum, %latch ]
  %p = getelementptr double, ptr %x, i64 %i
  %v = load double, ptr %p
  %negative = fcmp olt double %v, 0.0
  br i1 %negative, label %first, label %body
first:
  %head = load double, ptr %x
  %r = fmul double %s, %head
  ret double %r
body:
  %t = fmul double %v, %s
  %sum = fadd double %s, %t
  %large = fcmp ogt double %sum, 5.0e+01
  br i1 %large, label %second, label %latch
second:
  ret double %sum
latch:
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  %square = fmul double %sum, %sum
  ret double %square
}
