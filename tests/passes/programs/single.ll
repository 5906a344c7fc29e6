; float, s: for (i = 0; i < n; i++) s = s * sinf(x[i]) + (float)((double)a * x[i])
define float @f(ptr %x, i64 %n, float %a) {
entry:
  %wide = fpext float %a to double
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %s = phi float [ 1.0, %entry ], [ %sum, %loop ]
  %p = getelementptr float, ptr %x, i64 %i
  %v = load float, ptr %p
  %e = call float @sinf(float %v)
  %t = fmul float %s, %e
  %v.wide = fpext float %v to double
  %u.wide = fmul double %wide, %v.wide
  %u = fptrunc double %u.wide to float
  %sum = fadd float %t, %u
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  ret float %sum
}

declare float @sinf(float)
