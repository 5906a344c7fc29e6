; REQUEST: reverse active, const
; The way back is read from the branch's own condition.
define double @f(double %x, i64 %k) {
entry:
  %c = icmp sgt i64 %k, 3
  br i1 %c, label %left, label %right
left:
  %a = fmul double %x, 2.0
  br label %join
right:
  %b = fmul double %x, 3.0
  br label %join
join:
  %r = phi double [ %a, %left ], [ %b, %right ]
  ret double %r
}

; CHECK-NOT:  .from
; CHECK:      join.rev:
; CHECK-NEXT: br i1 %c, label %join.rev.left, label %join.rev.right
; CHECK:      left.rev:
; CHECK:      br label %entry.rev
; CHECK:      right.rev:
; CHECK:      br label %entry.rev
