; REQUEST: reverse active, const
define double @f(double %x, i64 %n) {
  %b = alloca [2 x double]
  %p = getelementptr [2 x double], ptr %b, i64 0, i64 %n
  store double %x, ptr %p
  %v = load double, ptr %b
  ret double %v
}

; CHECK: %b.shadow = alloca [2 x double]
; CHECK: call void @llvm.memset.p0.i64(ptr %b.shadow, i8 0, i64 16, i1 false)
; CHECK: %p.shadow = getelementptr [2 x double], ptr %b.shadow, i64 0, i64 %n
