; for (i = 0; i < n; i++) switch (k[i]) { case 0: s *= x; case 1: s += x * x; break; case 2: s = sin(s); break; case 7: case 9: s -= x }
define double @f(double %x, ptr %k, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %latch ]
  %s = phi double [ 1.0, %entry ], [ %s.next, %latch ]
  %p = getelementptr i64, ptr %k, i64 %i
  %case = load i64, ptr %p
  switch i64 %case, label %latch [ i64 0, label %zero  i64 1, label %one  i64 2, label %two  i64 7, label %seven  i64 9, label %seven ]
zero:
  %times = fmul double %s, %x
  br label %one
one:
  %s.one = phi double [ %s, %loop ], [ %times, %zero ]
  %square = fmul double %x, %x
  %plus = fadd double %s.one, %square
  br label %latch
two:
  %sine = call double @sin(double %s)
  br label %latch
seven:
  %minus = fsub double %s, %x
  br label %latch
latch:
  %s.next = phi double [ %s, %loop ], [ %plus, %one ], [ %sine, %two ], [ %minus, %seven ]
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  ret double %s.next
}

declare double @sin(double)
