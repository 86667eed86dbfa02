"""Two pages of docs/ that are made whole from the product: the definitions, and what the index of decisions lacks."""

from __future__ import annotations

from pathlib import Path

from campfill_pipeline.defs.build import build_defs

DOCS = Path(__file__).parents[1] / "docs"
DECISIONS = DOCS / "decisions"
_UNSORTED = "## Not sorted yet"
_HEAD = """# Definitions

What Dagster knows of campfill: made by `make docs`, and compared in a test, so that nothing comes or goes unnoticed.
What each asset is and promises stands on its page in the web UI."""


def definitions_page() -> str:
    """docs/definitions.md: every asset with its partitions, jobs and checks; every job, sensor and schedule."""
    repository = build_defs().get_repository_def()
    graph = repository.asset_graph
    jobs = {
        job.name: {key.to_user_string() for key in job.asset_layer.selected_asset_keys}
        for job in repository.get_all_jobs()
        if not job.name.startswith("__")
    }
    assets = []
    for key in sorted(graph.get_all_asset_keys(), key=lambda key: key.to_user_string()):
        node, name = graph.get(key), key.to_user_string()
        cut = "–" if node.partitions_def is None else type(node.partitions_def).__name__
        above = ", ".join(sorted(parent.to_user_string() for parent in node.parent_keys)) or "–"
        runs = ", ".join(job for job in sorted(jobs) if name in jobs[job]) or "–"
        checks = ", ".join(sorted(check.name for check in node.check_keys)) or "–"
        assets.append(f"| `{name}` | {node.group_name} | {cut} | {above} | {runs} | {checks} |")
    head = (
        "## Assets\n\n| asset | group | partitions | made from | jobs | checks |\n|---|---|---|---|---|---|"
    )
    sensors = sorted(sensor.name for sensor in repository.sensor_defs)
    schedules = sorted((schedule.name, str(schedule.cron_schedule)) for schedule in repository.schedule_defs)
    parts = [
        _HEAD,
        "\n".join([head, *assets]),
        "\n".join(["## Jobs\n", *(f"* `{name}`" for name in sorted(jobs))]),
        "\n".join(["## Sensors\n", *(f"* `{name}`" for name in sensors)]),
        "\n".join(["## Schedules\n", *(f"* `{name}`: `{cron}`" for name, cron in schedules)]),
    ]
    return "\n\n".join(parts) + "\n"


def with_all_decisions(index: str) -> str:
    """The index of the decision records, with those that it does not name added at its end."""
    lines = []
    for file in sorted(DECISIONS.glob("[0-9]*.md")):
        if f"({file.name})" not in index:
            title = file.read_text(encoding="utf-8").splitlines()[0].partition(". ")[2]
            lines.append(f"* [{title}]({file.name})\n")
    if not lines:
        return index
    head = "" if _UNSORTED in index else f"\n{_UNSORTED}\n\n"
    return index.rstrip("\n") + "\n" + head + "".join(lines)


def write() -> None:
    """Write both."""
    (DOCS / "definitions.md").write_text(definitions_page(), encoding="utf-8")
    index = DECISIONS / "README.md"
    index.write_text(with_all_decisions(index.read_text(encoding="utf-8")), encoding="utf-8")
