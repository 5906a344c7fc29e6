; Nothing says that these are floats: they stay what they are.
; REQUEST: forward const, const
define void @f(ptr %x, ptr %y) {
  %a = load i64, ptr %x
  store i64 %a, ptr %y
  ret void
}

; CHECK:      %a = load i64, ptr %x
; CHECK-NEXT: store i64 %a, ptr %y
