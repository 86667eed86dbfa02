"""Runs the steps from a file to a page, in the order in which somebody wrote them down."""

from steps import STEPS, run

for name in STEPS:
    run(name)
