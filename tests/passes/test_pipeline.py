"""The engine end to end, without Numba: LLVM text to machine code of its derivatives, against complex steps of Python twins."""

from __future__ import annotations

import sys
from functools import cache
from typing import Any

import numpy as np
import pytest

from irad_passes.errors import Unsupported
from irad_passes.pipeline import differentiate, lower
from irad_passes.request import Activity, Mode, Parameter, Request
from tests.passes.native import Native
from tests.passes.twins import FOLDER, PROGRAMS, Program

VECTORS = {"vectors"}
"""The programs that compute with vectors themselves."""
STEP = 1e-30
"""So small that its square is lost: the imaginary part is the derivative, but for rounding."""


def is_active(argument: Any) -> bool:
    return isinstance(argument, float) or (isinstance(argument, np.ndarray) and argument.dtype.kind == "f")


def parameter(argument: Any) -> Parameter:
    if isinstance(argument, np.ndarray):
        return Parameter(Activity.DUPLICATED if is_active(argument) else Activity.CONST)
    return Parameter(Activity.ACTIVE if is_active(argument) else Activity.CONST)


@cache
def derivative(text: str, mode: Mode, parameters: tuple[Parameter, ...], width: int = 1) -> Native:
    answer = differentiate(text, Request("f", mode, parameters, "df", status=False, width=width))
    return Native(lower(answer.text), "df")


def compiled(program: Program, mode: Mode) -> Native:
    return derivative(program.text, mode, tuple(map(parameter, program.arguments)))


def numbers(result: Any) -> np.ndarray:
    return np.atleast_1d(np.asarray([] if result is None else result))


def push(program: Program, direction: list[Any]) -> tuple[np.ndarray, np.ndarray, list[Any], list[Any]]:
    """Result and derivative in ``direction`` of the twin; then the same for what it leaves in its arrays."""
    arguments = [a if d is None else a + 1j * STEP * d for a, d in zip(program.arguments, direction, strict=True)]
    result = numbers(program.twin(*arguments))
    arrays = [a for a in arguments if isinstance(a, np.ndarray) and a.dtype.kind == "c"]
    return result.real, np.imag(result) / STEP, [a.real for a in arrays], [a.imag / STEP for a in arrays]


def tolerance(program: Program) -> float:
    """1000 roundings: the programs do some hundred operations, all well conditioned."""
    return 1000 * (np.finfo(np.float32).eps if program.name == "single" else np.finfo(np.float64).eps)


def like(argument: Any, rng: np.random.Generator) -> Any:
    """A random tangent or adjoint; None for what has none."""
    if not is_active(argument):
        return None
    return rng.normal(size=argument.shape).astype(argument.dtype) if isinstance(argument, np.ndarray) else rng.normal()


def copied(argument: Any) -> Any:
    return argument.copy() if isinstance(argument, np.ndarray) else argument


def flat(pairs: list[tuple[Any, Any]]) -> list[Any]:
    """Arguments, each with its companion behind it."""
    return [v for pair in pairs for v in pair if v is not None]


def pull(program: Program, seed: np.ndarray, outgoing: list[np.ndarray]) -> list[np.ndarray]:
    """The adjoint of each active argument, one complex step for each of its entries."""
    found = []
    for at, argument in enumerate(program.arguments):
        if is_active(argument):
            adjoint = np.zeros(np.size(argument))
            for k in range(adjoint.size):
                unit = np.zeros(adjoint.size)
                unit[k] = 1.0
                direction = [None if not is_active(a) else unit if i == at and np.ndim(a) else float(i == at) if not np.ndim(a) else a * 0
                             for i, a in enumerate(program.arguments)]
                _, y_dot, _, after_dot = push(program, direction)
                adjoint[k] = seed @ y_dot + sum(a @ b for a, b in zip(outgoing, after_dot, strict=True))
            found.append(adjoint)
    return found


@pytest.mark.parametrize("program", PROGRAMS, ids=str)
def test_forward(program: Program) -> None:
    rng = np.random.default_rng(1)
    direction = [like(a, rng) for a in program.arguments]
    given = [(copied(a), copied(d)) for a, d in zip(program.arguments, direction, strict=True)]
    result = compiled(program, Mode.FORWARD)(*flat(given))
    y, y_dot, after, after_dot = push(program, direction)
    close = tolerance(program)
    if y.size:
        np.testing.assert_allclose(result, [*y, *y_dot], rtol=close, atol=close)
    arrays = [(a, d) for a, d in given if d is not None and np.ndim(a)]
    for (a, a_dot), b, b_dot in zip(arrays, after, after_dot, strict=True):
        np.testing.assert_allclose(a, b, rtol=close)
        np.testing.assert_allclose(a_dot, b_dot, rtol=close, atol=close)


