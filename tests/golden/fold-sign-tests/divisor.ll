; REQUEST: reverse active, active
; 1 + exp(x) and sqrt(x * x + 0.01) are never zero, nan neither; x * x may be, y * y + x * x, and exp(x) itself.
define double @f(double %x, double %y) {
entry:
  %e = call double @llvm.exp.f64(double %x)
  %one = fadd double %e, 1.0
  %a = fcmp oeq double %one, 0.0
  %square = fmul double %x, %x
  %sum = fadd double %square, 0x3F847AE147AE147B
  %root = call double @llvm.sqrt.f64(double %sum)
  %b = fcmp une double %root, 0.0
  %c = fcmp oeq double %square, 0.0
  %other = fmul double %y, %y
  %squares = fadd double %square, %other
  %d = fcmp oeq double %squares, 0.0
  %g = fcmp oeq double %e, 0.0
  %h = fcmp ueq double %one, 0.0
  %p = select i1 %a, double %x, double %y
  %q = select i1 %b, double %p, double %y
  %r = select i1 %c, double %q, double %y
  %s = select i1 %d, double %r, double %y
  %t = select i1 %g, double %s, double %y
  %u = select i1 %h, double %t, double %y
  ret double %u
}
declare double @llvm.exp.f64(double)
declare double @llvm.sqrt.f64(double)

; CHECK:     %c = fcmp oeq double %square
; CHECK:     %d = fcmp oeq double %squares
; CHECK:     %g = fcmp oeq double %e
; CHECK:     %h = fcmp ueq double %one
; CHECK-NOT: %p =
; CHECK-NOT: %q =
; CHECK:     %r = select i1 %c, double %y, double %y
