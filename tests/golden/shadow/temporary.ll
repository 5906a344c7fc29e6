; REQUEST: reverse active
; In reverse mode memory of the function's own is the tape's, with its shadow; nothing is freed before the tape is closed.
define double @f(double %x) {
  %m = call ptr @malloc(i64 16)
  store double %x, ptr %m
  %v = load double, ptr %m
  %w = fmul double %v, %v
  call void @free(ptr %m)
  ret double %w
}

declare ptr @malloc(i64)
declare void @free(ptr)

; CHECK:      %tape = call ptr @irad.tape.open()
; CHECK:      %m = call ptr @irad.tape.reserve(ptr %tape, i64 16, i64 64)
; CHECK-NEXT: %m.shadow = call ptr @irad.tape.reserve(ptr %tape, i64 16, i64 64)
; CHECK-NEXT: call void @llvm.memset.p0.i64(ptr %m.shadow, i8 0, i64 16, i1 false)
; CHECK-NOT:  @free
; CHECK:      call void @irad.tape.close(ptr %tape)
