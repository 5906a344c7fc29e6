; (struct pair){x * y, n ? sin(x) : y}
define { double, double } @f(double %x, double %y, i64 %n) {
  %p = fmul double %x, %y
  %s = call double @sin(double %x)
  %c = icmp ne i64 %n, 0
  %q = select i1 %c, double %s, double %y
  %first = insertvalue { double, double } poison, double %p, 0
  %both = insertvalue { double, double } %first, double %q, 1
  ret { double, double } %both
}

declare double @sin(double)
