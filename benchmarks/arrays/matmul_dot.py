"""The squared norm of a product of matrices, the tool's own."""

from __future__ import annotations

from benchmarks.arrays.matmul import primal

__all__ = ["primal"]
