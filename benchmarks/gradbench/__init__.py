"""irad as a tool of GradBench: ``python -m benchmarks.gradbench`` speaks its protocol on standard input and output."""
