; REQUEST: reverse active, const
; A call that is not inlined: the forward sweep keeps the address of the callee's frame, the reverse sweep calls the callee's adjoint.
define double @f(double %x, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %s = phi double [ %x, %entry ], [ %t, %loop ]
  %t = call double @square(double %s, i64 %i)
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  ret double %t
}

define double @square(double %y, i64 %k) noinline {
  %p = fmul double %y, %y
  ret double %p
}

; CHECK-LABEL: define double @f.vjp(double %x, ptr %x.bar, i64 %n, double %seed)
; CHECK:      loop:
; CHECK:      store ptr null, ptr %t.slot
; CHECK-NEXT: %t = call double @square.vjp.forward(double %s, i64 %i, ptr %tape, ptr %t.slot)
; CHECK-NEXT: %t.frame = load ptr, ptr %t.slot
; CHECK:      store ptr %t.frame
; CHECK:      call void @irad.tape.check
; CHECK:      loop.rev:
; CHECK:      %t.frame.rev = load ptr
; CHECK:      call void @square.vjp.reverse(ptr %s.place, double %t.bar.1, ptr %t.frame.rev)

; CHECK-LABEL: define internal void @square.vjp.reverse(ptr %y.bar, double %seed, ptr %frame)
; CHECK:      load double, ptr
; CHECK-NOT:  irad.tape
; CHECK:      store double {{.*}}, ptr %y.bar
; CHECK:      ret void

; CHECK-LABEL: define internal double @square.vjp.forward(double %y, i64 %k, ptr %tape, ptr %frame.place)
; CHECK:      %frame.1 = call ptr @irad.tape.reserve(ptr %tape, i64 16, i64 8)
; CHECK:      store double %y
; CHECK:      store ptr %frame.1, ptr %frame.place
; CHECK-NEXT: ret double %p
