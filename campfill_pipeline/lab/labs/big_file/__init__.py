"""Lab 2, *250 MB*: a reader that keeps the whole file, one that keeps a row, and the memory of both, measured."""
