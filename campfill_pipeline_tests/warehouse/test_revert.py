"""Taking an upload back: exactly what it changed, as new revisions, and what stays."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest

from campfill_pipeline.warehouse.register import apply as register
from campfill_pipeline.warehouse.register import ledger
from campfill_pipeline.warehouse.register.revert import TakenBack, document, preview, revert
from campfill_pipeline_tests.warehouse.lists import NOW, apply, arrive, listed

LATER = NOW + timedelta(hours=1)


def goals(connection: psycopg.Connection) -> dict[UUID, int]:
    return dict(connection.execute("SELECT id, impression_goal FROM line").fetchall())


def actions(connection: psycopg.Connection, line_id: UUID) -> list[str]:
    return [revision.action for revision in register.history(connection, line_id)]


def test_changed_lines_go_back_and_created_ones_are_withdrawn(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    old, new = uuid4(), uuid4()
    first, _ = apply(connection, tmp_path, [listed(old, impression_goal=1)])
    wrong, _ = apply(connection, tmp_path, [listed(old, impression_goal=2), listed(new)])
    result = revert(connection, wrong.upload_id, LATER)
    assert goals(connection) == {old: 1}
    assert {(line.line_id, line.action, line.upload_id) for line in result.taken} == {
        (old, "reverted", first.upload_id),
        (new, "withdrawn", wrong.upload_id),
    }
    assert (result.left, result.stands, result.upload.reverted_at) == ((), False, LATER)
    assert actions(connection, old) == ["created", "updated", "reverted"]
    assert actions(connection, new) == ["created", "withdrawn"]
    back = register.history(connection, old)[-1]
    assert (back.upload_id, back.sheet, back.row_no) == (first.upload_id, "Campaign list", 2)
    assert back.changes == {"impression_goal": {"before": "2", "after": "1"}}


def test_lines_changed_again_by_a_later_upload_are_left_and_listed(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    kept, undone = uuid4(), uuid4()
    apply(connection, tmp_path, [listed(kept, impression_goal=1), listed(undone, impression_goal=1)])
    wrong, _ = apply(
        connection, tmp_path, [listed(kept, impression_goal=2), listed(undone, impression_goal=2)]
    )
    later, _ = apply(connection, tmp_path, [listed(kept, impression_goal=3)])
    result = revert(connection, wrong.upload_id, LATER)
    assert goals(connection) == {kept: 3, undone: 1}
    assert [(line.line_id, line.upload_id) for line in result.left] == [(kept, later.upload_id)]


def test_reverting_a_revert_brings_everything_back(connection: psycopg.Connection, tmp_path: Path) -> None:
    old, new = uuid4(), uuid4()
    apply(connection, tmp_path, [listed(old, impression_goal=1)])
    upload, _ = apply(connection, tmp_path, [listed(old, impression_goal=2), listed(new, impression_goal=5)])
    revert(connection, upload.upload_id, LATER)
    result = revert(connection, upload.upload_id, LATER)
    assert result.stands
    assert goals(connection) == {old: 2, new: 5}
    assert actions(connection, new) == ["created", "withdrawn", "restored"]
    assert ledger.get(connection, upload.upload_id).stands


def test_taking_back_the_later_of_two_reverted_uploads_does_not_bring_the_earlier_one_back(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    line_id = uuid4()
    apply(connection, tmp_path, [listed(line_id, impression_goal=1)])
    second, _ = apply(connection, tmp_path, [listed(line_id, impression_goal=2)])
    third, _ = apply(connection, tmp_path, [listed(line_id, impression_goal=3)])
    revert(connection, second.upload_id, LATER)
    revert(connection, third.upload_id, LATER)
    assert goals(connection) == {line_id: 1}
    revert(connection, second.upload_id, LATER)
    assert goals(connection) == {line_id: 2}


def test_a_withdrawn_line_comes_back_as_new_with_a_later_list(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    line_id = uuid4()
    upload, _ = apply(connection, tmp_path, [listed(line_id)])
    revert(connection, upload.upload_id, LATER)
    assert goals(connection) == {}
    again, result = apply(connection, tmp_path, [listed(line_id)])
    assert (result.new, again.status) == (1, "loaded")
    assert actions(connection, line_id) == ["created", "withdrawn", "restored"]


def test_a_revert_takes_back_who_was_absent(connection: psycopg.Connection, tmp_path: Path) -> None:
    rows = [listed(uuid4()) for _ in range(10)]
    apply(connection, tmp_path, rows)
    upload, result = apply(connection, tmp_path, rows[1:], now=LATER)
    assert result.absent == 1
    revert(connection, upload.upload_id, LATER)
    assert connection.execute("SELECT count(*) FROM line WHERE absent_since IS NOT NULL").fetchone() == (0,)
    revert(connection, upload.upload_id, LATER)
    assert connection.execute("SELECT count(*) FROM line WHERE absent_since = %s", [LATER]).fetchone() == (1,)


def test_touched_lines_are_marked_for_a_new_fulfillment(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    line_id = uuid4()
    upload, _ = apply(connection, tmp_path, [listed(line_id)])
    connection.execute("TRUNCATE line_dirty")
    revert(connection, upload.upload_id, LATER)
    assert connection.execute("SELECT count(*) FROM line_dirty").fetchone() == (1,)


def test_only_loaded_lists_can_be_reverted(connection: psycopg.Connection) -> None:
    with pytest.raises(ledger.LedgerError, match="There is no upload"):
        revert(connection, uuid4(), LATER)
    upload = arrive(connection, "x")
    with pytest.raises(ledger.LedgerError, match="is received: it changed nothing"):
        revert(connection, upload.upload_id, LATER)


def test_a_second_revert_by_mistake_changes_nothing(connection: psycopg.Connection, tmp_path: Path) -> None:
    line_id = uuid4()
    apply(connection, tmp_path, [listed(line_id, impression_goal=1)])
    upload, _ = apply(connection, tmp_path, [listed(line_id, impression_goal=2)])
    with pytest.raises(ledger.LedgerError, match="is in force"):
        revert(connection, upload.upload_id, LATER, again=True)
    revert(connection, upload.upload_id, LATER, again=False)
    with pytest.raises(
        ledger.LedgerError, match=r"taken back already, since 2026-09-01 13:00.*revert 2 --again"
    ):
        revert(connection, upload.upload_id, LATER, again=False)
    assert goals(connection) == {line_id: 1}
    assert revert(connection, upload.upload_id, LATER, again=True).stands
    assert goals(connection) == {line_id: 2}


def test_what_a_revert_would_change_is_told_without_changing_it(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    old, new = uuid4(), uuid4()
    first, _ = apply(connection, tmp_path, [listed(old, name="A", impression_goal=1)])
    upload, _ = apply(connection, tmp_path, [listed(old, name="A", impression_goal=2), listed(new, name="B")])
    told = preview(connection, upload.upload_id, LATER, again=False)
    assert set(told.taken) == {
        TakenBack(old, "A", "reverted", first.upload_id),
        TakenBack(new, "B", "withdrawn", upload.upload_id),
    }
    assert told.left == ()
    shown = document(told)["changes"]  # as the doors tell it, line by line
    assert [(one["line_id"], one["field"], one["before"], one["after"]) for one in shown] == [
        (old, "impression_goal", "2", "1")
    ]
    assert goals(connection) == {old: 2, new: 100_000}
    assert ledger.get(connection, upload.upload_id).stands
