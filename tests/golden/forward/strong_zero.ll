; REQUEST: forward active
; 0 * inf is nan: a tangent that is zero stays zero where the partial may be infinite. exp has no such partial.
define double @f(double %x) {
  %r = call double @llvm.sqrt.f64(double %x)
  %e = call double @llvm.exp.f64(double %r)
  ret double %e
}

declare double @llvm.sqrt.f64(double)
declare double @llvm.exp.f64(double)

; CHECK:      [[RECIPROCAL:%.+]] = fdiv double {{.*}}, %r
; CHECK-NEXT: [[PARTIAL:%.+]] = fmul double {{.*}}[[RECIPROCAL]]
; CHECK-NEXT: %r.dot = call double @irad.scaled.f64(double %x.dot, double [[PARTIAL]])
; CHECK:      %e.dot = fmul double %r.dot, %e
; CHECK:      declare double @irad.scaled.f64(double, double)
