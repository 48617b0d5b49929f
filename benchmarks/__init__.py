"""Measurements of Văn Kho, each with its limit or its peer in the same run: `python -m benchmarks.<name>`."""
