"""Applying lists to the line register: new, updated, unchanged, and what is written for each."""

from __future__ import annotations

import re
from dataclasses import astuple
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest

from campfill_pipeline.domain.uploads import UploadStatus
from campfill_pipeline.warehouse.register import apply as register
from campfill_pipeline.warehouse.register import ledger
from campfill_pipeline_tests.warehouse.lists import NOW, apply, arrive, listed

REFUSED = ledger.Decision(status=UploadStatus.REJECTED, reason="corrupt", message="m", hint="h")


def test_a_list_creates_its_lines_with_exact_figures_and_first_revisions(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    line_id = uuid4()
    upload, result = apply(connection, tmp_path, [listed(line_id, cpm_eur=Decimal("1.1834"))])
    assert astuple(result)[:6] == (1, 0, 0, 0, 0, "loaded")
    assert (upload.status, upload.rows_new, upload.rows_updated, upload.rows_unchanged) == ("loaded", 1, 0, 0)
    found = connection.execute("SELECT id, cpm_eur, budget_eur, kind, revision FROM line").fetchall()
    assert found == [(line_id, Decimal("1.1834"), Decimal("750.00"), "campaign", 1)]
    assert [(r.revision, r.action, r.upload_id, r.row_no) for r in register.history(connection, line_id)] == [
        (1, "created", upload.upload_id, 2)
    ]


def test_three_changed_lines_of_a_long_list_write_three_revisions(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    rows = [listed(uuid4(), impression_goal=1000 + n) for n in range(7_057)]
    apply(connection, tmp_path, rows)
    changed = [row | {"impression_goal": 5} if n in (3, 500, 7_000) else row for n, row in enumerate(rows)]
    _, result = apply(connection, tmp_path, changed)
    assert (result.new, result.updated, result.unchanged, result.notable) == (0, 3, 7_054, 3)
    assert connection.execute("SELECT count(*) FROM line_revision WHERE revision > 1").fetchone() == (3,)


def test_unchanged_rows_write_nothing(connection: psycopg.Connection, tmp_path: Path) -> None:
    rows = [listed(uuid4()) for _ in range(50)]
    apply(connection, tmp_path, rows)
    connection.execute("TRUNCATE line_dirty")
    connection.commit()
    before = connection.execute(
        "SELECT line_no, xmin::text, ctid::text FROM line_register ORDER BY 1"
    ).fetchall()
    _, result = apply(connection, tmp_path, reversed(rows))
    assert (result.new, result.updated, result.unchanged) == (0, 0, 50)
    after = connection.execute(
        "SELECT line_no, xmin::text, ctid::text FROM line_register ORDER BY 1"
    ).fetchall()
    assert after == before
    assert connection.execute("SELECT count(*) FROM line_dirty").fetchone() == (0,)


def test_a_list_without_a_budget_column_keeps_the_stored_budgets(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    first, second, third, new = (uuid4() for _ in range(4))
    apply(connection, tmp_path, [listed(line_id) for line_id in (first, second, third)])
    later = [
        listed(first, budget_eur=None),
        listed(second, budget_eur=None, impression_goal=5),
        listed(new, budget_eur=None),
        listed(third, budget_eur=None),  # in a block with a budget column, where it is blank
    ]
    upload, result = apply(connection, tmp_path, later, without_budget=[("Campaign list", 1, 4)])
    assert (result.new, result.updated, result.unchanged) == (1, 2, 1)
    found = {row[0]: row[1] for row in connection.execute("SELECT id, budget_eur FROM line")}
    assert found == {first: Decimal("750.00"), second: Decimal("750.00"), new: None, third: None}
    changed = [(c.line_id, c.field) for c in register.changes(connection, upload.upload_id) if c.field]
    assert changed == [(second, "impression_goal"), (third, "budget_eur")]


def test_an_update_lists_every_changed_field_and_its_size(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    line_id = uuid4()
    apply(connection, tmp_path, [listed(line_id, impression_goal=1_500_000, placement="Station")])
    upload, _ = apply(
        connection, tmp_path, [listed(line_id, impression_goal=2_000_000, budget_eur=None, placement="City")]
    )
    found = register.changes(connection, upload.upload_id)
    assert [(c.action, c.field, c.before, c.after, c.change_pct) for c in found] == [
        ("updated", "budget_eur", "750.00", None, None),
        ("updated", "impression_goal", "1500000", "2000000", Decimal("33.3")),
        ("updated", "placement", "Station", "City", None),
    ]
    assert all(change.notable for change in found)


def test_a_goal_change_tells_its_effect_on_fulfillment(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    line_id = uuid4()
    apply(connection, tmp_path, [listed(line_id, impression_goal=1_500_000)])
    connection.execute(
        "INSERT INTO line_day (line_no, day, source, counted, impressions, rows, first_hour, last_hour)"
        " SELECT line_no, '2026-09-01', 'a', true, 1441500, 1, now(), now() FROM line_register"
    )
    upload, _ = apply(connection, tmp_path, [listed(line_id, impression_goal=2_000_000)])
    [change] = register.changes(connection, upload.upload_id)
    assert (change.fulfillment_before, change.fulfillment_after) == (Decimal("96.1"), Decimal("72.1"))


def test_a_derived_field_alone_is_an_update_but_not_notable(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    line_id = uuid4()
    apply(connection, tmp_path, [listed(line_id)])
    _, result = apply(connection, tmp_path, [listed(line_id, advertiser="Sierra")])
    assert (result.updated, result.notable) == (1, 0)


def test_the_same_bytes_as_the_newest_standing_list_are_a_duplicate(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    line_id = uuid4()
    first, second = [listed(line_id)], [listed(line_id, impression_goal=7)]
    apply(connection, tmp_path, first)
    upload, result = apply(connection, tmp_path, first)
    assert (upload.status, result.status) == ("duplicate", "duplicate")
    apply(connection, tmp_path, second)
    upload, result = apply(connection, tmp_path, first)
    assert (upload.status, result.updated) == ("loaded", 1)


def test_an_upload_is_decided_once(connection: psycopg.Connection, tmp_path: Path) -> None:
    upload, _ = apply(connection, tmp_path, [listed(uuid4())])
    with pytest.raises(ledger.LedgerError, match="already loaded"):
        ledger.decide(connection, upload.upload_id, REFUSED)


def test_lines_missing_from_a_full_list_are_absent_until_they_come_back(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    rows = [listed(uuid4()) for _ in range(10)]
    apply(connection, tmp_path, rows)
    later = NOW + timedelta(days=1)
    _, result = apply(connection, tmp_path, rows[:8], now=later)
    assert result.absent == 2
    absent = connection.execute("SELECT count(*) FROM line WHERE absent_since = %s", [later]).fetchone()
    assert absent == (2,)
    _, result = apply(connection, tmp_path, rows[9:], now=later + timedelta(days=1))
    assert result.absent == 0
    assert connection.execute("SELECT count(*) FROM line WHERE absent_since IS NOT NULL").fetchone() == (1,)


def test_a_mended_receipt_marks_nobody_absent(connection: psycopg.Connection, tmp_path: Path) -> None:
    rows = [listed(uuid4()) for _ in range(10)]
    apply(connection, tmp_path, rows)
    _, result = apply(connection, tmp_path, rows[:7])
    assert result.absent == 0


def test_ended_lines_and_rejected_rows_are_not_absent(connection: psycopg.Connection, tmp_path: Path) -> None:
    ended = listed(uuid4(), start_date=NOW.date() - timedelta(9), end_date=NOW.date() - timedelta(1))
    faulty = uuid4()
    rows = [listed(uuid4()) for _ in range(9)]
    apply(connection, tmp_path, [*rows, ended, listed(faulty)])
    _, result = apply(connection, tmp_path, rows, rejected=1, also_listed=[faulty])
    assert (result.absent, result.status) == (0, "partly_loaded")


def test_an_older_list_dropped_late_counts_and_is_warned_about(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    line_id = uuid4()
    apply(connection, tmp_path, [listed(line_id)], content_date=NOW)
    upload, result = apply(
        connection, tmp_path, [listed(line_id, impression_goal=9)], content_date=NOW - timedelta(days=3)
    )
    assert result.updated == 1
    assert "older" in result.notes[0]
    assert upload.notes == list(result.notes)
    _, result = apply(connection, tmp_path, [listed(line_id, impression_goal=8)], content_date=NOW)
    assert result.notes == ()  # as old as the newest one


def test_a_giant_applied_late_does_not_undo_what_arrived_after_it(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    line_id, other = uuid4(), uuid4()
    giant = arrive(connection, "giant")
    apply(connection, tmp_path, [listed(line_id, impression_goal=2)])
    upload, result = apply(
        connection, tmp_path, [listed(line_id, impression_goal=1), listed(other)], upload=giant
    )
    assert (result.new, result.updated, result.unchanged) == (1, 0, 1)
    assert "arrived later" in upload.notes[0]
    goals = connection.execute("SELECT id, impression_goal FROM line").fetchall()
    assert set(goals) == {(line_id, 2), (other, 100_000)}


def test_text_that_the_database_cannot_hold_is_stored_visibly(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    issue = {
        "issue_no": 1, "sheet": 'a "b",\nc', "cell": "C17", "row_no": 17, "column_name": "", "value": "a\0b",
        "code": "not_a_number", "severity": "error", "message": "m", "hint": "h",
    }  # fmt: skip
    upload, _ = apply(connection, tmp_path, [listed(uuid4(), name="x\0y")], issues=[issue], rejected=1)
    [found] = ledger.issues(connection, upload.upload_id)
    assert (found.sheet, found.column, found.value) == ('a "b",\nc', "", "a\N{REPLACEMENT CHARACTER}b")


@pytest.mark.parametrize(
    ("named", "absent", "said"),
    [(10, 0, None), (9, 1, "1 line .* marked as absent"), (4, 0, "6 lines .* stay as they are")],
)
def test_lines_that_a_list_does_not_name_are_told(
    connection: psycopg.Connection, tmp_path: Path, named: int, absent: int, said: str | None
) -> None:
    lines = [listed(UUID(int=number)) for number in range(1, 11)]
    apply(connection, tmp_path, lines)
    _, result = apply(connection, tmp_path, lines[:named], now=NOW + timedelta(days=1))
    assert result.absent == absent
    assert len(result.notes) == (said is not None)
    assert said is None or re.search(said, result.notes[0])


def test_lists_applied_in_one_transaction_do_not_mix(connection: psycopg.Connection, tmp_path: Path) -> None:
    first, second = uuid4(), uuid4()
    with connection.transaction():
        apply(connection, tmp_path, [listed(first)])
        apply(connection, tmp_path, [listed(first, impression_goal=7)])
        _, result = apply(connection, tmp_path, [listed(second)])
        assert (result.new, result.updated, result.unchanged) == (1, 0, 0)
    assert connection.execute("SELECT count(*), max(revision) FROM line").fetchone() == (2, 2)
    left = connection.execute("SELECT (SELECT count(*) FROM arriving), (SELECT count(*) FROM touched)")
    assert left.fetchone() == (0, 0)
