"""What Dagster knows is what the code defines: nothing forgotten, nothing come or gone unnoticed."""

from __future__ import annotations

import importlib
import pkgutil

import dagster as dg
import pytest

from campfill_pipeline import defs as room
from campfill_pipeline.defs import jobs
from campfill_pipeline.defs.build import build_defs
from campfill_pipeline.defs.descriptions import UndescribedError, describe
from campfill_pipeline_tests import snapshots


def test_the_definitions_are_those_of_the_snapshot() -> None:
    shown = (snapshots.DOCS / "definitions.md").read_text(encoding="utf-8")
    assert snapshots.definitions_page() == shown, "if the change is meant, run: make docs"


def test_every_asset_belongs_to_a_job() -> None:
    repository = build_defs().get_repository_def()
    made = {
        key
        for job in repository.get_all_jobs()
        if not job.name.startswith("__")
        for key in job.asset_layer.selected_asset_keys
    }
    never = {key.to_user_string() for key in repository.asset_graph.materializable_asset_keys - made}
    assert not never, f"no job makes {sorted(never)}: name it in a list of defs/jobs.py"


def test_every_asset_check_job_sensor_and_schedule_in_the_code_is_registered() -> None:
    repository = build_defs().get_repository_def()
    known = {
        *(job.name for job in repository.get_all_jobs()),
        *(sensor.name for sensor in repository.sensor_defs),
        *(schedule.name for schedule in repository.schedule_defs),
        *(key.name for key in repository.asset_graph.asset_check_keys),
        *(key.to_user_string() for key in repository.asset_graph.get_all_asset_keys()),
    }
    kinds = (dg.SensorDefinition, dg.ScheduleDefinition, dg.JobDefinition, type(jobs.UPLOAD))
    forgotten = []
    for info in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
        for value in vars(importlib.import_module(info.name)).values():
            names: list[str] = []
            if isinstance(value, dg.AssetChecksDefinition):
                names = [key.name for key in value.check_keys]
            elif isinstance(value, dg.AssetsDefinition):
                names = [key.to_user_string() for key in value.keys]
            elif isinstance(value, kinds):
                names = [value.name]
            forgotten += [f"{info.name}: {name}" for name in names if name not in known]
    assert not forgotten, (
        f"add to ALL of its module (defs/checks.py, jobs.py, sensors.py …); an asset belongs into a module of"
        f" defs/assets/, where it is found by itself: {forgotten}"
    )


def test_every_asset_stands_where_it_is_found() -> None:
    homes, elsewhere = set[str](), dict[str, str]()
    for info in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
        for value in vars(importlib.import_module(info.name)).values():
            if isinstance(value, dg.AssetsDefinition):
                names = {key.to_user_string() for key in value.keys}
                if info.name.startswith(f"{room.__name__}.assets."):
                    homes |= names
                else:
                    elsewhere |= dict.fromkeys(names, info.name)
    lost = {name: module for name, module in elsewhere.items() if name not in homes}
    assert not lost, f"move into a module of defs/assets/, where assets are found by themselves: {lost}"


def test_an_asset_without_a_page_is_told_with_what_to_write() -> None:
    with pytest.raises(UndescribedError, match=r"Write defs/descriptions/headlines\.md"):
        describe("headlines")
