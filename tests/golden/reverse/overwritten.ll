; REQUEST: reverse dup:double, const
; The load's memory is overwritten: its value is kept. The adjoint of the store takes the shadow's value and leaves zero.
define void @f(ptr %x, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr double, ptr %x, i64 %i
  %v = load double, ptr %p
  %t = fmul double %v, %v
  store double %t, ptr %p
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  ret void
}

; CHECK:      %v.tape = call ptr @irad.tape.reserve
; CHECK:      %v = load double, ptr %p
; CHECK-NEXT: [[AT:%.+]] = getelementptr inbounds double, ptr %v.tape, i64 %i
; CHECK-NEXT: store double %v, ptr [[AT]]
; CHECK:      loop.rev:
; CHECK:      %t.shadow = load double, ptr %p.shadow.rev
; CHECK-NEXT: store double 0x0000000000000000, ptr %p.shadow.rev
; CHECK:      %v.shadow = load double, ptr %p.shadow.rev
; CHECK-NEXT: [[SUM:%.+]] = fadd reassoc nsz arcp contract double %v.shadow,
; CHECK-NEXT: store double [[SUM]], ptr %p.shadow.rev
