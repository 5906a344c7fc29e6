; REQUEST: forward active, const
; Recursion: one derivative, which calls itself. A function whose floats do not depend on the input is called as it is.
define double @f(double %x, i64 %n) {
entry:
  %last = icmp eq i64 %n, 0
  br i1 %last, label %exit, label %more
more:
  %m = sub i64 %n, 1
  %w = call double @weight(i64 %n)
  %y = call double @f(double %x, i64 %m)
  %z = fmul double %y, %w
  br label %exit
exit:
  %r = phi double [ %x, %entry ], [ %z, %more ]
  ret double %r
}

define double @weight(i64 %n) noinline {
  %w = sitofp i64 %n to double
  ret double %w
}

; CHECK-LABEL: define { double, double } @f.jvp(double %x, double %x.dot, i64 %n)
; CHECK:      %w = call double @weight(i64 %n)
; CHECK-NEXT: %y.both = call { double, double } @f.jvp.2(double %x, double %x.dot, i64 %m)
; CHECK:      %y.dot = extractvalue { double, double } %y.both, 1

; CHECK:      define internal { double, double } @f.jvp.2(double %x, double %x.dot, i64 %n)
; CHECK:      call { double, double } @f.jvp.2(
