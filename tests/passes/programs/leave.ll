; for (i = 0; i < n; i++) for (j = 0; j < n; j++) { if (x[j] > 1.4) continue; s += s * x[j] * x[i]; if (s > 9) return s; if (s > 4) break } return s * s
define double @f(ptr %x, i64 %n) {
entry:
  br label %outer
outer:
  %i = phi i64 [ 0, %entry ], [ %i.next, %latch ]
  %s.outer = phi double [ 1.0, %entry ], [ %s.end, %latch ]
  %p = getelementptr double, ptr %x, i64 %i
  %v = load double, ptr %p
  br label %inner
inner:
  %j = phi i64 [ 0, %outer ], [ %j.next, %stay ]
  %s = phi double [ %s.outer, %outer ], [ %s.stay, %stay ]
  %q = getelementptr double, ptr %x, i64 %j
  %w = load double, ptr %q
  %large = fcmp ogt double %w, 1.4
  br i1 %large, label %stay, label %body
body:
  %t = fmul double %s, %w
  %u = fmul double %t, %v
  %sum = fadd double %s, %u
  %nine = fcmp ogt double %sum, 9.0
  br i1 %nine, label %done, label %check
check:
  %four = fcmp ogt double %sum, 4.0
  br i1 %four, label %latch, label %stay
stay:
  %s.stay = phi double [ %s, %inner ], [ %sum, %check ]
  %j.next = add i64 %j, 1
  %j.more = icmp slt i64 %j.next, %n
  br i1 %j.more, label %inner, label %latch
latch:
  %s.end = phi double [ %sum, %check ], [ %s.stay, %stay ]
  %i.next = add i64 %i, 1
  %i.more = icmp slt i64 %i.next, %n
  br i1 %i.more, label %outer, label %exit
done:
  ret double %sum
exit:
  %square = fmul double %s.end, %s.end
  ret double %square
}
