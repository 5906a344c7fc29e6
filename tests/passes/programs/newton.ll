; do { r = c * c - x; c -= r / (2 * c) } while (r * r > 1e-20)
define double @f(double %x) {
entry:
  br label %loop
loop:
  %c = phi double [ 1.0, %entry ], [ %better, %loop ]
  %square = fmul double %c, %c
  %r = fsub double %square, %x
  %twice = fmul double %c, 2.0
  %step = fdiv double %r, %twice
  %better = fsub double %c, %step
  %error = fmul double %r, %r
  %more = fcmp ogt double %error, 0x3BC79CA10C924223
  br i1 %more, label %loop, label %exit
exit:
  ret double %better
}
