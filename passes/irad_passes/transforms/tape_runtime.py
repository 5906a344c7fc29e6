"""The code that the tape and parallel calls are lowered to, as LLVM text.

One atomic exchange takes an arena from the module's pool, one gives it back; a thread that finds the pool empty makes its own.
Reserving moves a pointer. When an arena is full a further chunk is linked to it, nothing moves; when it is given back, its
chunks are replaced by one block of their total size. Its children, arenas for threads of their own, stay with it.

An arena begins with a header: chunks, end of the room, size, what is held, start of the room, children, how many they are, and how far
it was filled when it was given back.
"""

from __future__ import annotations

UNIT = 8
"""Reservations are made of so many bytes, and aligned to them at least."""
_PAGE, _LINE = 4096, 64
"""What is as large as a page gets a cache line more: else arrays whose sizes are powers of two would lie at the same places of their pages,
where a processor takes a load from one for a load of what was just stored to the other."""
_HUGE = 1 << 60
_POOL = "irad.tape.pool"
_FIRST, _CHILD = 65536, 4096
"""How large an arena and a child are at first."""

RANGE = """
define internal void @irad.parallel.range(i64 %start, i64 %length, ptr %function, ptr %data) nounwind {
entry:
  %some = icmp ne i64 %length, 0
  br i1 %some, label %loop, label %done
loop:
  %k = phi i64 [ 0, %entry ], [ %next, %loop ]
  %number = add i64 %start, %k
  call void %function(i64 %number, ptr %data)
  %next = add i64 %k, 1
  %more = icmp ult i64 %next, %length
  br i1 %more, label %loop, label %done
done:
  ret void
}
"""
"""Some of the parallel calls, one after the other."""

LOOP = RANGE + """
define internal void @irad.parallel.for(i64 %count, ptr %function, ptr %data) nounwind {
  call void @irad.parallel.range(i64 0, i64 %count, ptr %function, ptr %data)
  ret void
}
"""
"""All of them, one after the other."""

