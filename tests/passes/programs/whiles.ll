; while (s < 20) { for (j = 0; ; j++) { t = s * x; if (t > 10 - j) break; s = s + sin(t) + 1.5 } s *= x + 1 }
define double @f(double %x) {
entry:
  br label %outer
outer:
  %s.outer = phi double [ 1.0, %entry ], [ %grown, %left ]
  %go = fcmp olt double %s.outer, 2.0e+01
  br i1 %go, label %inner, label %exit
inner:
  %j = phi i64 [ 0, %outer ], [ %next, %stay ]
  %s = phi double [ %s.outer, %outer ], [ %sum, %stay ]
  %t = fmul double %s, %x
  %count = sitofp i64 %j to double
  %bound = fsub double 1.0e+01, %count
  %over = fcmp ogt double %t, %bound
  br i1 %over, label %left, label %stay
stay:
  %sine = call double @sin(double %t)
  %plus = fadd double %s, %sine
  %sum = fadd double %plus, 1.5
  %next = add i64 %j, 1
  br label %inner
left:
  %factor = fadd double %x, 1.0
  %grown = fmul double %s, %factor
  br label %outer
exit:
  ret double %s.outer
}

declare double @sin(double)
