"""Square roots by Newton's iteration until it stands still: all entries at once, those that stand are left alone."""

from __future__ import annotations

import numpy as np


def primal(xp, x):
    y = xp.settle(lambda y: 0.5 * (y + x / y), lambda y: abs(y * y - x) > 1e-12 * x, 0.5 * (x + 1.0), 10)
    return xp.sum(y * xp.array(np.arange(x.shape[0]) % 3 + 1.0))
