"""What a row is. The rows are in `arithmetic`, `intrinsics` and `libm`; `table.lookup` finds them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from irad_passes.ir.builder import Builder
from irad_passes.ir.model import Instruction, Value
from irad_passes.rules.emit import literal
from irad_passes.rules.val import Key, Leaf, Operand, Val, evaluate, keys

EVERYWHERE, POSITIVE = (-3.0, 3.0), (0.1, 5.0)
"""Usual domains."""


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """What the engine knows about an instruction or a callee. Rows about memory and calls derive from this too."""


@dataclass(frozen=True, slots=True, eq=False)
class ScalarRule(Rule):
    """A function of floats, lane by lane in vectors, and its partial derivatives.

    Parameters
    ----------
    name : str
        Opcode, intrinsic without ``llvm.`` and type, or libm's name for doubles.
    partials : callable
        From the operands and the result ``ans`` to one partial for each operand; 0.0 for an integer operand.
    domain : tuple of (low, high)
        For each operand, where the tests try it; integers for an integer operand.
    singular : bool
        A partial may be inf or nan for operands at which the function is defined, or at the edge of its domain: there an adjoint
        that is exactly zero contributes exactly zero.
    kink : bool
        The function has points at which its slope or its value jumps.
    function : callable, optional
        The function in terms of others, for the tests, where computer algebra has none of this name.
    unproved : str
        Why computer algebra cannot prove the row.
    """

    name: str
    partials: Callable[..., tuple[Operand, ...]]
    domain: tuple[tuple[float, float], ...] = (EVERYWHERE,)
    singular: bool = False
    kink: bool = False
    function: Callable[..., Operand] | None = None
    unproved: str = ""

    @property
    def arity(self) -> int:
        return len(self.domain)

    def operands(self, instruction: Instruction) -> tuple[int, ...]:
        """Indices of the operands that can carry a derivative."""
        return tuple(i for i in range(self.arity) if instruction.operands[i].type.is_float)

    def expression(self, index: int) -> Operand:
        """The partial with respect to operand ``index``, as a tree or a number."""
        return _expressions(self)[index]

    def needs(self, index: int) -> frozenset[Key]:
        """Which primal operands, by index, and whether the result ("ans") the partial with respect to operand ``index`` reads."""
        return _needs(self)[index]

    def partial(self, index: int, builder: Builder, operands: Sequence[Value | None], ans: Value | None) -> Value | float:
        """Emit the partial with respect to operand ``index``, and nothing for the others.

        Returns
        -------
        Value or float
            Of the type of the result; a Python float where the partial is the same number in every lane.
        """
        given: dict[Key, Value] = {i: value for i, value in enumerate(operands) if value is not None}
        if ans is not None:
            given["ans"] = ans
        real = next((value.type for value in given.values() if value.type.is_float), None)
        assert real is not None or not self.needs(index)
        leaves = {key: Val(builder, given[key], real) for key in self.needs(index)} if real is not None else {}
        result = evaluate(self.expression(index), leaves)
        if not isinstance(result, Val):
            assert isinstance(result, (int, float))
            return float(result)
        number = literal(result.value)
        return result.value if number is None else number


@cache
def _expressions(rule: ScalarRule) -> tuple[Operand, ...]:
    """Run the row's lambda, once for all."""
    partials = rule.partials(*map(Leaf, range(rule.arity)), Leaf("ans"))
    assert len(partials) == rule.arity, f"row {rule.name}: {len(partials)} partials, {rule.arity} operands"
    return partials


@cache
def _needs(rule: ScalarRule) -> tuple[frozenset[Key], ...]:
    return tuple(map(keys, _expressions(rule)))
