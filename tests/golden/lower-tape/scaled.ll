; A product that is zero where its first factor is, also without a tape.
define double @f(double %x, double %partial) {
  %r = call contract double @irad.scaled.f64(double %x, double %partial)
  ret double %r
}

define <2 x float> @g(<2 x float> %x, <2 x float> %partial) {
  %r = call <2 x float> @irad.scaled.v2f32(<2 x float> %x, <2 x float> %partial)
  ret <2 x float> %r
}

declare double @irad.scaled.f64(double, double)
declare <2 x float> @irad.scaled.v2f32(<2 x float>, <2 x float>)

; CHECK:      [[ZERO:%.+]] = fcmp oeq double %x, 0x0000000000000000
; CHECK-NEXT: [[PRODUCT:%.+]] = fmul contract double %x, %partial
; CHECK-NEXT: select i1 [[ZERO]], double 0x0000000000000000, double [[PRODUCT]]
; CHECK:      fmul <2 x float> %x, %partial
; CHECK-NEXT: select <2 x i1>
; CHECK-NOT:  irad.scaled
