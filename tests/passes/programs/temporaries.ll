; for (i = 0; i < n; i++) { t = malloc(n * sizeof(double)); for (j = 0; j < n; j++) t[j] = x[j] * x[i] + s; s = t[i] * t[0]; free(t) }
define double @f(ptr %x, i64 %n) {
entry:
  %bytes = shl i64 %n, 3
  br label %outer
outer:
  %i = phi i64 [ 0, %entry ], [ %i.next, %done ]
  %s = phi double [ 1.0, %entry ], [ %s.next, %done ]
  %t = call ptr @malloc(i64 %bytes)
  %p = getelementptr double, ptr %x, i64 %i
  %v = load double, ptr %p
  br label %inner
inner:
  %j = phi i64 [ 0, %outer ], [ %j.next, %inner ]
  %q = getelementptr double, ptr %x, i64 %j
  %w = load double, ptr %q
  %product = fmul double %w, %v
  %sum = fadd double %product, %s
  %r = getelementptr double, ptr %t, i64 %j
  store double %sum, ptr %r
  %j.next = add i64 %j, 1
  %j.more = icmp slt i64 %j.next, %n
  br i1 %j.more, label %inner, label %done
done:
  %at = getelementptr double, ptr %t, i64 %i
  %a = load double, ptr %at
  %b = load double, ptr %t
  %s.next = fmul double %a, %b
  call void @free(ptr %t)
  %i.next = add i64 %i, 1
  %i.more = icmp slt i64 %i.next, %n
  br i1 %i.more, label %outer, label %exit
exit:
  ret double %s.next
}

declare ptr @malloc(i64)
declare void @free(ptr)
