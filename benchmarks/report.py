"""What a run says: a Markdown table, and plots of the ratio per problem, of cost against size, and of compile time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import exp, log
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.problems import GROUPS

Result = dict[str, Any]
Record = dict[str, Any]

COLOURS = ("#0b6e99", "#d9730d", "#7b8a99", "#9b2c8f", "#3f7d20", "#c0392b", "#8c6d1f", "#1f3b73", "#555555", "#20a39e",
           "#b58db6", "#a3b18a", "#000000")


def timed(result: Result) -> list[Record]:
    """The records that hold times."""
    return [record for record in result["records"] if "gradient" in record]


def rivals(result: Result) -> list[str]:
    """The rivals that have any, irad first."""
    names = list(dict.fromkeys(record["rival"] for record in timed(result)))
    return sorted(names, key=lambda name: name != "irad")


def cases(result: Result) -> list[tuple[str, str]]:
    return list(dict.fromkeys((record["problem"], record["size"]) for record in timed(result)))


def ratio(one: Record, other: Record, what: str = "gradient", to: str = "gradient") -> float:
    """How many times as long ``one`` takes as ``other``: the median over the rounds, in each of which they ran side by side."""
    return median(a / b for a, b in zip(one[what]["rounds"], other[to]["rounds"], strict=True))


def mean(values: Iterable[float]) -> float:
    """Geometric mean; nan of nothing."""
    logs = [log(value) for value in values]
    return exp(sum(logs) / len(logs)) if logs else float("nan")


def find(result: Result) -> Callable[[str, str, str], Record | None]:
    index = {(record["rival"], record["problem"], record["size"]): record for record in timed(result)}
    return lambda rival, problem, size: index.get((rival, problem, size))


def larger(result: Result) -> list[tuple[str, str]]:
    """The cases without the smallest size of each problem; all, if there are no others."""
    small = {(record["problem"], record["size"]) for record in timed(result) if record["smallest"]}
    return [case for case in cases(result) if case not in small] or cases(result)


def table(result: Result) -> str:
    """Microseconds of the primal, the bytes of irad's tape, and each gradient in multiples of the primal."""
    get, names = find(result), rivals(result)
    rows = []
    for problem, size in cases(result):
        base = get("irad", problem, size) or next(r for r in timed(result) if (r["problem"], r["size"]) == (problem, size))
        found = [get(name, problem, size) for name in names]
        rows.append([problem, size, f"{base['primal']['median'] * 1e6:.3g}", *_tape(base),
                     *(_number(ratio(record, base, to="primal")) if record else "–" for record in found)])
    means = ["geometric mean", "without the smallest", "", *([""] if _has_tape(result) else [])]
    for name in names:
        pairs = [(get(name, *case), get("irad", *case)) for case in larger(result)]
        means.append(_mean(ratio(a, b, to="primal") for a, b in pairs if a and b))
    return _table(["problem", "size", "primal µs", *(["tape bytes"] if _has_tape(result) else []), *names], [*rows, means])


def against(result: Result) -> str:
    """Time of irad over that of each rival's, and the geometric means of that: over all problems, and over each group of them."""
    get, names = find(result), [name for name in rivals(result) if name != "irad"]
    ratios = {(name, case): ratio(ours, theirs) for name in names for case in cases(result)
              if (ours := get("irad", *case)) and (theirs := get(name, *case))}
    rows = [[*case, *(_number(ratios[name, case]) if (name, case) in ratios else "–" for name in names)] for case in cases(result)]
    for title, members in {"all": None, **GROUPS}.items():
        chosen = [case for case in larger(result) if members is None or case[0] in members]
        if chosen:
            rows.append(["geometric mean", title, *(_mean(ratios[n, case] for case in chosen if (n, case) in ratios) for n in names)])
    return _table(["problem", "size", *(f"irad/{name}" for name in names)], rows)


def overhead(result: Result, problem: str = "rosenbrock", size: str = "n=2") -> str:
    """What a call of the least gradient costs, in microseconds, and how much of that Numba's call of the function does not."""
    get = find(result)
    ours = get("irad", problem, size)
    rows = []
    for record in (get(name, problem, size) for name in rivals(result)):
        if record and ours:
            above = median(a - b for a, b in zip(record["gradient"]["rounds"], ours["primal"]["rounds"], strict=True))
            times = record["gradient"]["median"], record["primal"]["median"], above
            rows.append([record["rival"], *(f"{seconds * 1e6:.2f}" for seconds in times)])
    return _table(["", "gradient µs", "its own primal µs", "gradient above Numba's primal µs"], rows) if rows else ""


