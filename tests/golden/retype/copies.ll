; A double that is copied as i64 is one again; so are the phi and the select that it goes through.
; REQUEST: forward dup:double, dup, const
define void @f(ptr %x, ptr %y, i1 %c) {
entry:
  %a = load i64, ptr %x
  %q = getelementptr i64, ptr %x, i64 1
  br i1 %c, label %then, label %join
then:
  %b = load i64, ptr %q
  br label %join
join:
  %p = phi i64 [ %a, %entry ], [ %b, %then ]
  %s = select i1 %c, i64 %p, i64 0
  store i64 %s, ptr %y
  ret void
}

; CHECK:      %a = load double, ptr %x
; CHECK:      %b = load double, ptr %q
; CHECK:      %p = phi double [ %a, %entry ], [ %b, %then ]
; CHECK-NEXT: %s = select i1 %c, double %p, double 0x0000000000000000
; CHECK-NEXT: store double %s, ptr %y
