; REQUEST: forward width=4 active, dup, dup:double
; A tangent of several lanes is a vector; an offset in shadow memory is so many times the primal's.
define double @f(double %x, ptr %s, ptr %y) {
  %field = getelementptr { i64, [3 x double] }, ptr %s, i64 2, i32 1, i64 1
  %a = load double, ptr %field, align 8
  %b = fmul double %a, %x
  %p = getelementptr i8, ptr %y, i64 24
  store double %b, ptr %p, align 8
  call void @llvm.memcpy.p0.p0.i64(ptr %y, ptr %p, i64 8, i1 false)
  store i64 0, ptr %p, align 8
  %c = call double @llvm.sqrt.f64(double %b)
  ret double %c
}

declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
declare double @llvm.sqrt.f64(double)

; CHECK-LABEL: define { double, <4 x double> } @f.jvp(double %x, <4 x double> %x.dot, ptr %s, ptr %s.shadow, ptr %y, ptr %y.shadow)
; CHECK:      %field.shadow = getelementptr [4 x { i64, [3 x double] }], ptr %s.shadow, i64 2
; CHECK-NEXT: [[STRUCT:%.*]] = getelementptr i8, ptr %field.shadow, i64 32
; CHECK-NEXT: [[ARRAY:%.*]] = getelementptr [4 x double], ptr [[STRUCT]], i64 1
; CHECK:      %a.dot = load <4 x double>, ptr [[ARRAY]], align 8
; CHECK:      [[ONE:%.*]] = insertelement <4 x double> poison, double %x, i64 0
; CHECK-NEXT: [[ALL:%.*]] = shufflevector <4 x double> [[ONE]], <4 x double> poison, <4 x i32> zeroinitializer
; CHECK-NEXT: fmul <4 x double> %a.dot, [[ALL]]
; CHECK:      %p.shadow = getelementptr [4 x i8], ptr %y.shadow, i64 24
; CHECK:      store <4 x double> %b.dot, ptr %p.shadow, align 8
; CHECK:      call void @llvm.memcpy.p0.p0.i64(ptr %y.shadow, ptr %p.shadow, i64 32, i1 false)
; CHECK:      call void @llvm.memset.p0.i64(ptr %p.shadow, i8 0, i64 32, i1 false)
; CHECK:      %c.dot = call <4 x double> @irad.scaled.v4f64(<4 x double> %b.dot,
