"""Numba's thread pool, for derivatives: parallel calls (`irad_passes.rules.memory.PARALLEL`) run on the threads that ``parallel=True``
runs on, as many as ``NUMBA_NUM_THREADS`` and ``numba.set_num_threads`` say.

The pool of the workqueue layer serves one thread, and one call at a time: the first thread of the process uses it, on all other threads,
and so inside of parallel loops, calls run one after the other.
"""

from __future__ import annotations

import ctypes
import threading

import llvmlite.binding as llvm
from numba.np.ufunc import parallel

from irad_passes.transforms.tape_runtime import RANGE

_OWNER = ctypes.c_uint64(0)
"""The only thread that may use the pool; 0 where all may."""

_IDENT = f"i{8 * ctypes.sizeof(ctypes.c_ulong)}"

LOOP = f"""{RANGE}
@irad_pool_owner = external global i64

declare i64 @get_num_threads()
declare {_IDENT} @PyThread_get_thread_ident()
declare i32 @PyGILState_Ensure()
declare void @PyGILState_Release(i32)
declare ptr @PyEval_SaveThread()
declare void @PyEval_RestoreThread(ptr)
declare void @numba_parallel_for(ptr, ptr, ptr, ptr, ptr, i64, i64, i64)

define internal void @irad.parallel.for(i64 %count, ptr %function, ptr %data) nounwind {{
entry:
  %several = icmp ugt i64 %count, 1
  br i1 %several, label %ask, label %alone
ask:
  %owner = load i64, ptr @irad_pool_owner
  %free = icmp eq i64 %owner, 0
  br i1 %free, label %threads, label %compare
compare:
  %self = call {_IDENT} @PyThread_get_thread_ident()
  %owner.ident = load {_IDENT}, ptr @irad_pool_owner
  %mine = icmp eq {_IDENT} %self, %owner.ident
  br i1 %mine, label %threads, label %alone
threads:
  %number = call i64 @get_num_threads()
  %spread = icmp sgt i64 %number, 1
  br i1 %spread, label %pool, label %alone
pool:
  %task = alloca [2 x ptr]
  %first = alloca ptr
  %length = alloca i64
  %step = alloca i64
  %second.at = getelementptr ptr, ptr %task, i64 1
  store ptr %function, ptr %task
  store ptr %data, ptr %second.at
  store ptr null, ptr %first
  store i64 %count, ptr %length
  store i64 1, ptr %step
  %gil = call i32 @PyGILState_Ensure()
  %saved = call ptr @PyEval_SaveThread()
  call void @numba_parallel_for(ptr @irad.parallel.some, ptr %first, ptr %length, ptr %step, ptr %task, i64 0, i64 1, i64 %number)
  call void @PyEval_RestoreThread(ptr %saved)
  call void @PyGILState_Release(i32 %gil)
  ret void
alone:
  call void @irad.parallel.range(i64 0, i64 %count, ptr %function, ptr %data)
  ret void
}}

define internal void @irad.parallel.some(ptr %firsts, ptr %lengths, ptr %steps, ptr %task) nounwind {{
entry:
  %first = load ptr, ptr %firsts
  %start = ptrtoint ptr %first to i64
  %length = load i64, ptr %lengths
  %function = load ptr, ptr %task
  %data.at = getelementptr ptr, ptr %task, i64 1
  %data = load ptr, ptr %data.at
  call void @irad.parallel.range(i64 %start, i64 %length, ptr %function, ptr %data)
  ret void
}}
"""
"""The loop of parallel calls: the pool calls ``some`` with the number of its first call, as the address of its argument."""


def start() -> None:
    """Start Numba's threads, as compiling a function with ``parallel=True`` does, and let compiled code find them."""
    parallel._launch_threads()
    alone = parallel.threading_layer() == "workqueue"
    _OWNER.value = (threading.main_thread().ident or 0) if alone else 0
    llvm.add_symbol("irad_pool_owner", ctypes.addressof(_OWNER))
