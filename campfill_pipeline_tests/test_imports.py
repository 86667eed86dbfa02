"""No circle among imports: neither of modules, nor of the rooms that stand side by side in a room.

Belongs here: what holds for all rooms, also for those made tomorrow. Does not belong here: which room stands on which
(the contracts in pyproject.toml).
"""

from __future__ import annotations

from collections import defaultdict
from graphlib import CycleError, TopologicalSorter

import grimp
import pytest

PACKAGE = "campfill_pipeline"


@pytest.fixture(scope="module")
def imports() -> grimp.ImportGraph:
    """Who imports whom, imports for types included."""
    return grimp.build_graph(PACKAGE, exclude_type_checking_imports=False, cache_dir=None)


def circle(imported_by: dict[str, set[str]]) -> list[str]:
    """The names of one circle in order, or nothing."""
    try:
        TopologicalSorter(imported_by).prepare()
    except CycleError as found:
        return list(found.args[1])
    return []


def between(imports: grimp.ImportGraph, room: str) -> dict[str, set[str]]:
    """The modules and rooms that stand in `room`, and which of the others each imports, however deep within."""

    def standing(module: str) -> str:
        return ".".join(module.split(".")[: room.count(".") + 2])

    found: dict[str, set[str]] = defaultdict(set)
    for module in imports.find_descendants(room):
        for other in imports.find_modules_directly_imported_by(module):
            if other.startswith(f"{room}.") and standing(other) != standing(module):
                found[standing(module)].add(standing(other))
    return found


def test_no_module_imports_itself_by_way_of_others(imports: grimp.ImportGraph) -> None:
    modules = {module: imports.find_modules_directly_imported_by(module) for module in imports.modules}
    assert len(modules) > 400
    assert circle(modules) == []


def test_no_two_rooms_stand_on_each_other(imports: grimp.ImportGraph) -> None:
    rooms = [module for module in imports.modules if imports.find_children(module)]
    assert {f"{PACKAGE}.warehouse.delivery", f"{PACKAGE}.reporting.answers"} <= set(rooms)
    circles = {room: found for room in rooms if (found := circle(between(imports, room)))}
    assert circles == {}, f"move what both need below both, or join them: {circles}"


def test_a_circle_would_be_found() -> None:
    graph = grimp.ImportGraph()
    for module in ("house", "house.a", "house.a.one", "house.b", "house.b.two"):
        graph.add_module(module)
    graph.add_import(importer="house.a.one", imported="house.b.two")
    assert circle(between(graph, "house")) == []
    graph.add_import(importer="house.b", imported="house.a.one")
    assert set(circle(between(graph, "house"))) == {"house.a", "house.b"}
