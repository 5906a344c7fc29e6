; sin(x) * y + x / y
define double @f(double %x, double %y) {
  %s = call double @sin(double %x)
  %p = fmul double %s, %y
  %q = fdiv double %x, %y
  %r = fadd double %p, %q
  ret double %r
}

declare double @sin(double)
