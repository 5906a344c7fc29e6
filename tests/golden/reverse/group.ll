; REQUEST: reverse dup:double:1, const:double:1, const
; What is written through %b may be what was read through %a: the load is kept, %b has a shadow, and no shadow is said to be alone.
define void @f(ptr %a, ptr %b, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr double, ptr %a, i64 %i
  %q = getelementptr double, ptr %b, i64 %i
  %v = load double, ptr %p
  %t = fmul double %v, %v
  store double %t, ptr %q
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  ret void
}

; CHECK:      define void @f.vjp(ptr %a, ptr %a.shadow, ptr %b, ptr %b.shadow, i64 %n)
; CHECK:      %v.tape = call ptr @irad.tape.reserve
; CHECK:      loop.rev:
; CHECK:      %t.shadow = load double, ptr %q.shadow.rev
; CHECK-NEXT: store double 0x0000000000000000, ptr %q.shadow.rev
; CHECK:      %v.shadow = load double, ptr %p.shadow.rev
