; Without a tape there is no runtime for it.
define double @f(double %x) {
  ret double %x
}

; CHECK:     define double @f(double %x)
; CHECK-NOT: irad.tape
