; struct { double v; int64_t count; double w[2] } *r: for (i = 0; i < r->count; i++) { r->v *= r->w[i & 1]; r->count -= i & 1 } copy = r->count; r->count = 7
define double @f(ptr %r, ptr %copy) {
entry:
  %count = getelementptr i8, ptr %r, i64 8
  %w = getelementptr i8, ptr %r, i64 16
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %body ]
  %n = load i64, ptr %count
  %more = icmp slt i64 %i, %n
  br i1 %more, label %body, label %exit
body:
  %odd = and i64 %i, 1
  %p = getelementptr double, ptr %w, i64 %odd
  %factor = load double, ptr %p
  %v = load double, ptr %r
  %product = fmul double %v, %factor
  store double %product, ptr %r
  %fewer = sub i64 %n, %odd
  store i64 %fewer, ptr %count
  %next = add i64 %i, 1
  br label %loop
exit:
  %m = load i64, ptr %count
  store i64 %m, ptr %copy
  store i64 7, ptr %count
  %result = load double, ptr %r
  ret double %result
}
