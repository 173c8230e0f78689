"""Measurements against fixed bars; `python -m benchmarks` runs them and writes README.md here."""
