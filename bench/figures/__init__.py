"""One module for each figure. Each has `measure`, which takes what `bench.__main__` has at hand."""
