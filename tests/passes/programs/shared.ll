; if (n > 3) { for (i = 0; i < n; i++) { s *= x; if (s > 5) goto out; s += 1; if (s > 4.5) goto out } s = s / 2 } out: return s * x
define double @f(double %x, i64 %n) {
entry:
  %some = icmp sgt i64 %n, 3
  br i1 %some, label %loop, label %out
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %latch ]
  %s = phi double [ 1.0, %entry ], [ %plus, %latch ]
  %times = fmul double %s, %x
  %five = fcmp ogt double %times, 5.0
  br i1 %five, label %out, label %body
body:
  %plus = fadd double %times, 1.0
  %over = fcmp ogt double %plus, 4.5
  br i1 %over, label %out, label %latch
latch:
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, %n
  br i1 %more, label %loop, label %after
after:
  %half = fmul double %plus, 0.5
  br label %out
out:
  %r = phi double [ 1.0, %entry ], [ %times, %loop ], [ %plus, %body ], [ %half, %after ]
  %result = fmul double %r, %x
  ret double %result
}
