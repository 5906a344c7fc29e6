; REQUEST: reverse dup:double, dup:double, const
; %y is written, %x is not.
define void @f(ptr %x, ptr %y, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %a = load double, ptr %x
  %b = load double, ptr %y
  %p = getelementptr double, ptr %y, i64 %i
  %c = fmul double %a, %b
  store double %c, ptr %p
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  ret void
}

; CHECK:      entry:
; CHECK-NEXT: %a = load double, ptr %x
; CHECK:      loop:
; CHECK:      %b = load double, ptr %y
