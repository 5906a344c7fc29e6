; Memory that holds doubles and is read as integers where their bits are computed with: those bits stay integers.
; REQUEST: forward dup:double, const:i64
define i64 @f(ptr %x, ptr %k) {
  %a = load i64, ptr %x
  %sign = lshr i64 %a, 63
  %b = load i64, ptr %k
  %c = add i64 %b, %sign
  ret i64 %c
}

; CHECK:      %a = load double, ptr %x
; CHECK-NEXT: %a.bits = bitcast double %a to i64
; CHECK-NEXT: %sign = lshr i64 %a.bits, 63
; CHECK-NEXT: %b = load i64, ptr %k
