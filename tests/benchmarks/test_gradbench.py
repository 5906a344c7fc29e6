"""The GradBench tool: its protocol, and each eval against NumPy on inputs of our own.

The references are written with arrays and whole matrices; their derivatives are complex steps, sums or constants that are known.
"""

from __future__ import annotations

import io
import json
import math
import os
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import gammaln

from benchmarks.gradbench.__main__ import Tool, converse
from benchmarks.gradbench.evals import NAMES

RNG = np.random.default_rng(11)
SAMPLES = Path(os.environ.get("GRADBENCH_SAMPLES", "/nonexistent"))
OFTEN = {"min_runs": 2, "min_seconds": 0}
FUNCTIONS = {
    "hello": ("square", "double"), "kmeans": ("cost", "dir"), **{name: ("primal", "gradient") for name in ("llsq", "lse", "ode", "det")},
    **{name: ("objective", "jacobian") for name in ("gmm", "lstm", "ba", "ht")},
    **{name: ("rr", "ff", "fr", "rf") for name in ("particle", "saddle")},
}


def asked(module: str, given: Any) -> Iterator[Any]:
    """The outputs of all functions of an eval."""
    tool = Tool()
    assert tool.answer({"id": 0, "kind": "define", "module": module}).pop("success"), module
    for function in FUNCTIONS[module]:
        reply = tool.answer({"id": 7, "kind": "evaluate", "module": module, "function": function, "input": given})
        assert reply["success"], reply
        assert reply["id"] == 7 and len(reply["timings"]) == (given.get("min_runs", 1) if isinstance(given, dict) else 1)
        yield json.loads(json.dumps(reply["output"]))


def slopes(function: Callable[[np.ndarray], Any], x: np.ndarray) -> np.ndarray:
    """The derivative by complex steps: shape of what it returns, then that of x."""
    columns = []
    for place in np.ndindex(x.shape):
        moved = x.astype(complex)
        moved[place] += 1e-100j
        columns.append(np.imag(function(moved)) * 1e100)
    return np.stack(columns, axis=-1).reshape(*np.shape(columns[0]), *x.shape)


def close(output: Any, expected: Any) -> None:
    np.testing.assert_allclose(output, expected, rtol=1e-12, atol=1e-12)


def test_the_conversation() -> None:
    messages = [
        {"id": 0, "kind": "start", "eval": "hello"}, {"id": 1, "kind": "define", "module": "hello"},
        {"id": 2, "kind": "evaluate", "module": "hello", "function": "double", "input": 1.5},
        {"id": 3, "kind": "analysis", "of": 2, "valid": True},
        {"id": 4, "kind": "evaluate", "module": "hello", "function": "triple", "input": 1.5},
        {"id": 5, "kind": "define", "module": "weather"}, {"id": 6, "kind": "later"}]
    out = io.StringIO()
    converse(iter(json.dumps(message) for message in messages), out)
    replies = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [reply["id"] for reply in replies] == list(range(7))
    assert replies[0] == {"id": 0, "tool": "irad"} and replies[1]["success"]
    assert replies[2]["output"] == 3.0 and [t["name"] for t in replies[2]["timings"]] == ["evaluate"]
    assert replies[3] == {"id": 3} and replies[6] == {"id": 6}
    assert not replies[4]["success"] and "triple" in replies[4]["error"]
    assert replies[5] == {"id": 5, "success": False, "error": "no eval weather"}


def test_hello() -> None:
    assert list(asked("hello", 2.5)) == [6.25, 5.0]


def test_llsq() -> None:
    x, n = RNG.random(6), 9
    powers = np.linspace(-1, 1, n)[:, None] ** np.arange(6)
    residuals = powers @ x - np.sign(np.linspace(-1, 1, n).round(12))
    value, gradient = asked("llsq", {"x": x.tolist(), "n": n, **OFTEN})
    close(value, 0.5 * residuals @ residuals)
    close(gradient, residuals @ powers)


def test_lse() -> None:
    x = RNG.random(20)
    value, gradient = asked("lse", {"x": x.tolist(), **OFTEN})
    close(value, np.log(np.exp(x).sum()))
    close(gradient, np.exp(x) / np.exp(x).sum())


