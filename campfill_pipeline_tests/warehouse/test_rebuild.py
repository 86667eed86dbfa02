"""Making the register again from archive and events: the same tables, byte for byte, or a list of differences."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pyarrow as pa
import pytest

from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.domain.uploads import UploadStatus
from campfill_pipeline.warehouse.notices import care
from campfill_pipeline.warehouse.rebuild.replay import RebuildResult, Validated, rebuild
from campfill_pipeline.warehouse.register import ledger
from campfill_pipeline.warehouse.register.revert import revert
from campfill_pipeline_tests.warehouse.lists import NOW, apply, arrive, listed
from campfill_pipeline_tests.warehouse.register_dump import dump

LATER = NOW + timedelta(hours=1)


def again(folder: Path, upload: ledger.Upload) -> Validated:
    """The archived file of an upload as validation would give it again."""
    lines = folder / f"{upload.upload_id}.lines"
    with pa.ipc.open_stream(str(lines)) as reader:
        rows = sum(batch.num_rows for batch in reader)
    return Validated(lines, folder / f"{upload.upload_id}.issues", ledger.Counts(rows, rows))


def rebuilt(database_url: str, folder: Path) -> RebuildResult:
    return rebuild(
        database_url,
        lambda upload: again(folder, upload),
        rules=FulfillmentRules(),
        as_of=NOW.date(),
        now=LATER,
    )


@pytest.fixture
def line_ids(connection: psycopg.Connection, tmp_path: Path) -> list[UUID]:
    """A register with some life: changed, reverted, restored, withdrawn, absent lines, every verdict."""
    connection.autocommit = True
    line_ids = [uuid4() for _ in range(10)]
    rows = [listed(line_id, impression_goal=100 + number) for number, line_id in enumerate(line_ids)]
    apply(connection, tmp_path, rows[:9])
    second, _ = apply(connection, tmp_path, [row | {"impression_goal": 7} for row in rows[1:]], now=LATER)
    apply(connection, tmp_path, [rows[3]], now=LATER)
    revert(connection, second.upload_id, LATER)
    apply(connection, tmp_path, [rows[3]], now=LATER)
    arrive(connection, "waits")
    bad = arrive(connection, "bad")
    ledger.begin_attempt(connection, bad.upload_id, "run", at=NOW)
    refused = ledger.Decision(status=UploadStatus.REJECTED, reason="corrupt", message="m", hint="h")
    ledger.decide(connection, bad.upload_id, refused, at=NOW)
    ledger.ask_again(connection, bad.upload_id, at=NOW)
    ledger.give_up(connection, bad.upload_id, at=NOW)
    ledger.set_receipt(connection, bad.upload_id, "outbox/bad.xlsx", at=NOW)
    return line_ids


def test_a_rebuild_gives_the_same_tables_byte_for_byte(
    connection: psycopg.Connection, database_url: str, tmp_path: Path, line_ids: list[UUID]
) -> None:
    before = b"".join(dump(connection))
    numbers = connection.execute("SELECT id, line_no FROM line_register ORDER BY 1").fetchall()
    result = rebuilt(database_url, tmp_path)
    assert result.differences == ()
    assert (result.uploads, result.lines) == (6, 9)
    assert b"".join(dump(connection)) == before
    assert connection.execute("SELECT id, line_no FROM line_register ORDER BY 1").fetchall() == numbers
    assert connection.execute("SELECT to_regnamespace('campfill_rebuild')").fetchone() == (None,)


def test_a_tampered_register_is_mended_and_the_difference_listed(
    connection: psycopg.Connection, database_url: str, tmp_path: Path, line_ids: list[UUID]
) -> None:
    before = b"".join(dump(connection))
    connection.execute("UPDATE line_register SET impression_goal = 1 WHERE id = %s", [line_ids[0]])
    connection.execute("DELETE FROM line_history WHERE revision = 1")
    result = rebuilt(database_url, tmp_path)
    assert {difference.table for difference in result.differences} >= {"line", "line_revision"}
    assert str(line_ids[0]) in str(result.differences[0])
    assert b"".join(dump(connection)) == before


def test_a_lost_register_comes_back_whole(
    connection: psycopg.Connection, database_url: str, tmp_path: Path, line_ids: list[UUID]
) -> None:
    rebuilt(database_url, tmp_path)
    before = b"".join(dump(connection))
    connection.execute(
        "TRUNCATE upload, upload_issue, line_register, line_history, line_overtaken, upload_listing RESTART IDENTITY"
    )
    rebuilt(database_url, tmp_path)
    assert connection.execute("SELECT count(*) FROM fulfillment").fetchone() == (9,)
    assert b"".join(dump(connection)) == before


def test_an_original_that_cannot_be_read_leaves_everything_as_it_was(
    connection: psycopg.Connection, database_url: str, tmp_path: Path, line_ids: list[UUID]
) -> None:
    before = b"".join(dump(connection))
    for original in tmp_path.glob("*.lines"):
        original.unlink()
    with pytest.raises(FileNotFoundError):
        rebuilt(database_url, tmp_path)
    assert b"".join(dump(connection)) == before
    assert connection.execute("SELECT to_regnamespace('campfill_rebuild')").fetchone() == (None,)
    apply(connection, tmp_path, [listed(uuid4())])  # the lock is free again


def test_a_new_upload_after_a_rebuild_gets_the_next_numbers(
    connection: psycopg.Connection, database_url: str, tmp_path: Path, line_ids: list[UUID]
) -> None:
    rebuilt(database_url, tmp_path)
    upload, result = apply(connection, tmp_path, [listed(uuid4())])
    assert (upload.seq, result.new) == (7, 1)


def test_a_rebuild_keeps_who_takes_care_and_what_was_agreed(
    connection: psycopg.Connection, database_url: str, tmp_path: Path, line_ids: list[UUID]
) -> None:
    owed, other = line_ids[0], line_ids[1]
    care.say(connection, owed, care.Said(owner="Anna"), said_by="x", today=NOW.date(), now=NOW)
    later = NOW.date() + timedelta(days=30)
    agreed = care.Agreed(100, later, later, other)
    care.agree(connection, owed, agreed, said_by="x", now=NOW)
    before = care.standing(connection), care.make_goods(connection), care.history(connection, owed)
    assert rebuilt(database_url, tmp_path).differences == ()
    assert (care.standing(connection), care.make_goods(connection), care.history(connection, owed)) == before