@pytest.mark.parametrize("program", [program for program in PROGRAMS if program.name not in VECTORS], ids=str)
def test_forward_with_two_tangents(program: Program) -> None:
    rng = np.random.default_rng(1)
    directions = [[like(a, rng) for a in program.arguments] for _ in range(2)]
    dtype = np.float32 if program.name == "single" else np.float64
    lanes = [None if d is None else np.stack([d, e], axis=-1).astype(dtype) for d, e in zip(*directions, strict=True)]
    given = [(copied(a), d) for a, d in zip(program.arguments, lanes, strict=True)]
    result = derivative(program.text, Mode.FORWARD, tuple(map(parameter, program.arguments)), 2)(*flat(given))
    arrays = [(a, d) for a, d in given if d is not None and np.ndim(a)]
    close = tolerance(program)
    for lane, direction in enumerate(directions):
        y, y_dot, after, after_dot = push(program, direction)
        if y.size:
            behind = [2 + 2 * k + lane for k in range(y.size)]  # vectors of two start where two numbers would end
            np.testing.assert_allclose(result[[*range(y.size), *behind]], [*y, *y_dot], rtol=close, atol=close)
        for (a, a_dot), b, b_dot in zip(arrays, after, after_dot, strict=True):
            np.testing.assert_allclose(a, b, rtol=close)
            np.testing.assert_allclose(a_dot[..., lane], b_dot, rtol=close, atol=close)


def test_several_tangents_of_vectors_are_refused() -> None:
    program = next(program for program in PROGRAMS if program.name in VECTORS)
    with pytest.raises(Unsupported, match="with several tangents at once"):
        derivative(program.text, Mode.FORWARD, tuple(map(parameter, program.arguments)), 2)


def test_a_width_is_one_or_more() -> None:
    with pytest.raises(ValueError, match="width 0: it is 1 or more"):
        derivative(PROGRAMS[0].text, Mode.REVERSE, tuple(map(parameter, PROGRAMS[0].arguments)), 0)


@pytest.mark.parametrize("program", PROGRAMS, ids=str)
def test_reverse(program: Program) -> None:
    """The shadow of an array comes in as the adjoint of what the function leaves there, and goes out as that of what it found."""
    rng = np.random.default_rng(2)
    size = push(program, [like(a, rng) for a in program.arguments])[0].size
    seed = rng.normal(size=size)
    single = program.name == "single"
    given: list[tuple[Any, Any]] = []
    for a in program.arguments:
        nothing = np.full(1, np.nan, np.float32 if single else np.float64)
        given.append((copied(a), None if not is_active(a) else like(a, rng) if np.ndim(a) else nothing))
    outgoing = [a_bar.copy() for a, a_bar in given if a_bar is not None and np.ndim(a)]
    seeds: list[Any] = [seed[0]] if size == 1 else [seed] if size else []
    result = compiled(program, Mode.REVERSE)(*flat(given), *seeds)
    y, _, after, _ = push(program, [0 * a if is_active(a) else None for a in program.arguments])
    close = tolerance(program)
    np.testing.assert_allclose(result, y, rtol=close)
    for (a, _), b in zip([(a, d) for a, d in given if d is not None and np.ndim(a)], after, strict=True):
        np.testing.assert_allclose(a, b, rtol=close)
    adjoints = [a_bar for _, a_bar in given if a_bar is not None]
    for adjoint, expected in zip(adjoints, pull(program, seed, outgoing), strict=True):
        np.testing.assert_allclose(adjoint, expected, rtol=close, atol=close)


