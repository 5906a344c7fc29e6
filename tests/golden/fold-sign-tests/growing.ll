; REQUEST: reverse dup:double, const, const
; h doubles without wrapping around, s counts up in such steps: neither is ever negative. What may wrap around may be, as may n.
define void @f(ptr %x, i64 %n, i1 %flag) {
entry:
  br label %loop
loop:
  %h = phi i64 [ 1, %entry ], [ %double, %loop ]
  %s = phi i64 [ 0, %entry ], [ %s.next, %loop ]
  %w = phi i64 [ 0, %entry ], [ %w.next, %loop ]
  %double = shl nsw i64 %h, 1
  %s.next = add nsw i64 %s, %h
  %w.next = add i64 %w, %h
  %zeros = call range(i64 1, 65) i64 @llvm.cttz.i64(i64 %double, i1 true)
  %shifted = lshr i64 %n, %zeros
  %product = mul nsw i64 %s, %shifted
  %a = icmp slt i64 %product, 0
  %p = select i1 %a, i64 %n, i64 %product
  %b = icmp slt i64 %w, 0
  %q = select i1 %b, i64 %n, i64 %p
  %least = call i64 @llvm.smax.i64(i64 %n, i64 %s)
  %c = icmp sgt i64 %least, -1
  %r = select i1 %c, i64 %q, i64 %n
  %odd = xor i1 %flag, true
  %always = or i1 %odd, true
  %minus = sext i1 %always to i64
  %d = icmp slt i64 %minus, 0
  %t = select i1 %d, i64 %r, i64 %n
  %to = getelementptr double, ptr %x, i64 %t
  store double 0.0, ptr %to
  %more = icmp slt i64 %s.next, %n
  br i1 %more, label %loop, label %exit
exit:
  ret void
}
declare i64 @llvm.cttz.i64(i64, i1)
declare i64 @llvm.smax.i64(i64, i64)

; CHECK-NOT: %a =
; CHECK-NOT: %p =
; CHECK:     %b = icmp slt i64 %w, 0
; CHECK:     %q = select i1 %b, i64 %n, i64 %product
; CHECK-NOT: %c =
; CHECK:     %d = icmp slt i64 %minus, 0
; CHECK:     %t = select i1 %d, i64 %q, i64 %n
