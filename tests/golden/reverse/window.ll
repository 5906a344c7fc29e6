; REQUEST: reverse dup:double, dup:double, const
; Neighbours: their adjoints are added to variables; the place that is left gets its sum, the others move on by one; behind the last
; iteration, backwards, the others get theirs.
define void @f(ptr %x, ptr %y, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr double, ptr %x, i64 %i
  %a = load double, ptr %p
  %q = getelementptr double, ptr %p, i64 1
  %b = load double, ptr %q
  %t = fadd double %a, %b
  %r = getelementptr double, ptr %y, i64 %i
  store double %t, ptr %r
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  ret void
}

; CHECK:      %b.window.0 = alloca double
; CHECK:      %b.window.1 = alloca double
; CHECK:      loop.rev:
; CHECK:      %t.shadow = load double, ptr %r.shadow.rev
; CHECK:      load double, ptr %b.window.0
; CHECK:      store double {{.+}}, ptr %b.window.0
; CHECK:      load double, ptr %b.window.1
; CHECK:      store double {{.+}}, ptr %b.window.1
; CHECK:      load double, ptr %q.shadow.rev
; CHECK-NEXT: load double, ptr %b.window.0
; CHECK-NEXT: fadd
; CHECK-NEXT: store double {{.+}}, ptr %q.shadow.rev
; CHECK-NEXT: [[NEXT:%.+]] = load double, ptr %b.window.1
; CHECK-NEXT: store double [[NEXT]], ptr %b.window.0
; CHECK-NEXT: store double 0x0000000000000000, ptr %b.window.1
; CHECK:      loop.rev.entry:
; CHECK-NEXT: [[BEHIND:%.+]] = getelementptr i8, ptr %q.shadow.rev, i64 -8
; CHECK-NEXT: load double, ptr [[BEHIND]]
