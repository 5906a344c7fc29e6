; REQUEST: reverse active, active, const
define double @f(double %x, double %y, double %c) {
  %p = fmul double %x, %y
  %e = call double @llvm.exp.f64(double %p)
  %r = fmul double %e, %c
  ret double %r
}

declare double @llvm.exp.f64(double)

; CHECK-LABEL: define double @f.vjp(double %x, ptr %x.bar, double %y, ptr %y.bar, double %c, double %seed)
; CHECK-NOT:  irad.tape
; CHECK:      [[E:%.+]] = fmul reassoc nsz arcp contract double %seed, %c
; CHECK-NEXT: [[P:%.+]] = fmul reassoc nsz arcp contract double [[E]], %e
; CHECK:      fmul reassoc nsz arcp contract double [[P]], %y
; CHECK:      fmul reassoc nsz arcp contract double [[P]], %x
; CHECK-DAG:  store double {{.+}}, ptr %x.bar
; CHECK-DAG:  store double {{.+}}, ptr %y.bar
; CHECK:      ret double %r
