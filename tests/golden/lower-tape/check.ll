; A function that was called could not reserve: a function with its own tape gives it back, one with its caller's returns.
declare ptr @irad.tape.open()
declare void @irad.tape.close(ptr)
declare ptr @irad.tape.reserve(ptr, i64, i64)
declare void @irad.tape.check(ptr, i1)

define i32 @outer() {
entry:
  %slot = alloca ptr
  %tape = call ptr @irad.tape.open()
  store ptr null, ptr %slot
  call void @inner(ptr %tape, ptr %slot)
  %frame = load ptr, ptr %slot
  %failed = icmp eq ptr %frame, null
  call void @irad.tape.check(ptr %tape, i1 %failed)
  call void @irad.tape.close(ptr %tape)
  ret i32 0
}

define void @inner(ptr %tape, ptr %slot) {
entry:
  %frame = call ptr @irad.tape.reserve(ptr %tape, i64 16, i64 8)
  store ptr %frame, ptr %slot
  ret void
}

; CHECK-LABEL: define i32 @outer()
; CHECK:      br i1 %failed, label %tape.full, label
; CHECK:      tape.full:
; CHECK-NEXT: call void @irad.tape.release(ptr
; CHECK:      define void @inner(
; CHECK:      tape.failed:
; CHECK-NEXT: ret void
