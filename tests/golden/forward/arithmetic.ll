; REQUEST: forward active, const, active
define double @f(double %x, double %c, double %z) {
  %p = fmul double %x, %c
  %q = fneg double %p
  %r = fsub double %q, %z
  %k = fadd double %c, 1.0
  %s = fdiv double %r, %k
  ret double %s
}

; CHECK-LABEL: define { double, double } @f.jvp(double %x, double %x.dot, double %c, double %z, double %z.dot)
; CHECK:      %p.dot = fmul double %x.dot, %c
; CHECK:      %q.dot = fneg double %p.dot
; CHECK:      [[MINUS:%.+]] = fneg double %z.dot
; CHECK-NEXT: %r.dot = fadd double %q.dot, [[MINUS]]
; CHECK-NOT:  %k.dot
; CHECK:      %s = fdiv double %r, %k
; CHECK-NEXT: [[PARTIAL:%.+]] = fdiv double 0x3FF0000000000000, %k
; CHECK-NEXT: %s.dot = call double @irad.scaled.f64(double %r.dot, double [[PARTIAL]])
; CHECK:      insertvalue { double, double } undef, double %s, 0
; CHECK-NEXT: insertvalue { double, double } {{.*}}, double %s.dot, 1
