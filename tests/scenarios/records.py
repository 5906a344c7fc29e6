"""Arrays of records: floats beside integers, records in records, rows in records; as arguments, inside, and as results."""

from __future__ import annotations

import numpy as np

from scenarios.scenario import Scenario, numbers, signed

PARTICLE = np.dtype([("mass", "f8"), ("charge", "i4"), ("speed", "f8")])  # packed: half of the floats are not aligned
ALIGNED = np.dtype([("kind", "i1"), ("x", "f8"), ("n", "i8"), ("y", "f8")], align=True)
NESTED = np.dtype([("p", PARTICLE), ("v", "f8", (3,)), ("k", "i8"), ("z", "c16")])


def filled(dtype: np.dtype, count: int) -> np.ndarray:
    """Records with irregular numbers, integers from 1 to 3."""
    records = np.zeros(count, dtype)
    for place, (name, field) in enumerate(records.dtype.fields.items()):
        plain, shape = field[0].base, (count, *field[0].shape)
        if plain.names:
            records[name] = filled(plain, count)
        elif plain.kind == "c":
            records[name] = numbers(*shape) + 1j * signed(*shape)
        else:
            records[name] = numbers(place + 1, *shape)[place] if plain.kind == "f" else np.arange(count) % 3 + 1
    return records


def fields_in_a_loop(a):
    s = 0.0
    for i in range(a.size):
        s += a[i]["mass"] ** 2 * a[i]["charge"] + a[i]["speed"] * a[i - 1]["mass"]
    return s


def fields_as_views(a):
    a["x"][1:] *= a["y"][:-1]
    return (a["x"] * a["y"] * a["n"]).sum() + a["kind"].sum() * a[0]["x"]


def records_written(a):
    for i in range(1, a.size):
        a[i]["x"] = a[i - 1]["x"] * a[i]["y"]
        a[i]["n"] += 1
    return a[a.size - 1]["x"] * a[1]["n"]


def records_copied_singly(a):
    b = np.empty_like(a)
    for i in range(a.size):
        b[i] = a[a.size - 1 - i]
    b[0] = b[1]
    s = 0.0
    for i in range(a.size):
        s += b[i]["mass"] * a[i]["mass"] * b[i]["charge"] + b[i]["speed"] ** 2
    return s


def records_copied_in_rows(a):
    b = a.copy()
    b[0] = a[2]
    b[1:] = a[:2]
    s = 0.0
    for i in range(a.size):
        s += b[i]["mass"] * a[i]["mass"] * b[i]["charge"] + b[i]["speed"]
    return s


def records_in_records(a):
    s = 0.0
    for i in range(a.size):
        r = a[i]
        s += r["p"]["mass"] * r["v"][1] ** 2 + (r["z"] * r["z"]).real * r["k"]
        for j in range(3):
            s += r["v"][j] * r["p"]["speed"]
    return s


def parts_of_records_copied(a):
    b = a.copy()
    for i in range(a.size):
        b[i]["v"][1] = a[i]["v"][0] * a[i]["p"]["mass"]
        b[i]["p"]["mass"] = a[i]["v"][2]
        b[i]["z"] = a[i]["z"] * 2j
    c = np.zeros_like(b)
    c[1] = b[0]
    c[0]["p"] = b[1]["p"]
    return c[1]["v"][1] * c[0]["p"]["mass"] + c[1]["z"].imag ** 2


def records_inside(x):
    r = np.zeros(x.size, ALIGNED)
    for i in range(x.size):
        r[i]["x"] = 2.0 * x[i]
        r[i]["y"] = r[i]["x"] ** 2
        r[i]["n"] = i
    s = 0.0
    for t in r.copy():
        s += t["x"] * t["y"] * t["n"]
    return s


def records_selected(a):
    order = np.argsort(a["y"])
    b, c = a[order], a[a["y"] > 0.8]
    s = c["x"].sum()
    for i in range(b.size):
        s += b[i]["x"] * i * b[i]["n"]
    return s


def records_returned(a, x):
    b = a.copy()
    for i in range(a.size):
        b[i]["mass"] *= a[i]["speed"] * x
        b[i]["charge"] = 7
    return b, a[1:], b["speed"] * x


CONSTANT = filled(ALIGNED, 3)


def constant_records(x):
    s = 0.0
    for i in range(x.size):
        s += x[i] ** 2 * CONSTANT[i]["x"] * CONSTANT[i]["n"]
    return s


SCENARIOS = (
    Scenario(fields_in_a_loop, [(filled(PARTICLE, 3),)]),
    Scenario(fields_as_views, [(filled(ALIGNED, 4),)]),
    Scenario(fields_as_views, [(filled(ALIGNED, 7)[::2],), (filled(ALIGNED, 3)[::-1],)], name="fields_of_strided_records"),
    Scenario(records_written, [(filled(ALIGNED, 4),)]),
    Scenario(records_copied_singly, [(filled(PARTICLE, 3),)]),
    Scenario(records_copied_in_rows, [(filled(PARTICLE, 3),)]),
    Scenario(records_in_records, [(filled(NESTED, 2),)]),
    Scenario(parts_of_records_copied, [(filled(NESTED, 2),)]),
    Scenario(records_inside, [(numbers(3),)]),
    Scenario(records_selected, [(filled(ALIGNED, 4),)]),
    Scenario(records_returned, [(filled(PARTICLE, 3), 0.7)]),
    Scenario(constant_records, [(numbers(3),)]),
)
