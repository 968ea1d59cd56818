"""Measurements, each a ratio of two sides in one run: `make bench`. See docs/performance.md."""
