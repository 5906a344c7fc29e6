; for (k = 0; k < m; k++) for (i = 1; i < n - 1; i++) for (j = 1; j < n - 1; j++)
;   u[i][j] = 0.25 * (u[i - 1][j] + u[i + 1][j] * u[i][j - 1] + u[i][j + 1])
define void @f(ptr %u, i64 %n, i64 %m) {
entry:
  %last = add i64 %n, -1
  br label %sweep
sweep:
  %k = phi i64 [ 0, %entry ], [ %k.next, %sweep.latch ]
  br label %row
row:
  %i = phi i64 [ 1, %sweep ], [ %i.next, %row.latch ]
  %start = mul i64 %i, %n
  br label %cell
cell:
  %j = phi i64 [ 1, %row ], [ %j.next, %cell ]
  %at = add i64 %start, %j
  %up = sub i64 %at, %n
  %down = add i64 %at, %n
  %p = getelementptr double, ptr %u, i64 %at
  %p.up = getelementptr double, ptr %u, i64 %up
  %p.down = getelementptr double, ptr %u, i64 %down
  %p.left = getelementptr double, ptr %p, i64 -1
  %p.right = getelementptr double, ptr %p, i64 1
  %a = load double, ptr %p.up
  %b = load double, ptr %p.down
  %c = load double, ptr %p.left
  %d = load double, ptr %p.right
  %bc = fmul double %b, %c
  %ad = fadd double %a, %d
  %all = fadd double %ad, %bc
  %new = fmul double %all, 0.25
  store double %new, ptr %p
  %j.next = add i64 %j, 1
  %j.more = icmp slt i64 %j.next, %last
  br i1 %j.more, label %cell, label %row.latch
row.latch:
  %i.next = add i64 %i, 1
  %i.more = icmp slt i64 %i.next, %last
  br i1 %i.more, label %row, label %sweep.latch
sweep.latch:
  %k.next = add i64 %k, 1
  %k.more = icmp slt i64 %k.next, %m
  br i1 %k.more, label %sweep, label %exit
exit:
  ret void
}
