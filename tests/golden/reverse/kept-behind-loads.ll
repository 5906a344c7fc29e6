; REQUEST: reverse dup:double, dup:double, const
; What is kept is stored behind the loads of its block: between them, it would keep LLVM from carrying x[i + 1] over in vectors.
define void @f(ptr %x, ptr %y, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr double, ptr %x, i64 %i
  %a = load double, ptr %p
  %next = add nuw nsw i64 %i, 1
  %q = getelementptr double, ptr %x, i64 %next
  %b = load double, ptr %q
  %c = fmul double %a, %a
  %d = fadd double %c, %b
  store double %d, ptr %p
  %done = icmp eq i64 %next, %n
  br i1 %done, label %exit, label %loop
exit:
  ret void
}

; CHECK:      %a = load double, ptr %p
; CHECK-NOT:  store
; CHECK:      %b = load double, ptr %q
; CHECK:      store double %a, ptr %{{.*}}
; CHECK:      store double %d, ptr %p
