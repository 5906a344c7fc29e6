"""``python -m irad``: fit real data with irad's gradients, or differentiate, check and time a function of one's own."""

from __future__ import annotations

import argparse
import importlib.util
import sys
from collections.abc import Sequence

NEEDS = {"scipy": "scipy", "sklearn": "scikit-learn", "rich": "rich"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line. Returns the exit status: 0 well, 1 a check failed, 2 it could not be done as asked."""
    parser = argparse.ArgumentParser(
        prog="python -m irad",
        description="Without arguments: fit models to real data with irad's gradients, and check them. "
        "With a function: its value, gradient, check and timing.",
    )
    parser.add_argument("function", nargs="?", help="file.py:function or package.module:function, returning a float")
    parser.add_argument("--at", metavar="EXPRESSION", help="the arguments as Python; np and math are there: --at 'np.linspace(0, 1, 10)'")
    parser.add_argument("--explain", action="store_true",
                        help="show for each line of the function what its gradient keeps, and what it computes again")
    options = parser.parse_args(arguments)

    if options.function is not None:
        from irad.demo.user import run_function

        return run_function(options.function, options.at, explain=options.explain)
    if options.at is not None or options.explain:
        option = "--explain" if options.explain else "--at"
        parser.error(f"{option} needs a function: file.py:function or package.module:function")

    missing = [package for module, package in NEEDS.items() if importlib.util.find_spec(module) is None]
    if missing:
        print(f"python -m irad: needs {', '.join(missing)}; run: pip install 'irad[demo]'", file=sys.stderr)
        return 2
    from rich.console import Console

    from irad.demo.report import run

    return run(Console())


if __name__ == "__main__":
    sys.exit(main())
