; REQUEST: reverse status discard approximate=everywhere dup:double, dup:double, active
; Which way is taken, what is an index, and what a minimum is compared with, must be the same in both sweeps, through memory too.
define i32 @f(ptr %to, ptr %table, double %x) {
entry:
  %cell = alloca double
  %a = call double @llvm.exp.f64(double %x)
  store double %a, ptr %cell
  %b = call double @llvm.sin.f64(double %x)
  %index = fptosi double %b to i64
  %place = getelementptr double, ptr %table, i64 %index
  %c = load double, ptr %place
  %d = call double @llvm.cos.f64(double %x)
  %least = call double @llvm.minnum.f64(double %d, double %c)
  %e = call double @llvm.log.f64(double %x)
  %back = load double, ptr %cell
  %large = fcmp ogt double %back, 1.0
  br i1 %large, label %big, label %join
big:
  %f = fmul double %least, %e
  br label %join
join:
  %y = phi double [ %f, %big ], [ %least, %entry ]
  store double %y, ptr %to
  ret i32 0
}
declare double @llvm.exp.f64(double)
declare double @llvm.sin.f64(double)
declare double @llvm.cos.f64(double)
declare double @llvm.log.f64(double)
declare double @llvm.minnum.f64(double, double)

; CHECK-LABEL: define i32 @f
; CHECK:      %a = call double @llvm.exp.f64
; CHECK:      %b = call double @llvm.sin.f64
; CHECK:      %d = call double @llvm.cos.f64
; CHECK:      %e = call afn double @llvm.log.f64
