; t = x[0] * x[1]; memset(x, 0, 16); x[1] += t * x[2]; memcpy(y, x, 24)
define void @f(ptr %x, ptr %y) {
  %p = getelementptr double, ptr %x, i64 1
  %q = getelementptr double, ptr %x, i64 2
  %a = load double, ptr %x
  %b = load double, ptr %p
  %t = fmul double %a, %b
  call void @llvm.memset.p0.i64(ptr %x, i8 0, i64 16, i1 false)
  %c = load double, ptr %q
  %u = fmul double %t, %c
  %d = load double, ptr %p
  %v = fadd double %d, %u
  store double %v, ptr %p
  call void @llvm.memcpy.p0.p0.i64(ptr %y, ptr %x, i64 24, i1 false)
  ret void
}

declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
