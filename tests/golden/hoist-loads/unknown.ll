; REQUEST: reverse dup, dup:double, const
; A pointer out of memory: it may point to what the loop writes.
define double @f(ptr %x, ptr %y, i64 %n) {
entry:
  %q = load ptr, ptr %x
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %s = phi double [ 0.0, %entry ], [ %sum, %loop ]
  %a = load double, ptr %q
  %sum = fadd double %s, %a
  %p = getelementptr double, ptr %y, i64 %i
  store double %sum, ptr %p
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  ret double %sum
}

; CHECK: loop:
; CHECK: %a = load double, ptr %q
