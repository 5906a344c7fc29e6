; double b[3] = {x, x * x, 1}; for (i = 0; i < n; i++) { b[i % 3] += b[(i + 1) % 3] * table[i % 4] } return b[0] + b[1]
@table = internal constant [4 x double] [double 0.5, double -1.5, double 2.0, double 1.0]

define double @f(double %x, i64 %n) {
entry:
  %b = alloca [3 x double]
  %b1 = getelementptr double, ptr %b, i64 1
  %b2 = getelementptr double, ptr %b, i64 2
  %square = fmul double %x, %x
  store double %x, ptr %b
  store double %square, ptr %b1
  store double 1.0, ptr %b2
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %next = add i64 %i, 1
  %k = urem i64 %i, 3
  %l = urem i64 %next, 3
  %m = urem i64 %i, 4
  %p = getelementptr double, ptr %b, i64 %k
  %q = getelementptr double, ptr %b, i64 %l
  %r = getelementptr double, ptr @table, i64 %m
  %u = load double, ptr %p
  %v = load double, ptr %q
  %w = load double, ptr %r
  %t = fmul double %v, %w
  %s = fadd double %u, %t
  store double %s, ptr %p
  %more = icmp slt i64 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  %first = load double, ptr %b
  %second = load double, ptr %b1
  %result = fadd double %first, %second
  ret double %result
}
