; REQUEST: forward active, dup:i64, const
; What does not depend on x has no tangent, nor has what the result does not depend on.
define double @f(double %x, ptr %k, double %y) {
  %a = call double @llvm.exp.f64(double %y)
  %b = call double @llvm.exp.f64(double %x)
  %test = fcmp ogt double %b, 1.0
  %n = load i64, ptr %k
  %d = sitofp i64 %n to double
  %c = fmul double %x, %a
  %e = fmul double %c, %d
  %r = select i1 %test, double %e, double %y
  ret double %r
}

declare double @llvm.exp.f64(double)

; CHECK-NOT: %a.dot
; CHECK-NOT: %b.dot
; CHECK-NOT: %d.dot
; CHECK:     %c.dot = fmul double %x.dot, %a
; CHECK:     %e.dot = fmul double %c.dot, %d
; CHECK:     %r.dot = select i1 %test, double %e.dot, double 0x0000000000000000
