"""``python -m benchmarks run`` measures, ``python -m benchmarks report`` writes the table and the plots."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from benchmarks import problems, report, rivals
from benchmarks.run import cases, machine, run


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line and do what it says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    runs = commands.add_parser("run", help="measure rivals side by side")
    runs.add_argument("--rivals", default="irad,hand,enzyme", help=f"of {','.join(rivals.NAMES)}")
    runs.add_argument("--problems", default=",".join(problems.NAMES), help="default: all")
    runs.add_argument("--sizes", default="0,1,2", help="0 is the smallest, 2 the largest")
    runs.add_argument("--rounds", type=int, default=5)
    runs.add_argument("--output", type=Path, default=Path("benchmarks/results/latest.json"))
    reports = commands.add_parser("report", help="table and plots of a run")
    reports.add_argument("--input", type=Path, default=Path("benchmarks/results/latest.json"))
    reports.add_argument("--output", type=Path, default=None, help="folder; default: that of the input")
    options = parser.parse_args(arguments)
    if options.command == "run":
        return _run(options)
    report.write(json.loads(options.input.read_text()), options.output or options.input.parent)
    return 0


def _run(options: argparse.Namespace) -> int:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    chosen = options.rivals.split(",")
    unknown = [name for name in chosen if name not in rivals.NAMES] + [n for n in options.problems.split(",") if n not in problems.NAMES]
    if unknown:
        print(f"unknown: {', '.join(unknown)}", file=sys.stderr)
        return 2
    work = cases(options.problems.split(","), [int(size) for size in options.sizes.split(",")])
    result = {"machine": machine(), "versions": {}, "records": []}
    console = Console(stderr=True)
    with Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console) as progress:
        task = progress.add_task("starting", total=len(work) * len(chosen))
        for record in run(chosen, work, options.rounds):
            where = " ".join(record.get(key, "") for key in ("problem", "size")).strip()
            if "skip" in record:
                progress.console.print(f"{record['rival']}: skipped{where and ' '}{where}: {record['skip']}", highlight=False)
            if "problem" in record:
                progress.update(task, advance=1, description=where)
                result["records"].append(record)
            elif "versions" in record:
                result["versions"][record["rival"]] = record["versions"]
            else:
                progress.update(task, total=progress.tasks[0].total - len(work))
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(result, indent=1))
    print(report.table(result), report.against(result), report.stages(result), sep="\n\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