@pytest.mark.parametrize("program", [program for program in PROGRAMS if program.name not in VECTORS], ids=str)
def test_reverse_with_two_adjoints(program: Program) -> None:
    rng = np.random.default_rng(3)
    dtype = np.float32 if program.name == "single" else np.float64
    size = push(program, [like(a, rng) for a in program.arguments])[0].size
    seeds = rng.normal(size=(size, 2)).astype(dtype)
    given: list[tuple[Any, Any]] = []
    for a in program.arguments:
        lanes = np.stack([like(a, rng), like(a, rng)], axis=-1).astype(dtype) if is_active(a) and np.ndim(a) else np.full(2, np.nan, dtype)
        given.append((copied(a), lanes if is_active(a) else None))
    outgoing = [a_bar.copy() for a, a_bar in given if a_bar is not None and np.ndim(a)]
    derivative(program.text, Mode.REVERSE, tuple(map(parameter, program.arguments)), 2)(*flat(given), *([seeds] if size else []))
    close = tolerance(program)
    adjoints = [a_bar for _, a_bar in given if a_bar is not None]
    for lane in range(2):
        expected = pull(program, seeds[:, lane], [a_bar[..., lane] for a_bar in outgoing])
        for adjoint, own in zip(adjoints, expected, strict=True):
            np.testing.assert_allclose(adjoint[..., lane], np.squeeze(own) if np.ndim(own) and adjoint.ndim == 1 else own, rtol=close,
                                       atol=close)


def test_pointers_in_memory() -> None:
    """A shadow holds pointers to shadows where the memory holds pointers."""
    text = """define double @f(ptr %s) {
      %p = load ptr, ptr %s
      %field = getelementptr ptr, ptr %s, i64 1
      %q = load ptr, ptr %field
      %v = load double, ptr %p
      %w = load double, ptr %q
      %t = fmul double %v, %w
      store double %t, ptr %q
      ret double %t
    }"""
    p, q, p_bar, q_bar = (np.array([v]) for v in (2.0, 3.0, 0.0, 5.0))
    s, s_bar = (np.array([a.ctypes.data, b.ctypes.data]) for a, b in ((p, q), (p_bar, q_bar)))
    reverse = derivative(text, Mode.REVERSE, (Parameter(Activity.DUPLICATED),))
    np.testing.assert_array_equal(reverse(s, s_bar, 7.0), [6.0])
    np.testing.assert_array_equal([q, p_bar, q_bar], [[6.0], [(5.0 + 7.0) * 3.0], [(5.0 + 7.0) * 2.0]])
    p[:], q[:], p_bar[:], q_bar[:] = 2.0, 3.0, 1.0, 10.0
    np.testing.assert_array_equal(derivative(text, Mode.FORWARD, (Parameter(Activity.DUPLICATED),))(s, s_bar), [6.0, 23.0])
    np.testing.assert_array_equal([q, q_bar], [[6.0], [23.0]])


def test_integers_beside_floats() -> None:
    """The integer in the record counts down in the primal alone; what its place in the shadow holds is nobody's business."""
    text = (FOLDER / "record.ll").read_text(encoding="utf-8")
    parameters = (Parameter(Activity.DUPLICATED), Parameter())

    def record() -> np.ndarray:
        r = np.array([1.5, 0.0, 2.0, 3.0])
        r.view(np.int64)[1] = 6
        return r

    r, r_dot, copy = record(), np.array([1.0, 0.0, 10.0, 20.0]), np.zeros(1, np.int64)
    np.testing.assert_allclose(derivative(text, Mode.FORWARD, parameters)(r, r_dot, copy), [54.0, 54 * (1 / 1.5 + 2 * 10 / 2 + 2 * 20 / 3)])
    assert (r.view(np.int64)[1], copy[0]) == (7, 4)
    r, r_bar = record(), np.array([1.0, 0.0, 10.0, 20.0])
    derivative(text, Mode.REVERSE, parameters)(r, r_bar, copy, 1.0)
    np.testing.assert_allclose(r_bar[[0, 2, 3]], [(1 + 1) * 54 / 1.5, 10 + (1 + 1) * 2 * 54 / 2, 20 + (1 + 1) * 2 * 54 / 3])
    assert (r.view(np.int64)[1], copy[0]) == (7, 4)


