; REQUEST: reverse dup:double, const
; The buffer is filled in each iteration and read in an inner loop: what the store overwrites is kept, once for each store, and put back
; in the reverse of its block, behind the reverse of the inner loop, which loads from the buffer again.
define double @f(ptr %x, i64 %n) {
entry:
  %t = alloca [2 x double]
  br label %outer
outer:
  %i = phi i64 [ 0, %entry ], [ %i.next, %latch ]
  %r = phi double [ 0.0, %entry ], [ %sum, %latch ]
  %p = getelementptr double, ptr %x, i64 %i
  %v = load double, ptr %p
  %odd = and i64 %i, 1
  %q = getelementptr double, ptr %t, i64 %odd
  store double %v, ptr %q
  br label %inner
inner:
  %j = phi i64 [ 0, %outer ], [ %j.next, %inner ]
  %s = phi double [ %r, %outer ], [ %sum, %inner ]
  %even = and i64 %j, 1
  %at = getelementptr double, ptr %t, i64 %even
  %w = load double, ptr %at
  %square = fmul double %w, %w
  %sum = fadd double %s, %square
  %j.next = add i64 %j, 1
  %j.more = icmp slt i64 %j.next, %n
  br i1 %j.more, label %inner, label %latch
latch:
  %i.next = add i64 %i, 1
  %i.more = icmp slt i64 %i.next, %n
  br i1 %i.more, label %outer, label %exit
exit:
  ret double %sum
}

; CHECK:      %overwritten = load double, ptr %q
; CHECK-NEXT: [[AT:%.+]] = getelementptr inbounds double, ptr %overwritten.tape, i64 %i
; CHECK-NEXT: store double %overwritten, ptr [[AT]]
; CHECK-NEXT: store double %v, ptr %q
; CHECK-NOT:  %w.tape
; CHECK:      inner.rev:
; CHECK:      %w.rev = load double, ptr %at.rev
; CHECK:      outer.rev:
; CHECK:      %overwritten.rev = load double
; CHECK:      store double %overwritten.rev, ptr %q.rev
