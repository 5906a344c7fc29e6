; for (i = 0; i < n; i++) s += x[i] > 0 ? sqrt(x[i]) : 0, the square root speculated; if (s > 1) s *= s
define double @f(ptr %x, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %s = phi double [ 0.0, %entry ], [ %sum, %loop ]
  %p = getelementptr double, ptr %x, i64 %i
  %v = load double, ptr %p
  %positive = fcmp ogt double %v, 0.0
  %root = call double @llvm.sqrt.f64(double %v)
  %t = select i1 %positive, double %root, double 0.0
  %sum = fadd double %s, %t
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  %large = fcmp ogt double %sum, 1.0
  br i1 %large, label %grow, label %done
grow:
  %square = fmul double %sum, %sum
  br label %done
done:
  %r = phi double [ %sum, %exit ], [ %square, %grow ]
  ret double %r
}

declare double @llvm.sqrt.f64(double)
