; Of a record that is copied field by field as integers, the floats become floats, and the integer stays one: also in the middle of a row.
; REQUEST: forward dup:<{ double, i64, [2 x float] }>, dup:<{ double, i64, [2 x float] }>, const
define void @f(ptr %x, ptr %y, i64 %k) {
  %p = getelementptr [24 x i8], ptr %x, i64 %k
  %a = load i64, ptr %p
  store i64 %a, ptr %y
  %p.n = getelementptr i8, ptr %p, i64 8
  %y.n = getelementptr i8, ptr %y, i64 8
  %n = load i64, ptr %p.n
  store i64 %n, ptr %y.n
  %p.v = getelementptr i8, ptr %p, i64 16
  %y.v = getelementptr i8, ptr %y, i64 16
  %v = load i64, ptr %p.v
  store i64 %v, ptr %y.v
  ret void
}

; CHECK:      %a = load double, ptr %p
; CHECK-NEXT: store double %a, ptr %y
; CHECK:      %n = load i64, ptr %p.n
; CHECK-NEXT: store i64 %n, ptr %y.n
; CHECK:      %v = load <2 x float>, ptr %p.v
; CHECK-NEXT: store <2 x float> %v, ptr %y.v
