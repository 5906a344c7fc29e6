; REQUEST: reverse active
; Where it never returns, it takes a seed and leaves no adjoint.
declare void @exit(i32)
define double @f(double %x) {
entry:
  call void @exit(i32 1)
  unreachable
}

; CHECK-LABEL: define double @f.vjp(double %x, ptr %x.bar, double %seed)
; CHECK:      call void @exit(i32 1)
; CHECK-NEXT: unreachable
