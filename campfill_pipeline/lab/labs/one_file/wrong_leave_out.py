"""Runs the steps from a file to a page, but for the delivery, which did not change."""

from steps import run

for name in ("read", "judge", "store", "fulfil", "page"):
    run(name)
