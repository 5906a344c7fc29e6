; memcpy through registers: swap x[0] and x[1] as 64-bit integers, x[2] = x[0] * x[2]
define void @f(ptr %x) {
  %p = getelementptr double, ptr %x, i64 1
  %q = getelementptr double, ptr %x, i64 2
  %a = load i64, ptr %x
  %b = load i64, ptr %p
  store i64 %b, ptr %x
  store i64 %a, ptr %p
  %v = load double, ptr %x
  %w = load double, ptr %q
  %t = fmul double %v, %w
  store double %t, ptr %q
  ret void
}
