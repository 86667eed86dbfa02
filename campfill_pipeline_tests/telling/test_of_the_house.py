"""What is told besides lines and lists: incidents, overdue delivery, disk, backup; and the commands of being told."""

from __future__ import annotations

import json
import shutil
from collections import namedtuple
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import typer

from campfill_pipeline.commands import notify, quiet_doors
from campfill_pipeline.defs import watch
from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.domain.disk_room import LITTLE_BYTES
from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.domain.notices import Kind
from campfill_pipeline.language.retelling import retold
from campfill_pipeline.language.speaking import Language, speaking
from campfill_pipeline.settings import load_settings
from campfill_pipeline.telling import recipients
from campfill_pipeline.warehouse.figures.fulfillment import refresh
from campfill_pipeline.warehouse.notices import quiet
from campfill_pipeline_tests.telling.test_telling import LINE, TODAY, World, a_line
from campfill_pipeline_tests.telling.test_telling import world as world
from campfill_pipeline_tests.warehouse.delivery_rows import Row, store
from campfill_pipeline_tests.warehouse.test_counts import counted
from campfill_pipeline_tests.warehouse.test_incidents import BERLIN, MONDAY, publish

DAY = timedelta(days=1)


def facts_of(world: World, kind: Kind) -> list[tuple[str, str | None]]:
    """What began, and what was said when it was over."""
    with world.connect() as connection:
        return connection.execute(
            "SELECT begun, over FROM notice WHERE kind = %s ORDER BY begun_at", [str(kind)]
        ).fetchall()


def test_an_incident_is_told_when_it_begins_and_when_its_site_gives_again(world: World) -> None:
    world.now = datetime(2026, 7, 6, 8, tzinfo=UTC)
    world.later()
    sunday = MONDAY - DAY
    with world.connect() as connection:
        publish(connection, 12, {("Hbf", sunday, hour) for hour in range(10, 20)}, goal=30_000)
    for _ in range(2):
        world.later()
    assert world.mailbox.titles == ["campfill: 1 incident"]
    assert "Hbf was dark from 05 Jul 10:00 to 05 Jul 20:00: 12 lines lost" in world.posted[0]["message"]
    with world.connect() as connection:
        rows = [
            Row(datetime(2026, 7, 6, hour, tzinfo=BERLIN).astimezone(UTC), site, f"c0000000-0000-0000-0000-{n:012d}",
                impressions=Decimal(60), bids=200, wins=100, plays=100, campaign_purchase_type="guaranteed")
            for n in range(1, 13) for site in ("Hbf", "Mall") for hour in range(8, 20)
        ]  # fmt: skip
        store(connection, MONDAY, rows)
        refresh(connection, FulfillmentRules(), as_of=MONDAY + DAY, now=world.now, full=True)
    world.later()
    assert world.mailbox.titles[1:] == ["campfill: 1 over"]
    assert "Hbf gives again since" in world.posted[1]["message"]
    world.later()
    assert len(world.mailbox.titles) == 2


def home(world: World, url: str, tmp_path: Path, **more: str) -> Campfill:
    """The same home with further settings."""
    environ = {
        "CAMPFILL_HOME": str(tmp_path / "home"),
        "CAMPFILL_NOTIFY": str(tmp_path / "notify.toml"),
        **more,
    }
    made = Campfill(load_settings(environ, cwd=tmp_path), url)
    made.clock = lambda: world.now
    return made


