"""Each kind of broken module is refused, by name of the stage, the function and what is wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from irad_passes.errors import VerificationError
from irad_passes.ir import types as T
from irad_passes.ir.builder import Builder
from irad_passes.ir.model import Argument, Block, Function, Instruction, Module, const
from irad_passes.ir.read import read
from irad_passes.ir.verify import verify
from irad_passes.ir.write import write

TEXT = """
define double @f(double %x, i1 %c) {
entry:
  %a = fadd double %x, %x
  br i1 %c, label %left, label %join
left:
  br label %join
join:
  %p = phi double [ %a, %entry ], [ %x, %left ]
  %r = fsub double %p, %a
  ret double %r
}
define void @g(double %z) {
  ret void
}
"""


def without_terminator(f: Function) -> None:
    f.blocks[2].terminator.erase()


def second_terminator(f: Function) -> None:
    f.blocks[1].insert(0, Instruction("unreachable", T.VOID))


def empty_block(f: Function) -> None:
    f.add_block("empty")


def phi_behind_others(f: Function) -> None:
    p, r, _ = f.blocks[2].instructions
    f.blocks[2].instructions[:2] = [r, p]


def missing_edge(f: Function) -> None:
    f.blocks[2].phis[0].remove_incoming(f.blocks[1])


def edge_too_many(f: Function) -> None:
    f.blocks[2].phis[0].add_incoming(const(T.DOUBLE, 0.0), f.blocks[1])


def edge_of_another_block(f: Function) -> None:
    f.blocks[2].phis[0].blocks[1] = f.blocks[2]


def erased_operand(f: Function) -> None:
    f.entry.instructions[0].erase()


def operand_of_another_function(f: Function) -> None:
    f.blocks[2].instructions[1].set_operand(0, Argument(T.DOUBLE, "z"))


def target_of_another_function(f: Function) -> None:
    f.blocks[1].terminator.blocks[0] = Block("elsewhere")


def use_not_recorded(f: Function) -> None:
    f.blocks[2].instructions[1].operands[0] = f.arguments[0]


def use_that_is_not(f: Function) -> None:
    f.arguments[0].users.append(f.blocks[2].instructions[1])


def wrong_parent(f: Function) -> None:
    f.entry.instructions[0].parent = f.blocks[1]


def wrong_function(f: Function) -> None:
    f.blocks[1].parent = None


def no_name(f: Function) -> None:
    f.entry.instructions[0].name = ""


BREAKS: dict[Callable[[Function], None], str] = {
    without_terminator: "block join does not end with a terminator",
    second_terminator: "in the middle of block left",
    empty_block: "block empty does not end with a terminator",
    phi_behind_others: "is not at the start of block join",
    missing_edge: "in block join does not match the predecessors entry, left",
    edge_too_many: "in block join does not match the predecessors entry, left",
    edge_of_another_block: "in block join does not match the predecessors entry, left",
    erased_operand: "is not in the function",
    operand_of_another_function: "double %z, used by",
    target_of_another_function: "block left goes to elsewhere, which is not in the function",
    use_not_recorded: "such users",
    use_that_is_not: "but it has 1 such users",
    wrong_parent: "in block entry has another parent",
    wrong_function: "block left has another parent",
    no_name: "in block entry has no name",
}


@pytest.fixture
def module() -> Module:
    return read(TEXT)


@pytest.mark.parametrize("break_", BREAKS, ids=lambda f: f.__name__)
def test_structure(module: Module, break_: Callable[[Function], None]) -> None:
    verify(module)
    break_(module.functions["f"])
    with pytest.raises(VerificationError) as caught:
        verify(module, "reverse")
    assert str(caught.value).startswith("invalid IR behind reverse: @f: ")
    assert BREAKS[break_] in str(caught.value)
    assert "@f" in caught.value.text


def test_one_predecessor_twice_takes_two_entries() -> None:
    verify(read("define i32 @f(i1 %c) {\n  br i1 %c, label %a, label %a\na:\n  %p = phi i32 [ 1, %0 ], [ 1, %0 ]\n  ret i32 %p\n}"))


def test_what_only_llvm_sees(module: Module) -> None:
    f = module.functions["f"]
    early = Builder(f.entry, 0).fadd(f.arguments[0], f.entry.instructions[0], "early")
    with pytest.raises(VerificationError, match="behind forward: Instruction does not dominate all uses") as caught:
        verify(module, "forward")
    assert early.name == "early" and caught.value.text == write(module)


def test_what_llvm_cannot_parse(module: Module) -> None:
    module.functions["f"].suffix = "nonsense"
    with pytest.raises(VerificationError, match="invalid IR: LLVM IR parsing error") as caught:
        verify(module)
    assert "nonsense" in caught.value.text
