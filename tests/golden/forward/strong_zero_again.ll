; REQUEST: forward active, active
; A tangent that is zero has a tangent itself, which counts; where it is zero, that of the partial does not, which may be nan.
define double @f(double %x, double %partial) {
  %r = call double @irad.scaled.f64(double %x, double %partial)
  ret double %r
}

declare double @irad.scaled.f64(double, double)

; CHECK:      [[FIRST:%.+]] = call double @irad.scaled.f64(double %x.dot, double %partial)
; CHECK-NEXT: [[SECOND:%.+]] = call double @irad.scaled.f64(double %x, double %partial.dot)
; CHECK-NEXT: %r.dot = fadd double [[FIRST]], [[SECOND]]