def test_delivery_that_stays_away_is_told_once_and_once_when_it_comes(
    world: World, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_line(world, 100)
    world.refresh()
    told = {"CAMPFILL_REPORTING_URL": "http://127.0.0.1:9", "CAMPFILL_REPORTING_TOKEN": "a token"}
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    asking = home(world, database_url, tmp_path, **told)
    for newest in (world.now - timedelta(hours=6), world.now - timedelta(hours=1)):
        with world.connect() as connection:
            store(connection, newest.date(), [Row(newest.replace(minute=0))])
        for _ in range(2):
            watch.look(asking, world.instance)
    asking.close()
    ((begun, over),) = facts_of(world, Kind.DELIVERY_OVERDUE)
    assert begun == (
        "The newest hour delivered is 20 May 2026 04:00 UTC, although 1 line is live. Is the reporting behind? Ask "
        "its team."
    )
    assert over == "Delivery comes again."


def test_a_full_disk_is_told_once_and_once_when_there_is_room(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    for free, times in ((LITTLE_BYTES - 1, 2), (LITTLE_BYTES * 2, 2)):
        monkeypatch.setattr(shutil, "disk_usage", lambda path, free=free: usage(free, 0, free))
        for _ in range(times):
            world.later()
    assert world.mailbox.titles == ["campfill: 1 disk nearly full", "campfill: 1 over"]
    assert "Little room is left where CAMPFILL_HOME lies" in world.posted[0]["message"]


def backup(folder: Path, made: datetime) -> None:
    folder.mkdir(exist_ok=True)
    name = f"campfill-{made:%Y%m%d-%H%M%S}"
    (folder / f"{name}.backup").write_bytes(b"kept")
    told = {"made_at": made.isoformat(), "size": 4, "originals": 0, "tables": {}}
    (folder / f"{name}.json").write_text(json.dumps(told))


def test_a_backup_that_grew_old_is_told_once_and_once_when_one_was_made(
    world: World, database_url: str, tmp_path: Path
) -> None:
    kept = home(world, database_url, tmp_path, CAMPFILL_BACKUP_DIR=str(tmp_path / "backups"))
    settings = kept.settings
    assert settings.backup_dir is not None
    backup(settings.backup_dir, world.now - 3 * DAY)
    for _ in range(2):
        watch.look(kept, world.instance)
    ((begun, over),) = facts_of(world, Kind.BACKUP_OLD)
    assert (begun, over) == (
        "The newest proven backup is of 17 May 2026 10:00 UTC. Make one: campfill db backup --auto", None
    )  # fmt: skip
    backup(settings.backup_dir, world.now)
    watch.look(kept, world.instance)
    ((_, over),) = facts_of(world, Kind.BACKUP_OLD)
    assert over == "A proven backup was made."
    kept.close()


def test_notify_test_reaches_everybody_and_says_whom_it_did_not_reach(world: World) -> None:
    settings = world.campfill.settings
    done, code = notify.test(settings, None)
    assert (code, [(one["name"], one["taken"]) for one in done]) == (0, [("planning", True), ("chat", True)])
    assert world.mailbox.titles == ["campfill: a test"] and len(world.posted) == 1
    with pytest.raises(recipients.RecipientsError, match="No recipient is called 'nobody'"):
        notify.test(settings, "nobody")
    world.mailbox.refusing = True
    done, code = notify.test(settings, "planning")
    assert code == 1 and done[0]["taken"] is False and done[0]["fault"]


@pytest.fixture
def commands(world: World, database_url: str, monkeypatch: pytest.MonkeyPatch) -> World:
    """The commands on this world's home."""
    monkeypatch.setenv("CAMPFILL_HOME", str(world.campfill.settings.home))
    monkeypatch.setenv("CAMPFILL_DATABASE_URL", database_url)
    return world


def test_a_line_is_muted_acknowledged_and_told_of_again_by_command(commands: World) -> None:
    a_line(commands, 100)
    commands.refresh()
    until = (datetime.now() + 3 * DAY).date()
    quiet_doors.mute(str(LINE), until, note="known  outage")
    quiet_doors.ack(str(LINE), until)
    quiet_doors.mute(str(LINE), lift=True)
    with commands.connect() as connection:
        said = quiet.history(connection, LINE)
    assert [(one.act, one.text) for one in said] == [
        ("lift", ""),
        ("acknowledge", ""),
        ("mute", "known outage"),
    ]
    for arguments, words in (
        ((str(LINE),), "give --until and a day, or --lift"),
        (("no id", until), "is no line id"),
        ((str(LINE), date(2020, 1, 1)), "is past"),
    ):
        with pytest.raises(typer.BadParameter, match=words):
            quiet_doors.mute(*arguments)


def test_a_count_beyond_the_tolerance_is_told_once_and_once_when_it_agrees_again(world: World) -> None:
    a_line(world, 1_000)
    world.refresh()
    first, last = TODAY - 10 * DAY, TODAY - DAY

    def they_told(impressions: int) -> None:
        at = world.now
        with world.connect() as connection:
            counted(connection, str(LINE), (first, last, "", impressions), by="Zähler GmbH", received=at)

    they_told(8_000)
    for _ in range(3):
        world.later()
    assert world.mailbox.titles == ["campfill: 1 second count beyond the tolerance"]
    with world.connect() as connection:
        [(theirs, ours, beyond, share)] = connection.execute(
            "SELECT theirs, ours, beyond, percent = -20 FROM reporting.second_counts"
        ).fetchall()
    assert (theirs, ours, beyond, share) == (8_000, 10_000, True, True)
    they_told(9_500)
    for _ in range(2):
        world.later()
    assert world.mailbox.titles[1:] == ["campfill: 1 over"]
    ((begun, over),) = facts_of(world, Kind.COUNT_BEYOND)
    assert begun.endswith(
        ": Zähler GmbH counted 8,000 impressions, 20.0 % fewer than ours (10,000); the tolerance is 10.0 %."
        " campfill counts says why."
    )
    assert over is not None and over.endswith(": the count by Zähler GmbH is within the tolerance again.")
    with speaking(Language.GERMAN):
        assert retold(begun).endswith(
            ": Zähler GmbH zählte 8.000 Impressions, 20,0 % weniger als unsere Zählung (10.000); die Toleranz ist"
            " 10,0 %. Woran es liegt, sagt campfill counts."
        )