def test_a_status_is_passed_on_and_errors_leave_the_adjoints_alone() -> None:
    text = """define i32 @f(ptr %to, double %x, i64 %n) {
    entry:
      br label %loop
    loop:
      %i = phi i64 [ 0, %entry ], [ %next, %body ]
      %s = phi double [ 1.0, %entry ], [ %t, %body ]
      %bad = fcmp ogt double %s, 100.0
      br i1 %bad, label %fail, label %body
    fail:
      ret i32 7
    body:
      %t = fmul double %s, %x
      %next = add i64 %i, 1
      %more = icmp slt i64 %next, %n
      br i1 %more, label %loop, label %exit
    exit:
      store double %t, ptr %to
      ret i32 0
    }"""
    request = Request("f", Mode.REVERSE, (Parameter(Activity.DUPLICATED), Parameter(Activity.ACTIVE), Parameter()), "df")
    function = Native(lower(differentiate(text, request).text), "df")
    for _ in range(100):  # a tape that is not closed would take another arena each time
        to, to_bar, x_bar = np.zeros(1), np.array([2.0]), np.array([np.nan])
        assert function(to, to_bar, 3.0, x_bar, 20) == [7]
        assert to == 0.0 and to_bar == 2.0 and np.isnan(x_bar)
        assert function(to, to_bar, 3.0, x_bar, 4) == [0]
        assert to == 81.0 and to_bar == 0.0 and x_bar == 2.0 * 4 * 27


def test_what_the_answer_says_of_parameters() -> None:
    """An output that the caller does not differentiate needs a shadow if active values pass through it."""
    text = """define double @f(ptr %x, ptr %work, ptr %k) {
      %v = load double, ptr %x
      store double %v, ptr %work
      %w = load double, ptr %work
      store i64 1, ptr %k
      ret double %w
    }"""
    for mode in Mode:
        answer = differentiate(text, Request("f", mode, (Parameter(Activity.DUPLICATED), Parameter(), Parameter()), "df", status=False))
        assert (answer.name, answer.shadowed, answer.written) == ("df", (True, True, False), (False, True, True))


def long_function(count: int) -> str:
    """About ``count`` instructions with all that costs the analyses time: loops one behind the other, branches, loads, stores, calls."""
    blocks = []
    for k in range(count // 20):
        before = f"join{k - 1}" if k else "entry"
        blocks.append(f"""
        head{k}:
          %s{k} = phi double [ {f"%r{k - 1}" if k else "%a"}, %{before} ], [ %t{k}, %head{k} ]
          %i{k} = phi i64 [ 0, %{before} ], [ %n{k}, %head{k} ]
          %p{k} = getelementptr double, ptr %x, i64 %i{k}
          %v{k} = load double, ptr %p{k}
          %e{k} = call double @llvm.exp.f64(double %v{k})
          %m{k} = fmul double %e{k}, %s{k}
          %t{k} = fadd double %m{k}, %v{k}
          store double %m{k}, ptr %p{k}
          %n{k} = add i64 %i{k}, 1
          %c{k} = icmp slt i64 %n{k}, %n
          br i1 %c{k}, label %head{k}, label %test{k}
        test{k}:
          %d{k} = fcmp ogt double %t{k}, 1.0
          br i1 %d{k}, label %left{k}, label %right{k}
        left{k}:
          %l{k} = fmul double %t{k}, %t{k}
          br label %join{k}
        right{k}:
          %q{k} = fdiv double %t{k}, 3.0
          br label %join{k}
        join{k}:
          %r{k} = phi double [ %l{k}, %left{k} ], [ %q{k}, %right{k} ]
          br label {f"%head{k + 1}" if k + 1 < count // 20 else "%exit"}
        """)
    return f"""define double @f(ptr %x, double %a, i64 %n) {{
    entry:
      br label %head0
    {"".join(blocks)}
    exit:
      ret double %r{count // 20 - 1}
    }}
    declare double @llvm.exp.f64(double)"""


@pytest.mark.parametrize("mode", Mode)
def test_the_work_of_differentiating_grows_about_linearly(mode: Mode) -> None:
    """Four times the code takes at most six times the calls of Python functions: counted, so that no noise can fail it."""

    def calls(count: int) -> int:
        text = long_function(count)
        request = Request("f", mode, (Parameter(Activity.DUPLICATED), Parameter(Activity.ACTIVE), Parameter()), "df", status=False)
        seen = 0

        def note(frame: object, event: str, argument: object) -> None:
            nonlocal seen
            seen += event in ("call", "c_call")

        sys.setprofile(note)
        try:
            differentiate(text, request)
        finally:
            sys.setprofile(None)
        return seen

    calls(100)  # fills caches
    assert calls(4000) < 6 * calls(1000)
