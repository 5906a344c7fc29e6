"""Separate the returns that report an error from the one that reports success.

Optimisers merge all returns into one block whose phi says which status it is; a derivative treats the two kinds of paths
differently. `analysis.cfg.abort_blocks` says which is which afterwards.
"""

from __future__ import annotations

from collections.abc import Hashable

from irad_passes.analysis.cfg import SUCCESS, Cfg, cfg, is_failure
from irad_passes.ir.builder import Builder
from irad_passes.ir.model import Block, Constant, Function, Instruction, Value, const

_SUCCESS = "success"


def split_returns(function: Function) -> None:
    """Make one block return each success of the status that ``function`` returns, and no block both a success and an error.

    Where the status is a phi, the block is duplicated for each error; where it is a select, control flow takes its place. A
    status of which nothing is known stays with the success.
    """
    while _split_one(function):
        pass
    merge_returns(function, status=True)


def merge_returns(function: Function, status: bool) -> None:
    """Leave one block that returns; with ``status``, besides those that return an error."""
    graph = cfg(function)
    returns = [block.terminator for block in graph.order if block.terminator.opcode == "ret"]
    if status:
        returns = [ret for ret in returns if not is_failure(ret.operands[0], ret.block, graph.predecessors)]
    if len(returns) < 2:
        return
    last = function.add_block("exit")
    result = None
    if returns[0].operands:
        phi = Builder(last).phi(returns[0].operands[0].type, "result")
        for ret in returns:
            phi.add_incoming(ret.operands[0], ret.block)
        result = _simplified(phi)
    Builder(last).ret(result)
    for ret in returns:
        block = ret.block
        ret.erase()
        Builder(block).br(last)


def _split_one(function: Function) -> bool:
    """Make one change towards separate returns; whether there was one to make."""
    graph = cfg(function)
    return any(_separate(block, block.terminator.operands[0], graph) for block in graph.order if block.terminator.opcode == "ret")


def _separate(block: Block, value: Value, graph: Cfg) -> bool:
    """Separate success from errors where ``block`` hands on the status ``value``, or above it; whether something changed."""
    if not isinstance(value, Instruction):
        return False
    if value.parent is not block:
        edges: list[tuple[Value, Block]] = [(value, above) for above in graph.predecessors[block]]
    else:
        alternatives = _alternatives(value)
        if alternatives is not None:
            return _branch(block, value, alternatives)
        if value.opcode != "phi":
            return False
        edges = list(zip(value.operands, value.blocks, strict=True))
    if not _is_tail(block):
        return False
    if value.parent is block and any(_separate(above, operand, graph) for operand, above in edges):
        return True
    kinds: dict[Hashable, list[Block]] = {}
    for operand, above in edges:
        kinds.setdefault(_kind(operand, above, block, graph), []).append(above)
    if len(kinds) < 2:
        return False
    keep = _SUCCESS if _SUCCESS in kinds else next(iter(kinds))
    for kind, above_all in kinds.items():
        if kind != keep:
            _duplicate(block, list(dict.fromkeys(above_all)))
    for phi in block.phis:
        if phi is value:
            _simplified(phi)
    return True


def _kind(status: Value, above: Block, block: Block, graph: Cfg) -> Hashable:
    """What the status says on the edge from ``above`` to ``block``: success, an error code, or an error that is not constant."""
    if isinstance(status, Constant):
        return status.int_value if is_failure(status, above, graph.predecessors) else _SUCCESS
    # The edge itself may be the one that says so: see it as a block's only way in.
    return above if is_failure(status, block, {**graph.predecessors, block: [above]}) else _SUCCESS


def _alternatives(value: Instruction) -> tuple[Value, Value] | None:
    """What an instruction that chooses a status chooses from, if one of them is an error and they differ in kind."""
    if value.opcode == "select":
        found = value.operands[1], value.operands[2]
    elif value.opcode == "zext" and value.operands[0].type.text == "i1":
        found = const(value.type, 1), const(value.type, 0)
    else:
        return None
    codes = [v.int_value if isinstance(v, Constant) else 0 for v in found]
    return found if any(c not in SUCCESS for c in codes) and codes[0] != codes[1] else None