def first_calls(result: Result) -> dict[str, dict[str, float]]:
    """CPU seconds of the first gradient of each rival and problem; under ``numba``, those of the function itself. Later sizes are warm."""
    found: dict[str, dict[str, float]] = {}
    for record in timed(result):
        found.setdefault(record["rival"], {}).setdefault(record["problem"], record["first"])
        if record["rival"] == "irad" and record.get("first_primal"):
            found.setdefault("numba", {}).setdefault(record["problem"], record["first_primal"])
    return found


def compilation(result: Result) -> str:
    """Geometric means of the first calls, and of what they are over Numba's first call of the function."""
    found = first_calls(result)
    function = found.get("numba", {})
    rows = [[name, _mean(times.values()), _mean(times[problem] / function[problem] for problem in times if problem in function)]
            for name, times in found.items()]
    return _table(["", "seconds", "over those of Numba's function"], rows)


def stages(result: Result) -> str:
    """Milliseconds of each stage of a gradient's compilation, and its sum over Numba's own compilation of the function; "" if none was
    clocked."""
    found = {record["problem"]: record["compilation"] for record in timed(result) if record.get("compilation")}
    if not found:
        return ""
    names = list(next(iter(found.values()))["stages"])
    rows = [[problem, f"{each['function'] * 1e3:.0f}", *(f"{each['stages'][name] * 1e3:.0f}" for name in names),
             f"{each['gradient'] * 1e3:.0f}", _number(each["gradient"] / each["function"])] for problem, each in found.items()]
    rows.append(["geometric mean", *[""] * (len(names) + 2), _mean(each["gradient"] / each["function"] for each in found.values())])
    return _table(["problem", "function", *names, "gradient", "gradient/function"], rows)


def _has_tape(result: Result) -> bool:
    return any(record.get("tape") is not None for record in timed(result))


def _tape(record: Record) -> list[str]:
    tape = record.get("tape")
    return [] if tape is None else [f"{tape:,}"]


def _number(value: float) -> str:
    """Two digits at least."""
    return f"{value:,.0f}" if value >= 100.0 else f"{value:.2f}" if value >= 0.1 else f"{value:.2g}"


def _mean(values: Iterable[float]) -> str:
    """A geometric mean and the number of cases that it is over."""
    found = list(values)
    return f"{_number(mean(found))} ({len(found)})" if found else "–"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(_line(row) for row in [head, ["---"] * len(head), *rows])


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def skipped(result: Result) -> str:
    """What was not measured, and why."""
    lines = [f"- {r['rival']}, {r['problem']} {r['size']}: {r['skip']}" for r in result["records"] if "skip" in r]
    return "\n".join(lines)


def text(result: Result) -> str:
    """The whole report in Markdown."""
    machine = ", ".join(f"{key} {value}" for key, value in result["machine"].items())
    versions = "; ".join(f"{rival}: " + ", ".join(f"{k} {v}" for k, v in found.items()) for rival, found in result["versions"].items())
    parts = ["# Benchmarks", f"{machine}.", f"{versions}.",
             "CPU time, one thread, float64; medians over rounds in which all ran in turn. Means are geometric, over the cases without the "
             "smallest sizes that both ran: their number is in brackets.",
             "## Gradient over primal", "Time of the gradient over that of the function compiled by Numba. `tape bytes`: what irad's "
             "gradient takes from its arena, the function's own buffers and their shadows included.", table(result),
             "## irad over each rival", "Time of irad's gradient over that of the rival's: less than one where irad is faster.",
             against(result)]
    if overhead(result):
        parts += ["## A call", "Rosenbrock's function of two variables: what a call of the gradient costs.", overhead(result)]
    parts += ["## First calls", "CPU time until the first gradient is there, compilation included; geometric means over the problems.",
              compilation(result)]
    if stages(result):
        parts += ["## Compilation by stage", "CPU milliseconds of Numba's compilation of the function, and of the gradient's, all in: "
                  "compiled anew in turn, the least of three.", stages(result)]
    parts += ["## Plots", "![ratio](ratio.svg)", "![cost](cost.svg)", "![compile time](compile.svg)"]
    if skipped(result):
        parts += ["## Not measured", skipped(result)]
    return "\n\n".join(parts) + "\n"


