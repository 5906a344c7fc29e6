"""The gradient descent that GradBench prescribes for `particle` and `saddle`, over points of two coordinates."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit


def descent(function: Any, gradient: Any) -> Any:
    """The njit function ``(start, data) -> point`` at which ``function(x, y, data)`` is least, with ``gradient`` its two slopes."""

    @njit
    def minimise(start, data):
        x, y = start
        value = function(x, y, data)
        dx, dy = gradient(x, y, data)
        steps, rate = 0, 1e-5
        while True:
            if np.sqrt(dx * dx + dy * dy) <= 1e-5:
                return x, y
            if steps == 10:
                rate *= 2.0
                steps = 0
                continue
            to_x, to_y = x - rate * dx, y - rate * dy
            if np.sqrt((x - to_x) ** 2 + (y - to_y) ** 2) <= 1e-5:
                return x, y
            found = function(to_x, to_y, data)
            if found < value:
                x, y, value = to_x, to_y, found
                dx, dy = gradient(x, y, data)
                steps += 1
            else:
                rate /= 2.0

    return minimise
