; The status of a function whose tape cannot grow is -101, with the tape closed.
define i32 @f(i64 %n) {
  %tape = call ptr @irad.tape.open()
  %a = call ptr @irad.tape.reserve(ptr %tape, i64 %n, i64 8)
  store i64 1, ptr %a
  call void @irad.tape.close(ptr %tape)
  ret i32 0
}

declare ptr @irad.tape.open()
declare ptr @irad.tape.reserve(ptr, i64, i64)
declare void @irad.tape.close(ptr)

; CHECK-LABEL: define i32 @f(
; CHECK:      [[ARENA:%.+]] = call ptr @irad.tape.acquire()
; CHECK:      br i1 {{.+}}, label %tape.failed, label
; CHECK:      tape.failed:
; CHECK-NEXT: ret i32 -101
; CHECK:      [[TAKEN:%.+]] = call ptr @irad.tape.take(ptr [[ARENA]], i64 %n, i64 8)
; CHECK:      br i1 {{.+}}, label %tape.full, label
; CHECK:      tape.full:
; CHECK-NEXT: call void @irad.tape.release(ptr [[ARENA]])
; CHECK-NEXT: br label %tape.failed
; CHECK:      store i64 1, ptr [[TAKEN]]
; CHECK-NEXT: call void @irad.tape.release(ptr [[ARENA]])
; CHECK-NEXT: ret i32 0
