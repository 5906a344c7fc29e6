"""Bundle adjustment: gathers, then all observations at once."""

from __future__ import annotations


def primal(xp, cameras, points, weights, camera, point, feature):
    seen = cameras[camera].T
    x, y, z = (points[point] - seen[3:6].T).T
    theta = xp.sqrt(seen[0] * seen[0] + seen[1] * seen[1] + seen[2] * seen[2])
    a, b, r = seen[0] / theta, seen[1] / theta, seen[2] / theta
    cos, sin = xp.cos(theta), xp.sin(theta)
    along = (a * x + b * y + r * z) * (1.0 - cos)
    w = z * cos + (a * y - b * x) * sin + r * along
    u = (x * cos + (b * z - r * y) * sin + a * along) / w
    v = (y * cos + (r * x - a * z) * sin + b * along) / w
    square = u * u + v * v
    factor = (1.0 + seen[9] * square + seen[10] * square * square) * seen[6]
    u = weights * (u * factor + seen[7] - feature[:, 0])
    v = weights * (v * factor + seen[8] - feature[:, 1])
    valid = 1.0 - weights * weights
    return xp.sum(u * u + v * v + valid * valid)