RUNTIME = f"""
@{_POOL} = internal global ptr null

declare ptr @malloc(i64)
declare void @free(ptr)
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)

define internal void @irad.tape.ready(ptr %arena) nounwind {{
entry:
  %total.at = getelementptr i8, ptr %arena, i64 16
  %total = load i64, ptr %total.at
  %start = getelementptr i8, ptr %arena, i64 64
  %limit = getelementptr i8, ptr %start, i64 %total
  %limit.at = getelementptr i8, ptr %arena, i64 8
  store ptr %limit, ptr %limit.at
  %top.at = getelementptr i8, ptr %arena, i64 32
  store ptr %start, ptr %top.at
  ret void
}}

define internal noalias ptr @irad.tape.make(i64 %total) noinline nounwind {{
entry:
  %bytes = add i64 %total, 64
  %made = call ptr @malloc(i64 %bytes)
  %failed = icmp eq ptr %made, null
  br i1 %failed, label %done, label %init
init:
  call void @llvm.memset.p0.i64(ptr %made, i8 0, i64 64, i1 false)
  %total.at = getelementptr i8, ptr %made, i64 16
  store i64 %total, ptr %total.at
  call void @irad.tape.ready(ptr %made)
  br label %done
done:
  ret ptr %made
}}

define internal noalias ptr @irad.tape.acquire() noinline nounwind {{
entry:
  %pooled = atomicrmw xchg ptr @{_POOL}, ptr null acq_rel
  %empty = icmp eq ptr %pooled, null
  br i1 %empty, label %make, label %ready
make:
  %made = call ptr @irad.tape.make(i64 {_FIRST})
  br label %ready
ready:
  %arena = phi ptr [ %pooled, %entry ], [ %made, %make ]
  ret ptr %arena
}}

define internal noalias ptr @irad.tape.take(ptr %arena, i64 %size, i64 %align)
    noinline nounwind memory(argmem: readwrite, inaccessiblemem: readwrite) {{
entry:
  %top.at = getelementptr i8, ptr %arena, i64 32
  %top = load ptr, ptr %top.at
  %limit.at = getelementptr i8, ptr %arena, i64 8
  %limit = load ptr, ptr %limit.at
  %low = add i64 %align, -1
  %address = ptrtoint ptr %top to i64
  %negative = sub i64 0, %address
  %skip = and i64 %negative, %low
  %end = ptrtoint ptr %limit to i64
  %room = sub i64 %end, %address
  %odd = add i64 %size, {UNIT - 1}
  %even = and i64 %odd, -{UNIT}
  %large = icmp uge i64 %size, {_PAGE}
  %stagger = select i1 %large, i64 {_LINE}, i64 0
  %whole = add i64 %even, %stagger
  %wanted = add i64 %whole, %skip
  %huge = icmp ugt i64 %size, {_HUGE}
  %over = icmp ugt i64 %wanted, %room
  %full = or i1 %huge, %over
  br i1 %full, label %grow, label %fits
fits:
  %aligned = getelementptr i8, ptr %top, i64 %skip
  %next = getelementptr i8, ptr %aligned, i64 %whole
  store ptr %next, ptr %top.at
  ret ptr %aligned
grow:
  br i1 %huge, label %fail, label %make
make:
  %padded = add i64 %whole, %align
  %total.at = getelementptr i8, ptr %arena, i64 16
  %total = load i64, ptr %total.at
  %larger = icmp ugt i64 %padded, %total
  %capacity = select i1 %larger, i64 %padded, i64 %total
  %bytes = add i64 %capacity, 16
  %chunk = call ptr @malloc(i64 %bytes)
  %failed = icmp eq ptr %chunk, null
  br i1 %failed, label %fail, label %link
link:
  %before = load ptr, ptr %arena
  store ptr %before, ptr %chunk
  store ptr %chunk, ptr %arena
  %sum = add i64 %total, %capacity
  store i64 %sum, ptr %total.at
  %start = getelementptr i8, ptr %chunk, i64 16
  %chunk.limit = getelementptr i8, ptr %start, i64 %capacity
  store ptr %chunk.limit, ptr %limit.at
  %start.address = ptrtoint ptr %start to i64
  %start.negative = sub i64 0, %start.address
  %start.skip = and i64 %start.negative, %low
  %result = getelementptr i8, ptr %start, i64 %start.skip
  %chunk.next = getelementptr i8, ptr %result, i64 %whole
  store ptr %chunk.next, ptr %top.at
  ret ptr %result
fail:
  ret ptr null
}}

define internal ptr @irad.tape.children(ptr %arena, i64 %count) noinline nounwind {{
entry:
  %array.at = getelementptr i8, ptr %arena, i64 40
  %known.at = getelementptr i8, ptr %arena, i64 48
  %array = load ptr, ptr %array.at
  %known = load i64, ptr %known.at
  %none.yet = icmp eq ptr %array, null
  %few = icmp ult i64 %known, %count
  %short = or i1 %none.yet, %few
  br i1 %short, label %grow, label %look
grow:
  %one.more = add i64 %count, 1
  %bytes = shl i64 %one.more, 3
  %old = shl i64 %known, 3
  %larger = call ptr @malloc(i64 %bytes)
  %failed = icmp eq ptr %larger, null
  br i1 %failed, label %fail, label %copy
copy:
  call void @llvm.memset.p0.i64(ptr %larger, i8 0, i64 %bytes, i1 false)
  call void @llvm.memcpy.p0.p0.i64(ptr %larger, ptr %array, i64 %old, i1 false)
  call void @free(ptr %array)
  store ptr %larger, ptr %array.at
  store i64 %count, ptr %known.at
  br label %look
look:
  %children = phi ptr [ %array, %entry ], [ %larger, %copy ]
  br label %test
test:
  %k = phi i64 [ 0, %look ], [ %next, %ready ]
  %more = icmp ult i64 %k, %count
  br i1 %more, label %child, label %done
child:
  %child.at = getelementptr ptr, ptr %children, i64 %k
  %child.known = load ptr, ptr %child.at
  %none = icmp eq ptr %child.known, null
  br i1 %none, label %make, label %ready
make:
  %made = call ptr @irad.tape.make(i64 {_CHILD})
  store ptr %made, ptr %child.at
  %none.made = icmp eq ptr %made, null
  br i1 %none.made, label %fail, label %ready
ready:
  %next = add i64 %k, 1
  br label %test
done:
  ret ptr %children
fail:
  ret ptr null
}}

define internal void @irad.tape.each(ptr %arena, ptr %function) noinline nounwind {{
entry:
  %array.at = getelementptr i8, ptr %arena, i64 40
  %known.at = getelementptr i8, ptr %arena, i64 48
  %array = load ptr, ptr %array.at
  %known = load i64, ptr %known.at
  br label %test
test:
  %k = phi i64 [ 0, %entry ], [ %next, %settled ]
  %more = icmp ult i64 %k, %known
  br i1 %more, label %look, label %done
look:
  %child.at = getelementptr ptr, ptr %array, i64 %k
  %child = load ptr, ptr %child.at
  %none = icmp eq ptr %child, null
  br i1 %none, label %settled, label %call
call:
  %kept = call ptr %function(ptr %child)
  store ptr %kept, ptr %child.at
  br label %settled
settled:
  %next = add i64 %k, 1
  br label %test
done:
  ret void
}}

define internal ptr @irad.tape.drop(ptr %child) nounwind {{
entry:
  call void @free(ptr %child)
  ret ptr null
}}

define internal void @irad.tape.destroy(ptr %arena) noinline nounwind {{
entry:
  call void @irad.tape.each(ptr %arena, ptr @irad.tape.drop)
  %array.at = getelementptr i8, ptr %arena, i64 40
  %array = load ptr, ptr %array.at
  call void @free(ptr %array)
  call void @free(ptr %arena)
  ret void
}}

define internal ptr @irad.tape.settle(ptr %arena) noinline nounwind {{
entry:
  %held.at = getelementptr i8, ptr %arena, i64 24
  %held = load ptr, ptr %held.at
  br label %holding
holding:
  %record = phi ptr [ %held, %entry ], [ %next, %drop ]
  %none = icmp eq ptr %record, null
  br i1 %none, label %dropped, label %drop
drop:
  %object.at = getelementptr i8, ptr %record, i64 8
  %object = load ptr, ptr %object.at
  %function.at = getelementptr i8, ptr %record, i64 16
  %function = load ptr, ptr %function.at
  %next = load ptr, ptr %record
  call void %function(ptr %object)
  br label %holding
dropped:
  store ptr null, ptr %held.at
  %chunks = load ptr, ptr %arena
  %single = icmp eq ptr %chunks, null
  br i1 %single, label %again, label %free
again:
  %top.at = getelementptr i8, ptr %arena, i64 32
  %top = load ptr, ptr %top.at
  %last.at = getelementptr i8, ptr %arena, i64 56
  store ptr %top, ptr %last.at
  call void @irad.tape.ready(ptr %arena)
  ret ptr %arena
free:
  %chunk = phi ptr [ %chunks, %dropped ], [ %before, %free ]
  %before = load ptr, ptr %chunk
  call void @free(ptr %chunk)
  %last = icmp eq ptr %before, null
  br i1 %last, label %join, label %free
join:
  store ptr null, ptr %arena
  %total.at = getelementptr i8, ptr %arena, i64 16
  %total = load i64, ptr %total.at
  %array.at = getelementptr i8, ptr %arena, i64 40
  %array = load ptr, ptr %array.at
  %known.at = getelementptr i8, ptr %arena, i64 48
  %known = load i64, ptr %known.at
  %childless = icmp eq ptr %array, null
  br i1 %childless, label %early, label %late
early:
  call void @free(ptr %arena)
  %renewed = call ptr @irad.tape.make(i64 %total)
  ret ptr %renewed
late:
  %fresh = call ptr @irad.tape.make(i64 %total)
  %failed = icmp eq ptr %fresh, null
  br i1 %failed, label %lost, label %move
move:
  %fresh.array = getelementptr i8, ptr %fresh, i64 40
  store ptr %array, ptr %fresh.array
  %fresh.known = getelementptr i8, ptr %fresh, i64 48
  store i64 %known, ptr %fresh.known
  call void @free(ptr %arena)
  ret ptr %fresh
lost:
  call void @irad.tape.destroy(ptr %arena)
  ret ptr null
}}

define internal void @irad.tape.release(ptr %arena) noinline nounwind {{
entry:
  call void @irad.tape.each(ptr %arena, ptr @irad.tape.settle)
  %kept = call ptr @irad.tape.settle(ptr %arena)
  %lost = icmp eq ptr %kept, null
  br i1 %lost, label %done, label %give
give:
  %other = atomicrmw xchg ptr @{_POOL}, ptr %kept acq_rel
  %alone = icmp eq ptr %other, null
  br i1 %alone, label %done, label %spare
spare:
  call void @irad.tape.destroy(ptr %other)
  br label %done
done:
  ret void
}}
"""
