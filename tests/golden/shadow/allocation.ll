; REQUEST: forward active
; In forward mode memory is allocated, zeroed and freed twice.
define double @f(double %x) {
entry:
  %m = call ptr @malloc(i64 16)
  %failed = icmp eq ptr %m, null
  br i1 %failed, label %done, label %fine
fine:
  store double %x, ptr %m
  %v = load double, ptr %m
  call void @free(ptr %m)
  br label %done
done:
  %r = phi double [ 0.0, %entry ], [ %v, %fine ]
  ret double %r
}

declare ptr @malloc(i64)
declare void @free(ptr)

; CHECK:      %m.shadow = call ptr @malloc(i64 16)
; CHECK-NEXT: %[[FAILED:\S+]] = icmp eq ptr %m.shadow, null
; CHECK-NEXT: %[[SIZE:\S+]] = select i1 %[[FAILED]], i64 0, i64 16
; CHECK-NEXT: call void @llvm.memset.p0.i64(ptr %m.shadow, i8 0, i64 %[[SIZE]], i1 false)
; CHECK:      store double %x.dot, ptr %m.shadow
; CHECK:      %v.dot = load double, ptr %m.shadow
; CHECK:      call void @free(ptr %m)
; CHECK-NEXT: call void @free(ptr %m.shadow)
