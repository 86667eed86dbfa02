"""Runs the steps from a file to a page, again and again until everything has reached the page."""

from steps import STEPS, run

for _ in range(4):
    for name in STEPS:
        run(name)