def test_ode() -> None:
    x, steps = RNG.random(5), 3

    def end(x: np.ndarray) -> Any:
        """Of a linear equation, a step is a polynomial of its matrix."""
        h, matrix = 2 / steps, np.diag(x[1:], -1)
        start = np.zeros(5, x.dtype)
        start[0] = x[0]
        y = np.zeros(5, x.dtype)
        for _ in range(steps):
            term = matrix @ y + start
            for k in range(1, 5):
                y = y + h**k / math.factorial(k) * term
                term = matrix @ term
        return y

    value, gradient = asked("ode", {"x": x.tolist(), "s": steps, **OFTEN})
    close(value, end(x))
    close(gradient, slopes(end, x)[-1])


def logsumexp(v: np.ndarray) -> Any:
    return np.log(np.exp(v).sum(axis=-1))


def test_gmm() -> None:
    k, d, n, m, gamma = 3, 4, 5, 2, 1.3
    parts = {"alpha": RNG.normal(size=k), "mu": RNG.random((k, d)), "q": RNG.normal(size=(k, d)),
             "l": RNG.normal(size=(k, d * (d - 1) // 2))}
    x = RNG.normal(size=(n, d))
    columns, rows = np.triu_indices(d, 1)

    def objective(name: str) -> Callable[[np.ndarray], Any]:
        def of(part: np.ndarray) -> Any:
            alpha, mu, q, lower = (parts | {name: part}).values()
            triangles = np.zeros((k, d, d), part.dtype)
            triangles[:, rows, columns] = lower
            triangles[:, range(d), range(d)] = np.exp(q)
            moved = np.einsum("kij,nkj->nki", triangles, x[:, None] - mu)
            beta = alpha + q.sum(axis=1) - 0.5 * (moved**2).sum(axis=2)
            total = logsumexp(beta).sum() - n * (d / 2 * np.log(2 * np.pi) + logsumexp(alpha))
            nu = d + m + 1
            total += k * (nu * d * (np.log(gamma) - 0.5 * np.log(2)) - d * (d - 1) / 4 * np.log(np.pi) - sum(
                gammaln(nu / 2 + (1 - j) / 2) for j in range(1, d + 1)))
            return total - gamma**2 / 2 * ((triangles**2).sum()) + m * q.sum()
        return of

    given = {"d": d, "k": k, "n": n, "x": x.tolist(), "m": m, "gamma": gamma, **OFTEN}
    given |= {name: part.tolist() for name, part in parts.items()}
    value, gradient = asked("gmm", given)
    close(value, objective("alpha")(parts["alpha"]))
    assert list(gradient) == list(parts)
    for name, part in parts.items():
        close(gradient[name], slopes(objective(name), part))


def test_lstm() -> None:
    layers, bits, length = 2, 3, 4
    main, extra = RNG.random((2 * layers, 4 * bits)), RNG.random((3, bits))
    state, sequence = RNG.random((2 * layers, bits)), RNG.integers(0, 2, (length, bits)).astype(float)

    def objective(flat: np.ndarray) -> Any:
        main, extra = flat[: 8 * layers * bits].reshape(2 * layers, 4, bits), flat[8 * layers * bits:].reshape(3, bits)
        hidden, cell = state[::2].astype(flat.dtype), state[1::2].astype(flat.dtype)
        total = 0
        for now, then in pairwise(sequence):
            v = now * extra[0]
            for j in range(layers):
                old = np.stack([v, hidden[j], v, hidden[j]])
                gates = old * main[2 * j] + main[2 * j + 1]
                forget, enter, leave = 1 / (1 + np.exp(-gates[:3]))
                cell[j] = cell[j] * forget + enter * np.tanh(gates[3])
                hidden[j] = v = leave * np.tanh(cell[j])
            y = v * extra[1] + extra[2]
            total = total + (then * (y - np.log(2 + np.exp(y).sum()))).sum()
        return -total / (bits * (length - 1))

    given = {"main_params": main, "extra_params": extra, "state": state, "sequence": sequence}
    value, gradient = asked("lstm", {name: part.tolist() for name, part in given.items()} | OFTEN)
    flat = np.concatenate([main.ravel(), extra.ravel()])
    close(value, objective(flat))
    close(gradient, slopes(objective, flat))


def test_ba() -> None:
    n, m, p = 3, 5, 16
    camera = np.array([-0.7, -1.1, -0.8, 3.5, 4.7, 5.9, 41.2, 5.9, -8.5, 0.0878, 0.0027])
    point, weight, feature = np.array([7.2, 0.001, 3.0]), 0.417, np.array([27.8, 83.2])

    def residuals(flat: np.ndarray) -> Any:
        camera, point, weight = flat[:11], flat[11:14], flat[14]
        angle = np.sqrt((camera[:3] ** 2).sum())
        a, b, c = camera[:3] / angle
        cross = np.array([[0, -c, b], [c, 0, -a], [-b, a, 0]])
        turned = (np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross) @ (point - camera[3:6])
        seen = turned[:2] / turned[2]
        square = (seen**2).sum()
        return weight * (seen * (1 + camera[9] * square + camera[10] * square**2) * camera[6] + camera[7:9] - feature)

    given = {"n": n, "m": m, "p": p, "cam": camera.tolist(), "x": point.tolist(), "w": weight, "feat": feature.tolist(), **OFTEN}
    value, jacobian = asked("ba", given)
    flat = np.array([*camera, *point, weight])
    close(value["reproj_error"]["elements"], residuals(flat))
    assert value["reproj_error"]["repeated"] == value["w_err"]["repeated"] == p
    close(value["w_err"]["element"], 1 - weight**2)
    block = slopes(residuals, flat)
    close(jacobian["vals"], [*block.ravel(), -2 * weight])
    assert jacobian["cols"] == [*range(11), 33, 34, 35, 48, *range(11), 33, 34, 35, 48, 33 + 15 + p - 1]
    assert jacobian["rows"] == [*range(0, 450, 15), 31 * p]


def test_kmeans() -> None:
    points, centroids = RNG.random((30, 3)), RNG.random((4, 3))
    centroids[:] = points[:4]
    nearest = ((points[:, None] - centroids) ** 2).sum(axis=2).argmin(axis=1)
    value, direction = asked("kmeans", {"points": points.tolist(), "centroids": centroids.tolist(), **OFTEN})
    close(value, ((points - centroids[nearest]) ** 2).sum())
    close(direction, [c - points[nearest == k].mean(axis=0) for k, c in enumerate(centroids)])


def test_ht() -> None:
    for simple in (False, True):  # one compilation
        hand_tracking(simple)


def hand_tracking(simple: bool) -> None:
    vertices, count = 12, 3
    parents = [-1, 0, 1, 2, 3, 0, 5, 6, 7, 0, 9, 10, 11, 0, 13, 14, 15, 0, 17, 18, 19, 0]
    bones = len(parents)
    relatives, inverses = (np.broadcast_to(np.eye(4), (bones, 4, 4)).copy() for _ in range(2))
    relatives[:, :3] += 0.2 * RNG.normal(size=(bones, 3, 4))
    inverses[:, :3] += 0.2 * RNG.normal(size=(bones, 3, 4))
    base = np.c_[RNG.normal(size=(vertices, 3)), np.ones(vertices)]
    weights, triangles = RNG.random((vertices, bones)), RNG.integers(0, vertices, (5, 3))
    theta, us, points = RNG.normal(size=26), RNG.random((0 if simple else count, 2)), RNG.normal(size=(count, 3))
    correspondences = RNG.integers(0, 5, count)

    def residuals(theta: np.ndarray, us: np.ndarray) -> Any:
        absolute: list[Any] = []
        for bone, parent in enumerate(parents):
            x = z = 0.0 * theta[0]
            if 2 <= bone <= 21 and (bone - 2) % 4 < 3:
                at, joint = 6 + (bone - 2) // 4 * 4, (bone - 2) % 4
                x, z = (theta[at], theta[at + 1]) if joint == 0 else (theta[at + 1 + joint], z)
            turn = np.eye(4, dtype=complex)
            turn[:3, :3] = [[np.cos(z), -np.sin(z), 0], [np.sin(z), np.cos(z), 0], [0, 0, 1]] @ np.array(
                [[1, 0, 0], [0, np.cos(x), -np.sin(x)], [0, np.sin(x), np.cos(x)]])
            relative = relatives[bone] @ turn
            absolute.append(relative if parent < 0 else absolute[parent] @ relative)
        placed = np.einsum("vb,bij,vj->vi", weights, np.array(absolute) @ inverses, base)[:, :3]
        angle = np.sqrt((theta[:3] ** 2).sum())
        a, b, c = theta[:3] / angle
        cross = np.array([[0, -c, b], [c, 0, -a], [-b, a, 0]])
        placed = placed @ (np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross).T + theta[3:6]
        if simple:
            return (points - placed[correspondences]).ravel()
        shares = np.c_[us, 1 - us.sum(axis=1)]
        return (points - np.einsum("pk,pki->pi", shares, placed[triangles[correspondences]])).ravel()

    model = {"bone_count": bones, "bone_names": [""] * bones, "parents": parents, "base_relatives": relatives.tolist(),
             "inverse_base_absolutes": inverses.tolist(), "base_positions": base.tolist(), "weights": weights.tolist(),
             "triangles": triangles.tolist(), "is_mirrored": False}
    data = {"correspondences": correspondences.tolist(), "points": points.tolist(), "model": model}
    value, jacobian = asked("ht", {"theta": theta.tolist(), "us": us.tolist(), "data": data, **OFTEN})
    close(value, residuals(theta, us).real)
    expected = slopes(lambda t: residuals(t, us), theta)
    if not simple:
        own = slopes(lambda u: residuals(theta, u), us)
        expected = np.c_[[own[row, row // 3] for row in range(3 * count)], expected]
    close(jacobian, expected)


def test_particle() -> None:
    for output in asked("particle", {"w": 0.0, "min_runs": 1, "min_seconds": 0}):
        assert output == pytest.approx(0.2071918746486116, abs=1e-12)  # the value that GradBench expects, and its own tools reach


def test_saddle() -> None:
    for output in asked("saddle", {"start": [1.0, 1.0], "min_runs": 1, "min_seconds": 0}):
        close(output, [8.246324826140356e-06] * 4)


def test_det() -> None:
    """By recursion."""
    matrix = RNG.random((4, 4))
    value, gradient = asked("det", {"A": matrix.ravel().tolist(), "ell": 4, **OFTEN})
    close(value, np.linalg.det(matrix))
    close(gradient, (np.linalg.det(matrix) * np.linalg.inv(matrix).T).ravel())


def test_the_list_of_evals() -> None:
    listed = (Path(__file__).parents[2] / "benchmarks" / "gradbench" / "evals.txt").read_text().split()
    assert sorted(listed) == listed and set(listed) == set(NAMES)


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="GRADBENCH_SAMPLES names no folder")
@pytest.mark.parametrize("folder", sorted(SAMPLES.iterdir()) if SAMPLES.is_dir() else (), ids=lambda folder: folder.name)
def test_samples(folder: Path) -> None:
    name = folder.name.split("_")[0]
    given, derivative = (json.loads((folder / f"{what}.json").read_text()) for what in ("input", "derivative"))
    several = name in ("particle", "saddle")
    expected = [derivative] * 4 if several else [json.loads((folder / "primal.json").read_text()), derivative]
    for output, wanted in zip(asked(name, given), expected, strict=True):
        assert distance(output, wanted) < 1e-9


def distance(one: Any, other: Any) -> float:
    """GradBench's measure of how far apart two outputs are; their structure has to be the same."""
    if isinstance(other, dict):
        assert set(one) == set(other)
        return max(distance(one[key], other[key]) for key in other)
    if isinstance(other, list):
        assert len(one) == len(other)
        return max((distance(a, b) for a, b in zip(one, other, strict=True)), default=0.0)
    return float(abs(one - other)) / max(1.0, abs(one) + abs(other))
