; REQUEST: reverse dup:double, const
; So does a table: scratch memory of its size, never its own.
@table = internal constant [2 x double] [double 1.0, double 2.0]

define double @f(ptr %x, i1 %k) {
  %p = select i1 %k, ptr %x, ptr @table
  %v = load double, ptr %p
  %w = fmul double %v, %v
  ret double %w
}

; CHECK: @table = internal constant [2 x double] [double 1.000000e+00, double 2.000000e+00]
; CHECK: [[SCRATCH:@.+]] = internal global [2 x double] zeroinitializer
; CHECK: %p.shadow = select i1 %k, ptr %x.shadow, ptr [[SCRATCH]]
