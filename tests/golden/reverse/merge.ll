; REQUEST: reverse active, const
; Three ways into one block: a phi remembers which.
define double @f(double %x, i64 %k) {
entry:
  switch i64 %k, label %other [ i64 1, label %one  i64 2, label %two ]
one:
  %a = fmul double %x, 2.0
  br label %join
two:
  %b = fmul double %x, 3.0
  br label %join
other:
  %c = fmul double %x, 4.0
  br label %join
join:
  %r = phi double [ %a, %one ], [ %b, %two ], [ %c, %other ]
  ret double %r
}

; CHECK:      %join.from = phi {{i[0-9]+}} [ 0, %[[A:[a-z]+]] ], [ 1, %[[B:[a-z]+]] ], [ 2, %[[C:[a-z]+]] ]
; CHECK:      join.rev:
; CHECK-NEXT: switch {{i[0-9]+}} %join.from, label %join.rev.[[A]] [
; CHECK-NEXT: 1, label %join.rev.[[B]]
; CHECK-NEXT: 2, label %join.rev.[[C]]
