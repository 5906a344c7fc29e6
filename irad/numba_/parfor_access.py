"""Which elements of which arrays an iteration of one of Numba's parallel loops touches: those at its own number, or near it."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from numba.core import ir, types
from numba.core.errors import NotDefinedError
from numba.core.ir_utils import find_const, guard
from numba.parfors.parfor import Parfor

_SHAPE = ("shape", "ndim", "size", "dtype", "itemsize")


@dataclass(frozen=True)
class Access:
    """What a parallel loop does to the arrays that it is given, cut along its outermost dimension.

    Attributes
    ----------
    private
        Arrays of which no two iterations touch the same element.
    near
        Arrays of which two iterations touch the same element only if they are no more than ``reach`` apart.
    written
        Arrays that are seen to be written. Functions that are called may write others.
    lowest
        The least distance from the number of an iteration to that of an element that it touches. All that holds where no sum of the two
        is negative: element -1 is the last one.
    """

    private: frozenset[str]
    near: frozenset[str]
    written: frozenset[str]
    reach: int
    lowest: int


Place = tuple[int, int]
"""Which dimension the number of the iteration selects in, and what is added to it."""


def statements(loop: Any) -> Iterator[Any]:
    """All that is in the body of a parallel loop, and in the parallel loops in it."""
    for block in loop.loop_body.values():
        for statement in block.body:
            if isinstance(statement, Parfor):
                yield from statement.init_block.body
                yield from statements(statement)
            else:
                yield statement


def carried(loop: Any) -> set[str]:
    """Variables that an iteration takes from before the loop, or from the iteration before it, and assigns: other than reductions, and
    reductions of which anything is read but by what adds to them."""
    body = list(statements(loop))
    assigned = {s.target.unversioned_name for s in body if isinstance(s, ir.Assign)}
    reductions = {_plain(loop, name) for name in loop.redvars}
    readers: dict[str, list[Any]] = {}
    for statement in body:
        if not isinstance(statement, ir.Del):
            for variable in _read(statement):
                readers.setdefault(variable.name, []).append(statement)

    def adds(statement: Any, own: str) -> bool:
        """Whether all that becomes of what a statement computes is a new value of the reduction."""
        if not isinstance(statement, ir.Assign):
            return False
        if statement.target.unversioned_name == own:
            return True
        return all(isinstance(user, ir.Assign) and isinstance(user.value, ir.Var) and user.target.unversioned_name == own
                   for user in readers.get(statement.target.name, ()))

    read = {own for name, users in readers.items() if (own := _plain(loop, name)) in reductions and not all(adds(s, own) for s in users)}
    return (assigned & {_plain(loop, name) for name in loop.params} - reductions) | read


def _read(statement: Any) -> list[Any]:
    """The variables that a statement reads."""
    if not isinstance(statement, ir.Assign):
        return list(statement.list_vars())
    return [statement.value] if isinstance(statement.value, ir.Var) else list(statement.value.list_vars()) if isinstance(
        statement.value, ir.Expr) else []


def _plain(loop: Any, name: str) -> str:
    """A variable's name in Python, without the number of its version."""
    try:
        return str(loop.init_block.scope.get_exact(name).unversioned_name)
    except NotDefinedError:
        return name


def access(loop: Any, typemap: dict[str, Any], function: Any) -> Access:
    """Look at all that is done with the arrays in the body of ``loop``, a part of ``function``."""
    start = loop.loop_nests[0].start
    known = guard(find_const, function, start) if isinstance(start, ir.Var) else start
    private: set[str] = set()
    near: set[str] = set()
    offsets = {0}
    for name, places in _places(loop, typemap).items():
        if None in places or not isinstance(typemap[name], types.Array):
            continue
        found = {place for place in places if place is not None}
        distances = {distance for _, distance in found}
        if len({dimension for dimension, _ in found}) > 1 or (isinstance(known, int) and known + min(distances, default=0) < 0):
            continue
        offsets |= distances
        (private if len(distances) <= 1 else near).add(name)
    written = frozenset(s.target.name for s in statements(loop) if isinstance(s, (ir.SetItem, ir.StaticSetItem))) & set(loop.params)
    return Access(frozenset(private), frozenset(near), written, max(offsets) - min(offsets), min(offsets))


def _places(loop: Any, typemap: dict[str, Any]) -> dict[str, set[Place | None]]:
    """Where the body touches the arrays that the loop is given: None where that is not known, or they are used in another way."""
    body = list(statements(loop))
    places = _Index(loop.loop_nests[0].index_variable.name, body, typemap)
    used: dict[str, set[Place | None]] = {name: set() for name in loop.params}
    for statement in body:
        if isinstance(statement, ir.Del):
            continue
        base, names = None, {variable.name for variable in statement.list_vars()}
        if isinstance(statement, ir.SetItem):
            base, at, names = statement.target.name, statement.index.name, {statement.index.name, statement.value.name}
        elif isinstance(statement, ir.Assign) and isinstance(statement.value, ir.Expr):
            value = statement.value
            names = {variable.name for variable in value.list_vars()}
            if value.op == "getitem":
                base, at, names = value.value.name, value.index.name, {value.index.name}
            elif value.op == "getattr" and value.attr in _SHAPE:
                names = set()
        if base in used:
            used[base].add(places.of(at))
        for name in names & used.keys():
            used[name].add(None)
    return used


class _Index:
    """Finds the number of the iteration in what arrays are indexed with."""

    def __init__(self, index: str, body: list[Any], typemap: dict[str, Any]) -> None:
        self._index, self._typemap = index, typemap
        self._made: dict[str, list[Any]] = {}
        for statement in body:
            if isinstance(statement, ir.Assign):
                self._made.setdefault(statement.target.name, []).append(statement.value)

    def of(self, name: str) -> Place | None:
        """The place of an index."""
        distance = self._distance(name)
        if distance is not None:
            return 0, distance
        value = self._value(name)
        if isinstance(value, ir.Var):
            return self.of(value.name)
        if isinstance(value, ir.Expr) and value.op == "build_tuple":
            for dimension, item in enumerate(value.items):
                distance = self._distance(item.name)
                if distance is not None:
                    return dimension, distance
                if not isinstance(self._typemap[item.name], (types.Integer, types.SliceType)):
                    return None
        return None

    def _value(self, name: str) -> Any:
        """What a variable is assigned, where that is one thing."""
        values = self._made.get(name, ())
        return values[0] if len(values) == 1 else None

    def _distance(self, name: str) -> int | None:
        """What is added to the number of the iteration to get an integer."""
        if name == self._index:
            return 0 if name not in self._made else None
        value = self._value(name)
        if isinstance(value, ir.Var):
            return self._distance(value.name)
        if not isinstance(value, ir.Expr) or value.op != "binop" or not isinstance(self._typemap[name], types.Integer):
            return None
        left, right = self._distance(value.lhs.name), self._number(value.rhs.name)
        if value.fn is operator.add and (left is None or right is None):
            left, right = self._distance(value.rhs.name), self._number(value.lhs.name)
        if left is None or right is None or value.fn not in (operator.add, operator.sub):
            return None
        return left + right if value.fn is operator.add else left - right

    def _number(self, name: str) -> int | None:
        value = self._value(name)
        found = value.value if isinstance(value, (ir.Const, ir.Global, ir.FreeVar)) else None
        return found if type(found) is int and abs(found) < 1 << 20 else None
