; REQUEST: reverse status dup:double, const, active
; The exit that aborts is no exit where iterations are counted, puts nothing on the tape, and closes it.
define i32 @f(ptr %to, i64 %n, double %x) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %body ]
  %s = phi double [ 1.0, %entry ], [ %t, %body ]
  %bad = icmp eq i64 %i, 1000
  br i1 %bad, label %fail, label %body
fail:
  ret i32 3
body:
  %t = fmul double %s, %x
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  store double %t, ptr %to
  ret i32 0
}

; CHECK-LABEL: define i32 @f.vjp(ptr %to, ptr noalias %to.shadow, i64 %n, double %x, ptr %x.bar)
; CHECK-COUNT-1: call ptr @irad.tape.reserve
; CHECK-NOT:  call ptr @irad.tape.reserve
; CHECK:      fail:
; CHECK-NEXT: call void @irad.tape.close(ptr %tape)
; CHECK-NEXT: ret i32 3
; CHECK-NOT:  fail.rev
; CHECK:      call void @irad.tape.close(ptr %tape)
; CHECK-NEXT: ret i32 0
