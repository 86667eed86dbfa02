"""What the list of runs shows: one tag beside the job's name, by which a person recognises the run."""

from __future__ import annotations

import inspect
from datetime import date
from pathlib import Path
from uuid import UUID

import dagster as dg

from campfill_pipeline.commands import up
from campfill_pipeline.defs import arrivals, run_names, run_origin
from campfill_pipeline.defs.ingest import ingest
from campfill_pipeline.defs.local_runs import LocalRuns
from campfill_pipeline.defs.ranges import key_range
from campfill_pipeline.defs.revert import take_upload_back
from campfill_pipeline.warehouse.register import uploads
from campfill_pipeline_tests.lists import row, write_list


def shown(run: dg.DagsterRun) -> tuple[str, str, dict[str, str]]:
    """Job, status and the tags that the list shows without being asked: all but Dagster's own."""
    tags = {key: value for key, value in run.tags.items() if not key.startswith(("dagster/", ".dagster/"))}
    return run.job_name, run.status.value, tags


def test_the_list_of_runs_says_which_file_and_which_one_was_rejected_and_why(
    tmp_path: Path, runs: LocalRuns
) -> None:
    good = write_list(tmp_path / "campaigns.xlsx", [row(1)])
    bad = tmp_path / "notes.xlsx"
    bad.write_text("no workbook")
    loaded, _ = ingest(runs, [good, bad])
    take_upload_back(runs, UUID(loaded["upload_id"]))
    assert [shown(run) for run in reversed(runs.instance.get_runs())] == [
        ("upload", "SUCCESS", {"upload": "campaigns.xlsx and 1 more"}),
        ("upload", "FAILURE", {"upload": "notes.xlsx", "rejected": "no_header"}),
        ("revert", "SUCCESS", {"upload": "campaigns.xlsx"}),
        ("compute_fulfillment", "SUCCESS", {"upload": "campaigns.xlsx"}),
    ]
    # Where each can be found again: what "Re-execute all" in the web UI asks for, also of runs made by commands.
    origins = {run.remote_job_origin for run in runs.instance.get_runs()}
    assert {origin and origin.location_name for origin in origins} == {"campfill"}
    assert {origin and origin.job_name for origin in origins} == {"upload", "revert", "compute_fulfillment"}
    assert f"location_name: {run_origin.LOCATION}}}" in inspect.getsource(up)


def test_names_are_short_and_printable() -> None:
    assert run_names.upload(["a\nb.xlsx"]) == {"upload": "a_b.xlsx"}
    long = run_names.upload(["x" * 100, "b", "c"])["upload"]
    assert len(long) == 60
    assert long.endswith("… and 2 more")
    assert run_names.days(date(2026, 3, 1), date(2026, 3, 1)) == {"days": "2026-03-01"}
    assert run_names.days(date(2026, 3, 1), date(2026, 3, 4)) == {"days": "2026-03-01 to 2026-03-04"}


def test_a_rejected_file_counts_as_launched_by_the_sensor_that_took_it_in(
    tmp_path: Path, runs: LocalRuns
) -> None:
    bad = tmp_path / "notes.xlsx"
    bad.write_text("no workbook")
    upload = arrivals.take_copy(runs.campfill, bad)
    runs.instance.add_dynamic_partitions("uploads", [upload.partition_key])
    tags = key_range(upload.partition_key, upload.partition_key) | {"dagster/sensor_name": "inbox"}
    runs.run("upload", tags=tags)
    red, _ = runs.instance.get_runs()
    assert (red.status.value, red.tags["dagster/sensor_name"]) == ("FAILURE", "inbox")
    # Done again from the web UI, it is read once more; with a run that is no repetition it is left as it is.
    runs.run("upload", tags=tags)
    runs.run("upload", tags=tags | {"dagster/parent_run_id": red.run_id})
    with runs.campfill.connect() as connection:
        events = connection.execute("SELECT event FROM ledger_event ORDER BY event_no").fetchall()
        assert uploads.get(connection, upload.upload_id).status == "rejected"
    assert [event for (event,) in events if event in ("decided", "retry_requested")] == [
        "decided", "retry_requested", "decided",
    ]  # fmt: skip
