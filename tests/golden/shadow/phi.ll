; REQUEST: forward dup:double, dup:double, const
define double @f(ptr %x, ptr %y, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = phi ptr [ %x, %entry ], [ %q, %loop ]
  %o = phi ptr [ %y, %entry ], [ %p, %loop ]
  %q = getelementptr inbounds double, ptr %o, i64 1
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  %v = load double, ptr %q
  ret double %v
}

; CHECK: %p.shadow = phi ptr [ %x.shadow, %entry ], [ %q.shadow, %loop ]
; CHECK: %o.shadow = phi ptr [ %y.shadow, %entry ], [ %p.shadow, %loop ]
; CHECK: %q.shadow = getelementptr double, ptr %o.shadow, i64 1
; CHECK: %v.dot = load double, ptr %q.lcssa.shadow
