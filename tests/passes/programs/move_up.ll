; x[1] *= x[0]; memmove(x + 1, x, (n - 1) * sizeof(double)); x[1] *= x[2]
define void @f(ptr %x, i64 %n) {
  %next = getelementptr double, ptr %x, i64 1
  %a = load double, ptr %x
  %b = load double, ptr %next
  %c = fmul double %a, %b
  store double %c, ptr %next
  %count = sub i64 %n, 1
  %bytes = shl i64 %count, 3
  call void @llvm.memmove.p0.p0.i64(ptr %next, ptr %x, i64 %bytes, i1 false)
  %third = getelementptr double, ptr %x, i64 2
  %v = load double, ptr %next
  %w = load double, ptr %third
  %t = fmul double %v, %w
  store double %t, ptr %next
  ret void
}

declare void @llvm.memmove.p0.p0.i64(ptr, ptr, i64, i1)
