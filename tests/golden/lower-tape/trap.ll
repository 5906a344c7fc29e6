; A function without a status has nothing to return.
define double @f(i64 %n) {
  %tape = call ptr @irad.tape.open()
  call void @irad.tape.close(ptr %tape)
  ret double 1.0
}

declare ptr @irad.tape.open()
declare void @irad.tape.close(ptr)

; CHECK-LABEL: define double @f(
; CHECK:      tape.failed:
; CHECK-NEXT: call void @llvm.trap()
; CHECK-NEXT: unreachable
