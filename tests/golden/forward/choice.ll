; REQUEST: forward active, const, const
define double @f(double %x, i1 %c, double %y) {
entry:
  %s = select i1 %c, double %x, double %y
  br i1 %c, label %then, label %join
then:
  %t = fmul double %s, 2.0
  br label %join
join:
  %p = phi double [ %y, %entry ], [ %t, %then ]
  ret double %p
}

; CHECK: %s.dot = select i1 %c, double %x.dot, double 0x0000000000000000
; CHECK: %t.dot = fmul double %s.dot, 0x4000000000000000
; CHECK: %p.dot = phi double [ 0x0000000000000000, %entry ], [ %t.dot, %then ]
