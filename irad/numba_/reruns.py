"""Python in a function that runs several times from the same arguments: it runs once, and gives the other runs what it gave the first.

Blocks of Python may draw random numbers, read a clock or a file: nobody can put that back, as `irad.numba_.repeat` does with what compiled
code writes. All runs take the same path, so they come to the same blocks in the same order.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numba.core import cgutils, types

from irad.errors import UnsupportedError
from irad.numba_.glue import Glue

_CONSTANT = (bool, int, float, complex, str, bytes, range, type(None))


class Record:
    """What the blocks gave that the first run came to: their results, and what they left in arrays."""

    def __init__(self) -> None:
        self._found: list[tuple[Any, list[Any]]] = []
        self._next = 0

    def begin(self) -> None:
        """A run begins, on this thread."""
        self._next = 0
        _RUNS.records.append(self)

    def end(self) -> None:
        """It is over."""
        _RUNS.records.remove(self)

    def result(self, block: Callable[..., Any], args: Sequence[Any], outer: Sequence[Record]) -> Any:
        """The result of the next block: as it was, or from the block."""
        filled = list(_arrays(args))
        if self._next == len(self._found):
            found = called(block, args, outer)
            self._found.append(copy.deepcopy((found, filled)))
        else:
            found, contents = copy.deepcopy(self._found[self._next])
            for array, content in zip(filled, contents, strict=True):
                if array.flags.writeable:
                    array[...] = content
        self._next += 1
        return found


class _Runs(threading.local):
    """The runs that a thread is in, outermost first."""

    def __init__(self) -> None:
        self.records: list[Record] = []


_RUNS = _Runs()


def called(block: Callable[..., Any], args: Sequence[Any], records: Sequence[Record] | None = None) -> Any:
    """What a block gives in the runs of ``records``, by default those that the thread is in."""
    records = _RUNS.records if records is None else records
    if records:
        return records[-1].result(block, args, records[:-1])
    _RUNS.records, before = [], _RUNS.records  # what the block itself calls is none of theirs
    try:
        return block(*args)
    finally:
        _RUNS.records = before


def _arrays(values: Sequence[Any]) -> Iterator[Any]:
    """The arrays that a block gets.

    Raises
    ------
    UnsupportedError
        It gets something else that it may change.
    """
    for value in values:
        if isinstance(value, (tuple, list, set)):
            yield from _arrays(tuple(value))
        elif isinstance(value, np.ndarray):
            yield value
        elif not isinstance(value, (*_CONSTANT, np.generic)) or isinstance(value, np.void):
            raise UnsupportedError(f"a `with objmode` block gets a {type(value).__name__}, which it may change, in a function that runs "
                                   f"once for each row or column of its derivative. Give it numbers, arrays, strings or tuples, or use "
                                   f"irad.jvp or irad.vjp.")


# Code

def record(glue: Glue) -> None:
    """Write that the entry makes a record of its own: that of all runs which it begins."""
    context, builder = glue.context, glue.builder
    api, manager = context.get_python_api(builder), context.get_env_manager(builder)
    gil = api.gil_ensure()
    made = api.call_function_objargs(manager.read_const(manager.add_const(Record)), [])
    failed = cgutils.is_null(builder, made)
    with builder.if_then(builder.not_(failed)):
        owner = cgutils.alloca_once_value(builder, cgutils.get_null_value(cgutils.voidptr_t))
        builder.store(api.nrt_meminfo_new_from_pyobject(builder.bitcast(made, cgutils.voidptr_t), made), owner)
        api.decref(made)
    api.gil_release(gil)
    with glue.failing(failed):
        context.call_conv.return_exc(builder)
    glue.keep(types.MemInfoPointer(types.voidptr), builder.load(owner))
    glue.record = made


@contextmanager
def run(glue: Glue) -> Iterator[None]:
    """Within it, code is one of the runs that share the entry's record, where it has one."""
    if glue.record is not None:
        _tell(glue, Record.begin)
    yield
    if glue.record is not None:
        _tell(glue, Record.end)


def _tell(glue: Glue, method: Callable[[Record], None]) -> None:
    api, manager = glue.context.get_python_api(glue.builder), glue.context.get_env_manager(glue.builder)
    gil = api.gil_ensure()
    with api.err_push():  # the run may have raised
        api.decref(api.call_function_objargs(manager.read_const(manager.add_const(method)), [glue.record]))
    api.gil_release(gil)
