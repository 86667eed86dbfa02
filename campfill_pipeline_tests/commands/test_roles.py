"""`campfill up --role`: what a machine needs for its part of the system."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from campfill_pipeline.commands import roles
from campfill_pipeline.commands.roles import Role
from campfill_pipeline.defs import broker, instance, queues
from campfill_pipeline.settings import Settings, SettingsError, load_settings

SHARED = {
    "CAMPFILL_DATABASE_URL": "postgresql://campfill:x@db/campfill",
    "CAMPFILL_BROKER_URL": "redis://:x@broker:6379/0",
    "CAMPFILL_MACHINE": "one",
}


def settings(tmp_path: Path, **more: str) -> Settings:
    return load_settings({"CAMPFILL_HOME": str(tmp_path / "home")} | more, cwd=tmp_path)


@pytest.mark.parametrize("missing", ["CAMPFILL_DATABASE_URL", "CAMPFILL_BROKER_URL"])
def test_a_part_of_the_system_needs_a_shared_database_and_broker(tmp_path: Path, missing: str) -> None:
    told = {name: value for name, value in SHARED.items() if name != missing}
    with pytest.raises(roles.RoleError, match=f"--role worker .* {missing} is not set"):
        roles.check(Role.WORKER, settings(tmp_path, **told))
    roles.check(Role.ALL, settings(tmp_path))


def test_a_machine_that_does_all_keeps_everything_where_it_was_and_hands_no_run_away(tmp_path: Path) -> None:
    alone = settings(tmp_path)
    assert alone.place("all") == alone.home
    file = instance.dagster_home(alone) / "dagster.yaml"
    assert file.read_bytes() == (instance.CHECKOUT / "dagster.yaml").read_bytes()
    assert list(queues.days(alone, range(300))) == [range(300)]
    assert queues.tags(alone, giant=True) == {}
    assert not Role.ALL.works(alone)


def test_with_a_broker_runs_go_to_workers_and_a_lost_one_is_done_again(tmp_path: Path) -> None:
    pytest.importorskip("dagster_celery", reason="needs the extra: pip install 'campfill[scale]'")
    shared = settings(tmp_path, **SHARED, CAMPFILL_RUNS="8")
    place = shared.place("worker")
    assert place == shared.home / "machines" / "one" / "worker"
    told = yaml.safe_load((instance.dagster_home(shared, place) / "dagster.yaml").read_text())
    assert told["run_launcher"]["class"] == "WorkersLauncher"
    assert told["run_launcher"]["config"]["broker"] == {"env": "CAMPFILL_BROKER_URL"}  # no secret in a file
    assert told["run_monitoring"]["enabled"] and told["run_monitoring"]["max_resume_run_attempts"] == 0
    assert told["run_retries"] == {"enabled": True, "max_retries": 2, "retry_on_asset_or_op_failure": False}
    assert told["concurrency"]["runs"] == {
        "max_concurrent_runs": 8,
        "tag_concurrency_limits": [{"key": "dagster-celery/queue", "value": "campfill-giants", "limit": 1}],
    }
    assert Role.ALL.works(shared) and Role.WORKER.works(shared) and not Role.WEB.works(shared)


@pytest.mark.parametrize("processors", [1, 2, 16])
def test_a_burst_is_parted_among_the_runs_and_no_file_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, processors: int
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    shared, alone = settings(tmp_path, **SHARED), settings(tmp_path)
    assert [len(part) for part in queues.files(shared, range(101))] == [11, 17, 28, 45]
    assert [len(part) for part in queues.days(shared, range(30))] == [8, 7, 7, 8]
    here = {1: [300], 2: [115, 185], 16: [58, 93, 149]}[processors]
    assert [len(part) for part in queues.files(alone, range(300))] == here
    for count in range(1, 400):
        for parts in (queues.files(alone, range(count)), queues.files(shared, range(count))):
            assert [number for part in parts for number in part] == list(range(count))
    assert list(queues.files(shared, range(12))) == [range(12)]
    assert list(queues.days(shared, range(7))) == [range(7)]
    assert queues.tags(shared) == {"dagster/max_retries": "0"}
    assert queues.tags(shared, giant=True)["dagster-celery/queue"] == queues.GIANTS


@pytest.mark.parametrize("address", ["amqp://:geheim@broker", "redis://:geheim@", "geheim:6379"])
def test_only_a_redis_is_taken_for_a_broker_and_its_password_is_not_shown(
    tmp_path: Path, address: str
) -> None:
    with pytest.raises(SettingsError, match=r"CAMPFILL_BROKER_URL=.*redis://host:port/number") as error:
        settings(tmp_path, CAMPFILL_BROKER_URL=address)
    assert "geheim" not in str(error.value)


def test_a_broker_that_does_not_answer_is_told_without_its_password(tmp_path: Path) -> None:
    pytest.importorskip("redis", reason="needs the extra: pip install 'campfill[scale]'")
    seen = broker.look(settings(tmp_path, CAMPFILL_BROKER_URL="redis://:geheim@127.0.0.1:1/0"))
    assert seen.fault is not None and seen.fault.startswith("127.0.0.1:1: ")
    assert "geheim" not in seen.fault
    assert seen.workers == ()
