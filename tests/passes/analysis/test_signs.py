"""Signs of floats: each row that says something, and those that must not."""

from __future__ import annotations

import pytest

from irad_passes.analysis.signs import Sign, Signs
from tests.passes.analysis.subject import Subject

POSITIVE, NOT_NEGATIVE, ANY = Sign.POSITIVE, Sign.NOT_NEGATIVE, Sign.ANY


@pytest.mark.parametrize(("body", "expected"), [
    ("%r = fadd double %x, 1.0", ANY),
    ("%r = fmul double %x, %x", NOT_NEGATIVE),
    ("%r = fmul double %x, %y", ANY),
    ("%r = call double @llvm.fabs.f64(double %x)", NOT_NEGATIVE),
    ("%r = call double @llvm.exp.f64(double %x)", NOT_NEGATIVE),
    ("%e = call double @llvm.exp.f64(double %x)\n %r = fadd double 1.0, %e", POSITIVE),
    ("%e = call double @llvm.exp.f64(double %x)\n %r = fadd double %e, 0.0", NOT_NEGATIVE),
    ("%e = call double @llvm.exp.f64(double %x)\n %r = fadd double %e, -1.0", ANY),
    ("%e = call double @llvm.exp.f64(double %x)\n %p = fadd double 1.0, %e\n %r = fmul double %p, %e", NOT_NEGATIVE),
    ("%e = fmul double %x, %x\n %p = fadd double 1.0, %e\n %r = fdiv double %e, %p", NOT_NEGATIVE),
    ("%e = fmul double %x, %x\n %r = fdiv double 1.0, %e", ANY),
    ("%e = call double @llvm.sqrt.f64(double %x)\n %r = fdiv double 1.0, %e", ANY),  # sqrt(-0) is -0
    ("%r = fneg double %x", ANY),
    ("%s = fptrunc double 0x3690000000000000 to float\n %r = fpext float %s to double", ANY),
    ("%r = fadd double 0x7FF8000000000000, 1.0", ANY),
])
def test_signs(body: str, expected: Sign) -> None:
    s = Subject(f"""define double @f(double %x, double %y) {{
      {body}
      ret double %r
    }}
    declare double @llvm.fabs.f64(double)
    declare double @llvm.exp.f64(double)
    declare double @llvm.sqrt.f64(double)""")
    assert Signs({}).of(s["r"]) is expected


def test_deep_sums_of_shared_terms_are_followed_once() -> None:
    sums = "\n".join(f"%s{k + 1} = fadd double %s{k}, %s{k}" for k in range(60))
    s = Subject(f"define double @f(double %x) {{\n %s0 = fmul double %x, %x\n {sums}\n ret double %s60\n}}")
    assert Signs({}).of(s["s60"]) is NOT_NEGATIVE
