"""Runs the steps from a file to a page: says what each step needs, and lets the order follow from that."""

from graphlib import TopologicalSorter

from steps import run

NEEDS = {
    "read": [],
    "judge": ["read"],
    "store": ["judge"],
    "deliver": [],
    "fulfil": ["store", "deliver"],
    "page": ["fulfil"],
}

for name in TopologicalSorter(NEEDS).static_order():
    run(name)
