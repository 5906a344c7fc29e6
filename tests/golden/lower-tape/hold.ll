; What the tape holds is given back when it is closed: a record of it on the tape itself.
define i32 @f(ptr %object) {
  %tape = call ptr @irad.tape.open()
  call void @irad.tape.hold(ptr %tape, ptr %object, ptr @drop)
  call void @irad.tape.close(ptr %tape)
  ret i32 0
}

declare ptr @irad.tape.open()
declare void @irad.tape.hold(ptr, ptr, ptr)
declare void @irad.tape.close(ptr)
declare void @drop(ptr)

; CHECK-LABEL: define i32 @f(
; CHECK:      [[RECORD:%.+]] = call ptr @irad.tape.take(ptr {{.+}}, i64 24, i64 8)
; CHECK:      store ptr {{.+}}, ptr [[RECORD]]
; CHECK:      store ptr %object, ptr
; CHECK:      store ptr @drop, ptr
; CHECK:      store ptr [[RECORD]], ptr
; CHECK-NEXT: call void @irad.tape.release
