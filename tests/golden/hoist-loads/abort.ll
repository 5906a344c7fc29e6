; REQUEST: reverse status dup:double, dup:double, const
; Behind an exit, even one that aborts, the load may never run: it stays.
define i32 @f(ptr %x, ptr %y, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %body ]
  %bad = icmp eq i64 %i, 100
  br i1 %bad, label %fail, label %body
fail:
  ret i32 1
body:
  %a = load double, ptr %x
  %p = getelementptr double, ptr %y, i64 %i
  store double %a, ptr %p
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  ret i32 0
}

; CHECK-NOT: load
; CHECK:     body:
; CHECK:     %a = load double, ptr %x
