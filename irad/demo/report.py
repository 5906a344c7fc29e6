"""The demonstration as it is seen: problems one after the other, a progress bar while one is worked on, a table of times at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from threadpoolctl import threadpool_limits

from irad.demo.fit import STAGES, fit
from irad.demo.logistic import binary_problem, multinomial_problem
from irad.demo.measure import duration
from irad.demo.mixture import mixture_problem
from irad.demo.problem import Check, Outcome, Problem
from irad.errors import IradError


def problems() -> list[Callable[[], Problem]]:
    """The problems, each made when its turn comes: all on data that comes with scikit-learn."""
    from sklearn.datasets import load_breast_cancer, load_digits, load_iris
    from sklearn.decomposition import PCA

    iris, digits, cancer = load_iris(), load_digits(), load_breast_cancer()

    def digits_mixture() -> Problem:
        projected = PCA(6, random_state=0).fit_transform(digits.data)
        return mixture_problem("digits, projected", projected, 10)

    return [
        lambda: mixture_problem("iris", iris.data, 3),
        lambda: binary_problem("breast cancer", cancer.data, cancer.target == 1),
        digits_mixture,
        lambda: multinomial_problem("digits", digits.data, digits.target),
    ]


def run(console: Console, makers: Sequence[Callable[[], Problem]] | None = None) -> int:
    """Fit all problems and print what comes out. Returns the exit status: 0 if every check passed, 1 if one failed."""
    makers = problems() if makers is None else makers
    outcomes: list[Outcome] = []
    failed: list[str] = []
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    # L-BFGS's vectors are short, and so are scikit-learn's matrices here: more threads would only wait for each other.
    with threadpool_limits(1), Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("loading", total=len(makers) * (len(STAGES) + 1))
        for maker in makers:
            problem = maker()
            progress.advance(task)

            def stage(text: str, name: str = problem.name) -> None:
                progress.update(task, advance=1, description=f"{name}: {text}")

            def note(text: str, name: str = problem.name) -> None:
                progress.update(task, description=f"{name}: {text}")

            say(console, f"[bold]{problem.name}: {problem.description}[/bold]")
            try:
                outcome = fit(problem, stage, note)
            except IradError as error:
                checks: tuple[Check, ...] = (Check("gradient", False, f"{type(error).__name__}: {error}"),)
            else:
                outcomes.append(outcome)
                checks = outcome.checks
                print_fit(console, outcome)
            for check in checks:
                print_check(console, check)
                if not check.passed:
                    failed.append(f"{problem.name}: {check.name}")
            console.print()

    console.print(times_table(outcomes))
    if failed:
        say(console, f"[bold red]{len(failed)} CHECKS FAILED: {'; '.join(failed)}[/bold red]")
        return 1
    say(console, f"[bold green]All {sum(len(outcome.checks) for outcome in outcomes)} checks passed.[/bold green]")
    return 0


def say(console: Console, text: str) -> None:
    """Print one line, however long."""
    console.print(text, highlight=False, soft_wrap=True)


def print_fit(console: Console, outcome: Outcome) -> None:
    """Print size, objective and effort of a fit."""
    problem, (first, last) = outcome.problem, outcome.objective
    rows, columns = problem.data[0].shape
    effort = f"{outcome.iterations} iterations, {outcome.gradients} gradients, {duration(outcome.seconds)}"
    say(console, f"  {rows} × {columns} numbers, {problem.start.size} parameters")
    say(console, f"  objective {first:.6f} → {last:.6f} after {effort}")


def print_check(console: Console, check: Check) -> None:
    """Print one check."""
    mark = "[green]ok[/green]    " if check.passed else "[bold red]FAILED[/bold red]"
    say(console, f"  {mark} {check.name}: {escape(check.text)}")


def times_table(outcomes: Sequence[Outcome]) -> Table:
    """Time of value and gradient, with its ratio to the primal; of 2n primals (central differences), with its ratio to the gradient."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("time per call", no_wrap=True)
    for heading in ("n", "primal", "gradient", "ratio", "2n primals", "ratio", "compile"):
        table.add_column(heading, justify="right", no_wrap=True)
    for outcome in outcomes:
        times, size = outcome.times, outcome.problem.start.size
        differences = 2 * size * times.primal
        table.add_row(
            outcome.problem.name, str(size), duration(times.primal), duration(times.gradient),
            f"{times.gradient / times.primal:.1f}", duration(differences), f"{differences / times.gradient:.0f}",
            "" if times.compile is None else duration(times.compile),
        )
    return table
