; REQUEST: reverse dup:double, const:double, const
; A constant array that meets an active one gets a shadow too: what is added there is thrown away.
define double @f(ptr %x, ptr %c, i1 %k) {
  %p = select i1 %k, ptr %x, ptr %c
  %v = load double, ptr %p
  %w = fmul double %v, %v
  ret double %w
}

; CHECK-LABEL: define double @f.vjp(ptr %x, ptr noalias %x.shadow, ptr %c, ptr noalias %c.shadow, i1 %k, double %seed)
; CHECK: %p.shadow = select i1 %k, ptr %x.shadow, ptr %c.shadow
