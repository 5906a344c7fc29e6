; v = *(double4 *)x * a; v[k] *= v[0]; *(double4 *)x = v * v
define double @f(ptr %x, double %a, i64 %k) {
  %v = load <4 x double>, ptr %x, align 8
  %lane = insertelement <4 x double> zeroinitializer, double %a, i64 0
  %l1 = insertelement <4 x double> %lane, double %a, i64 1
  %l2 = insertelement <4 x double> %l1, double %a, i64 2
  %splat = insertelement <4 x double> %l2, double %a, i64 3
  %w = fmul <4 x double> %v, %splat
  %e = extractelement <4 x double> %w, i64 %k
  %f = extractelement <4 x double> %w, i64 0
  %p = fmul double %e, %f
  %u = insertelement <4 x double> %w, double %p, i64 %k
  %square = fmul <4 x double> %u, %u
  store <4 x double> %square, ptr %x, align 8
  ret double %p
}
