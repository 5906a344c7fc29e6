; REQUEST: reverse dup:double, dup:double, const
; What is added to in place has the adjoint that it had: its shadow is only read. Not where the sum is used again, nor where a store
; stands between that may be to the same place.
define void @f(ptr %x, ptr %y, i64 %n) {
entry:
  %a = load double, ptr %x
  %q = getelementptr double, ptr %y, i64 %n
  %b = load double, ptr %q
  %c = fmul double %b, %b
  store double 0.0, ptr %y
  %d = fsub double %a, %c
  store double %d, ptr %x
  %e = load double, ptr %y
  store double 1.0, ptr %q
  %g = fadd double %c, %e
  store double %g, ptr %y
  %p = getelementptr double, ptr %x, i64 %n
  %h = load double, ptr %p
  %k = fadd double %h, %c
  store double %k, ptr %p
  %twice = fmul double %k, 2.0
  store double %twice, ptr %q
  ret void
}

; CHECK:      entry.rev:
; CHECK:      %twice.shadow = load double, ptr %q.shadow
; CHECK-NEXT: store double 0x0000000000000000, ptr %q.shadow
; CHECK:      %k.shadow = load double, ptr %p.shadow
; CHECK-NEXT: store double 0x0000000000000000, ptr %p.shadow
; CHECK:      store double %{{.*}}, ptr %p.shadow
; CHECK:      %g.shadow = load double, ptr %y.shadow
; CHECK-NEXT: store double 0x0000000000000000, ptr %y.shadow
; CHECK:      store double %{{.*}}, ptr %y.shadow
; CHECK:      %d.shadow = load double, ptr %x.shadow
; CHECK-NOT:  ptr %x.shadow
; CHECK:      ret void
