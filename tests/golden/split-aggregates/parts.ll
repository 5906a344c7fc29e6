; REQUEST: forward dup, dup
; A struct is loaded and stored part by part: its float has a shadow, its integer has none.
define void @f(ptr %x, ptr %y) {
  %all = load { double, i32, [2 x float] }, ptr %x, align 8
  %new = insertvalue { double, i32, [2 x float] } %all, i32 5, 1
  store { double, i32, [2 x float] } %new, ptr %y, align 8
  ret void
}

; CHECK:      [[D:%.+]] = load double, ptr %x, align 8
; CHECK:      [[I:%.+]] = getelementptr i8, ptr %x, i64 8
; CHECK-NEXT: load i32, ptr [[I]], align 4
; CHECK:      [[E:%.+]] = getelementptr i8, ptr %x, i64 12
; CHECK-NEXT: [[A:%.+]] = load float, ptr [[E]], align 4
; CHECK:      [[F:%.+]] = getelementptr i8, ptr %x, i64 16
; CHECK-NEXT: [[B:%.+]] = load float, ptr [[F]], align 4
; CHECK:      store double [[D]], ptr %y, align 8
; CHECK:      store i32 5, ptr
; CHECK:      store float [[A]], ptr
; CHECK:      store float [[B]], ptr
; CHECK-NOT:  store