def write(result: Result, folder: Path) -> None:
    """Write ``README.md`` and the plots, as SVG and PNG, into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "README.md").write_text(text(result))
    try:
        import matplotlib
    except ImportError:
        print("no plots: matplotlib is not installed")
        return
    matplotlib.use("Agg")
    matplotlib.rcParams.update({"svg.hashsalt": "irad", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False})
    for name, draw in (("ratio", _ratios), ("cost", _costs), ("compile", _compile)):
        figure = draw(result)
        for kind in ("svg", "png"):
            figure.savefig(folder / f"{name}.{kind}", bbox_inches="tight", dpi=150)


def _ratios(result: Result) -> Any:
    """Gradient over Numba's primal, the largest size of each problem, one dot for each rival."""
    from matplotlib import pyplot

    get, names = find(result), rivals(result)
    largest = dict(cases(result))
    figure, axes = pyplot.subplots(figsize=(7, 0.3 * len(largest) + 1.2))
    for colour, name in zip(COLOURS, names, strict=False):
        points = []
        for at, (problem, size) in enumerate(largest.items()):
            record, base = get(name, problem, size), get("irad", problem, size)
            if record and base:
                points.append((ratio(record, base, to="primal"), at))
        if points:
            first = name == "irad"
            axes.scatter(*zip(*points, strict=True), s=36 if first else 22, color=colour, label=name, zorder=2 + first)
    axes.set_xscale("log")
    axes.set_yticks(range(len(largest)), [f"{problem} {size}" for problem, size in largest.items()])
    axes.invert_yaxis()
    axes.grid(axis="x", which="both", alpha=0.25)
    axes.set_xlabel("time of the gradient / time of the function (Numba)")
    axes.legend(frameon=False, ncols=4, loc="lower center", bbox_to_anchor=(0.4, 1.0))
    return figure


def _costs(result: Result) -> Any:
    """Microseconds against the primal's, on logarithmic axes."""
    from matplotlib import pyplot

    get, names = find(result), rivals(result)
    problems = list(dict.fromkeys(problem for problem, _ in cases(result)))
    columns = min(4, len(problems))
    rows = -(-len(problems) // columns)
    figure, grid = pyplot.subplots(rows, columns, figsize=(2.6 * columns, 2.1 * rows), squeeze=False, layout="constrained")
    for axes, problem in zip(grid.flat, problems, strict=False):
        sizes = [size for name, size in cases(result) if name == problem]
        for colour, name in zip(COLOURS, names, strict=False):
            found = [(at, record["gradient"]["median"] * 1e6) for at, size in enumerate(sizes) if (record := get(name, problem, size))]
            if found:
                axes.plot(*zip(*found, strict=True), marker="o", markersize=3, color=colour, label=name, linewidth=1)
        axes.set_yscale("log")
        axes.set_xticks(range(len(sizes)), sizes, fontsize=6)
        axes.set_title(problem, fontsize=9)
    for axes in list(grid.flat)[len(problems):]:
        axes.axis("off")
    grid[0, 0].set_ylabel("µs per gradient")
    handles, labels = grid[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=6, frameon=False)
    return figure


def _compile(result: Result) -> Any:
    """Seconds of the first gradient of each problem, and of Numba's own first call."""
    from matplotlib import pyplot

    first = first_calls(result)
    problems = list(dict.fromkeys(problem for times in first.values() for problem in times))
    figure, axes = pyplot.subplots(figsize=(max(7.0, 0.55 * len(problems)), 3.4), layout="constrained")
    colours = dict(zip(rivals(result), COLOURS, strict=False))
    width = 0.8 / len(first)
    for at, (name, times) in enumerate(first.items()):
        axes.bar([k + at * width for k in range(len(problems))], [times.get(problem, 0.0) for problem in problems], width,
                 color=colours.get(name, "#cccccc"), label="numba, the function" if name == "numba" else name)
    axes.set_xticks([k + 0.4 for k in range(len(problems))], problems, rotation=60, ha="right")
    axes.set_ylabel("seconds until the first result")
    figure.legend(loc="outside upper center", ncols=5, frameon=False)
    return figure
