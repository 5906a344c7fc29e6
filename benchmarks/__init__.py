"""irad beside other tools of automatic differentiation: ``python -m benchmarks --help``. Not part of the installed package."""
