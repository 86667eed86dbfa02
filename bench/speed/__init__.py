"""The table of docs/speed.md: work for which people wait, measured in this build and in the one before, in turns.

Belongs here: builds at work, what is measured in each row, results on disk, the page made of them. Does not belong
here: the command (`bench.beside`), benchmarks that stand for themselves.
"""