def _branch(block: Block, choice: Instruction, alternatives: tuple[Value, Value]) -> bool:
    """Let control flow choose the status behind ``block``, where only its return or phis of one successor use it."""
    function, terminator = block.function, block.terminator
    users = [user for user in choice.users if user is not terminator]
    targets = {user.block for user in users}
    returns = terminator.opcode == "ret"
    if any(user.opcode != "phi" for user in users) or len(targets) != (not returns) or not targets <= set(terminator.blocks):
        return False
    condition, place = choice.operands[0], block
    sides = [function.add_block(f"{block.name}.{side}") for side in ("then", "else")]
    if returns:
        for side, value in zip(sides, alternatives, strict=True):
            Builder(side).ret(value)
        terminator.erase()
    else:
        (target,) = targets
        if terminator.operands:
            place = function.add_block(f"{block.name}.edge")
            terminator.blocks = [place if b is target else b for b in terminator.blocks]
        else:
            terminator.erase()
        condition = _at(place, condition, block)
        for phi in target.phis:
            value = phi.incoming(block)
            _remove_edge(phi, block)
            values = alternatives if value is choice else [_at(place, value, block)] * 2
            for side, chosen in zip(sides, values, strict=True):
                phi.add_incoming(chosen, side)
        for side in sides:
            Builder(side).br(target)
    Builder(place).cond_br(condition, sides[0], sides[1])
    choice.erase()
    return True


def _at(place: Block, value: Value, above: Block) -> Value:
    """``value`` of ``above`` in its successor ``place``, through a phi: ``place`` may be outside of a loop that ``above`` is in."""
    if place is above or not isinstance(value, Instruction):
        return value
    phi = Builder(place).phi(value.type, value.name)
    phi.add_incoming(value, above)
    return phi


def _is_tail(block: Block) -> bool:
    """Whether ``block`` can be duplicated: it returns or goes on to one block, which takes what it needs of it through phis."""
    if block.terminator.opcode != "ret" and (block.terminator.opcode != "br" or block.terminator.operands):
        return False
    return all(user.parent is block or (user.opcode == "phi" and user.parent in block.successors)
               for i in block.instructions for user in i.users)


def _duplicate(block: Block, edges: list[Block]) -> None:
    """Give the predecessors ``edges`` a copy of ``block`` of their own."""
    copy = block.function.add_block(block.name)
    new: dict[Value, Value] = {}
    for i in block.instructions:
        if i.opcode == "phi":
            phi = Builder(copy, len(copy.instructions)).insert(Instruction("phi", i.type), i.name)
            for above in edges:
                phi.add_incoming(i.incoming(above), above)
                _remove_edge(i, above)
            new[i] = phi if any(isinstance(operand, Instruction) for operand in phi.operands) else _simplified(phi)
        else:
            clone = Instruction(i.opcode, i.type, [new.get(o, o) for o in i.operands], flags=i.flags, blocks=i.blocks,
                                extra=dict(i.extra), suffix=i.suffix)
            new[i] = Builder(copy).insert(clone, i.name)
    for above in edges:
        above.terminator.blocks = [copy if b is block else b for b in above.terminator.blocks]
    for successor in dict.fromkeys(block.successors):
        for phi in successor.phis:
            value = phi.incoming(block)
            phi.add_incoming(new.get(value, value), copy)


def _remove_edge(phi: Instruction, above: Block) -> None:
    """Take all entries for ``above`` out of ``phi``: there are several where a switch goes to its block several times."""
    while above in phi.blocks:
        phi.remove_incoming(above)


def _simplified(phi: Instruction) -> Value:
    """What ``phi`` always is, in its place, where it only takes one constant; else itself."""
    first = phi.operands[0]
    if not all(isinstance(o, Constant) and isinstance(first, Constant) and o.text == first.text for o in phi.operands):
        return phi
    phi.replace_all_uses_with(first)
    phi.erase()
    return first
