; REQUEST: reverse active
; How often is not known: one record for each iteration, linked to the one before.
define double @f(double %x) {
entry:
  br label %loop
loop:
  %s = phi double [ 1.0, %entry ], [ %t, %loop ]
  %t = fmul double %s, %x
  %more = fcmp olt double %t, 20.0
  br i1 %more, label %loop, label %exit
exit:
  ret double %t
}

; CHECK:      loop:
; CHECK:      %loop.record.before = phi ptr [ null, %entry ], [ %loop.record, %loop ]
; CHECK:      %loop.record = call ptr @irad.tape.reserve(ptr %tape, i64 16, i64 8)
; CHECK-NEXT: store ptr %loop.record.before, ptr %loop.record
; CHECK-NEXT: [[FIELD:%.+]] = getelementptr i8, ptr %loop.record, i64 8
; CHECK-NEXT: store double %s, ptr [[FIELD]]
; CHECK:      store ptr %loop.record.last, ptr %loop.record.rev
; CHECK:      loop.rev.back:
; CHECK:      [[RECORD:%.+]] = load ptr, ptr %loop.record.rev
; CHECK-NEXT: [[BEFORE:%.+]] = load ptr, ptr [[RECORD]]
; CHECK-NEXT: store ptr [[BEFORE]], ptr %loop.record.rev
