"""The outcome is that of the order of arrival, whoever is applied first: late retries, giants, bursts out of order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from campfill_pipeline.warehouse.register import apply as register
from campfill_pipeline.warehouse.register import ledger, uploads
from campfill_pipeline.warehouse.register.revert import revert
from campfill_pipeline_tests.warehouse.lists import NOW, apply, arrive, listed

IDS = [UUID(int=number) for number in range(1, 11)]
OTHERS = [UUID(int=number) for number in range(21, 26)]
Row = dict[str, Any]


def at(hours: int) -> datetime:
    return NOW + timedelta(hours=hours)


def rows(goal: int, ids: Sequence[UUID] = IDS) -> list[Row]:
    return [listed(key, impression_goal=goal) for key in ids]


def line(connection: psycopg.Connection, key: UUID) -> tuple[Any, ...] | None:
    """(goal, absent since) of a line in force; None where there is none."""
    return connection.execute(
        "SELECT impression_goal, absent_since FROM line WHERE id = %s", [key]
    ).fetchone()


def state(connection: psycopg.Connection) -> list[tuple[Any, ...]]:
    return connection.execute(
        "SELECT id, impression_goal, absent_since, first_seen_at FROM line ORDER BY id"
    ).fetchall()


@pytest.fixture(autouse=True)
def each_statement_commits(connection: psycopg.Connection) -> None:
    connection.autocommit = True


def test_a_late_retry_of_an_older_list_changes_nothing_that_a_newer_one_confirmed(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    apply(connection, tmp_path, rows(100))
    killed = arrive(connection, "killed", at=at(1))
    apply(connection, tmp_path, [*rows(100), listed(UUID(int=99))], now=at(2))
    upload, result = apply(connection, tmp_path, rows(200), upload=killed, now=at(3))
    assert (result.new, result.updated, result.unchanged, result.absent) == (0, 0, 10, 0)
    assert {line(connection, key) for key in IDS} == {(100, None)}
    assert line(connection, UUID(int=99)) == (100_000, None)
    assert upload.notes == ["10 lines are left as a list that arrived later has set them already."]


def test_lines_of_the_newer_list_alone_are_not_absent_from_an_older_one_applied_later(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    apply(connection, tmp_path, rows(100))
    late = arrive(connection, "late", at=at(1))
    changed = [listed(IDS[0], impression_goal=300), *rows(100, IDS[1:])]
    apply(connection, tmp_path, [*changed, listed(UUID(int=99))], now=at(2))
    _, result = apply(connection, tmp_path, rows(200), upload=late, now=at(3))
    assert result.absent == 0
    assert line(connection, IDS[0]) == (300, None)
    assert line(connection, UUID(int=99)) == (100_000, None)


def test_a_list_applied_late_makes_absent_what_the_newer_full_list_lacks_of_it(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    apply(connection, tmp_path, rows(100, IDS[:9]))
    late = arrive(connection, "late", at=at(1))
    apply(connection, tmp_path, rows(100, IDS[:9]), now=at(2), rejected=1)
    _, result = apply(connection, tmp_path, rows(100), upload=late, now=at(3))
    assert (result.new, result.absent) == (1, 1)
    assert line(connection, IDS[9]) == (100, at(2))


def test_one_can_go_back_to_a_list_that_was_applied_late(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    apply(connection, tmp_path, rows(100))
    late = arrive(connection, "A", at=at(1))
    apply(connection, tmp_path, rows(300), now=at(2))
    apply(connection, tmp_path, rows(200), upload=late, now=at(3))
    again = arrive(connection, "A", at=at(4))
    assert uploads.duplicate_of(connection, again) is None
    _, result = apply(connection, tmp_path, rows(200), upload=again, now=at(4))
    assert (result.status, result.updated) == ("loaded", 10)
    assert line(connection, IDS[0]) == (200, None)


def test_dropping_the_newest_list_again_is_a_duplicate_though_an_older_one_was_applied_last(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    late = arrive(connection, "A", at=at(1))
    apply(connection, tmp_path, rows(300), upload=arrive(connection, "B", at=at(2)), now=at(2))
    apply(connection, tmp_path, rows(200), upload=late, now=at(3))
    _, result = apply(connection, tmp_path, rows(300), upload=arrive(connection, "B", at=at(4)), now=at(4))
    assert result.status == "duplicate"
    assert line(connection, IDS[0]) == (300, None)


def test_a_repetition_counts_against_what_waited_meanwhile(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    first = arrive(connection, "A", at=at(1))
    between = arrive(connection, "B", at=at(2))
    repeated = arrive(connection, "A", at=at(3))
    apply(connection, tmp_path, rows(1), upload=first, now=at(4))
    assert apply(connection, tmp_path, rows(1), upload=repeated, now=at(4))[1].status == "duplicate"
    apply(connection, tmp_path, rows(2), upload=between, now=at(4))
    assert line(connection, IDS[0]) == (1, None)


def test_a_rejected_upload_asked_for_again_is_as_late_as_it_arrived(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    old = arrive(connection, "old", at=at(1))
    ledger.give_up(connection, old.upload_id, at=at(1))
    apply(connection, tmp_path, rows(2), now=at(2))
    ledger.ask_again(connection, old.upload_id, at=at(3))
    apply(connection, tmp_path, rows(1), upload=old, now=at(3))
    assert line(connection, IDS[0]) == (2, None)


def test_reverting_one_of_two_lists_that_lack_a_line_leaves_it_absent(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    apply(connection, tmp_path, rows(100))
    second, _ = apply(connection, tmp_path, rows(100, IDS[1:]), now=at(1))
    third, _ = apply(connection, tmp_path, rows(5, IDS[1:]), now=at(2))
    assert line(connection, IDS[0]) == (100, at(1))
    revert(connection, second.upload_id, at(3))
    assert line(connection, IDS[0]) == (100, at(2))
    revert(connection, third.upload_id, at(4))
    assert line(connection, IDS[0]) == (100, None)
    revert(connection, second.upload_id, at(5))
    assert line(connection, IDS[0]) == (100, at(1))


def test_a_line_that_a_list_in_force_names_stays_when_the_list_that_created_it_is_taken_back(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    extra = UUID(int=50)
    apply(connection, tmp_path, rows(100))
    second, _ = apply(connection, tmp_path, [*rows(100), listed(extra)], now=at(1))
    three = arrive(connection, "three", at=at(2))
    third, _ = apply(connection, tmp_path, [*rows(100), listed(extra)], upload=three, now=at(2))
    result = revert(connection, second.upload_id, at(3))
    assert (result.taken, [row.upload_id for row in result.left]) == ((), [third.upload_id])
    assert line(connection, extra) == (100_000, None)
    apply(connection, tmp_path, [*rows(100), listed(extra)], upload=arrive(connection, "three", at=at(4)))
    assert line(connection, extra) == (100_000, None)


def test_the_newest_list_can_be_applied_again_after_its_revert(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    apply(connection, tmp_path, rows(1))
    wrong = arrive(connection, "two", at=at(1))
    apply(connection, tmp_path, rows(2), upload=wrong, now=at(1))
    revert(connection, wrong.upload_id, at(2))
    assert line(connection, IDS[0]) == (1, None)
    _, result = apply(connection, tmp_path, rows(2), upload=arrive(connection, "two", at=at(3)), now=at(3))
    assert (result.status, result.updated) == ("loaded", 10)


def test_taking_back_the_newer_list_brings_what_the_older_one_said_though_it_was_applied_later(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    apply(connection, tmp_path, rows(100))
    late = arrive(connection, "late", at=at(1))
    newer, _ = apply(connection, tmp_path, rows(300), now=at(2))
    apply(connection, tmp_path, rows(200), upload=late, now=at(3))
    revert(connection, newer.upload_id, at(4))
    assert line(connection, IDS[0]) == (200, None)
    [*_, newest] = register.history(connection, IDS[0])
    assert (newest.upload_id, newest.sheet, newest.row_no) == (late.upload_id, "Campaign list", 2)
    revert(connection, newer.upload_id, at(5))
    assert line(connection, IDS[0]) == (300, None)


def test_every_order_of_application_gives_the_same_lines(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    contents = [
        rows(1, IDS[:9]),
        [*rows(2, IDS[:3]), *rows(1, IDS[3:8])],
        [*rows(1, IDS[:7]), *rows(4, IDS[8:])],
        rows(5, IDS[1:9]),
    ]
    outcomes = set()
    for order in permutations(range(len(contents))):
        connection.execute(
            "TRUNCATE upload, ledger_event, line_register, line_history, line_overtaken, upload_listing, line_dirty"
        )
        arrived = [arrive(connection, number, at=at(number)) for number in range(len(contents))]
        for number in order:
            apply(connection, tmp_path, contents[number], upload=arrived[number], now=at(10))
        outcomes.add(repr(state(connection)))
    assert len(outcomes) == 1


def budgets(connection: psycopg.Connection, *keys: UUID) -> list[object]:
    found: dict[UUID, object] = dict(connection.execute("SELECT id, budget_eur FROM line").fetchall())
    return [found[key] for key in keys]


SILENT: Row = {"without_budget": [("Campaign list", 1, 3)]}


def test_budgets_of_a_list_applied_late_count_where_the_later_one_has_no_such_column(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    late = arrive(connection, "late", at=at(1))
    without = [listed(key, budget_eur=None) for key in IDS[:2]]
    silent, _ = apply(connection, tmp_path, without, now=at(2), **SILENT)
    upload, result = apply(connection, tmp_path, rows(200, IDS[:3]), upload=late, now=at(3))
    assert upload.notes == [
        "2 lines are left as a list that arrived later has set them already.",
        "The budgets of 2 of these lines count: no list that arrived later says anything of it.",
    ]
    assert (result.new, result.updated, result.unchanged) == (1, 2, 0)
    assert line(connection, IDS[0]) == (100_000, None)
    assert budgets(connection, *IDS[:3]) == [750, 750, 750]
    assert revert(connection, upload.upload_id, at(4)).stands is False
    assert budgets(connection, *IDS[:2]) == [None, None]
    revert(connection, upload.upload_id, at(5))
    revert(connection, silent.upload_id, at(6))
    assert (line(connection, IDS[0]), budgets(connection, IDS[0])) == ((200, None), [750])


def test_a_blank_budget_of_a_later_list_stays_blank_though_an_older_one_is_applied_last(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    late = arrive(connection, "late", at=at(1))
    apply(connection, tmp_path, [listed(key, budget_eur=None) for key in IDS[:2]], now=at(2))
    apply(connection, tmp_path, rows(200, IDS[:2]), upload=late, now=at(3))
    assert budgets(connection, *IDS[:2]) == [None, None]


def test_a_budget_that_was_taken_back_is_not_kept_by_a_list_without_that_column(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    taken, _ = apply(connection, tmp_path, rows(100, IDS[:2]))
    revert(connection, taken.upload_id, at(1))
    apply(connection, tmp_path, [listed(IDS[0], budget_eur=None)], now=at(2), **SILENT)
    assert budgets(connection, IDS[0]) == [None]


def test_a_full_list_of_one_house_does_not_make_the_lines_of_another_absent(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    server: Row = {"description": ("ad_server", 1)}
    apply(connection, tmp_path, rows(100))
    apply(connection, tmp_path, rows(100, OTHERS), now=at(1), **server)
    assert [line(connection, key) for key in (IDS[0], OTHERS[0])] == [(100, None)] * 2
    _, own = apply(connection, tmp_path, rows(100, IDS[1:]), now=at(2))
    assert own.absent == 1  # nine of its own ten: a full list, though it has none of the other five
    assert line(connection, IDS[0]) == (100, at(2))
    _, other = apply(connection, tmp_path, rows(100, OTHERS[1:]), now=at(3), **server)
    assert other.absent == 1
    assert line(connection, OTHERS[0]) == (100, at(3))
    assert line(connection, IDS[1]) == (100, None)


def test_taking_a_list_back_judges_absence_by_description_again(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    server: Row = {"description": ("ad_server", 1)}
    apply(connection, tmp_path, rows(100))
    apply(connection, tmp_path, rows(100, OTHERS), now=at(1), **server)
    taken, _ = apply(connection, tmp_path, rows(100, [*IDS[1:], OTHERS[0]]), now=at(2))
    apply(connection, tmp_path, rows(100, OTHERS[1:]), now=at(3), **server)
    assert line(connection, OTHERS[0]) == (100, None)  # its newest list is the other house's
    revert(connection, taken.upload_id, at(4))
    assert line(connection, IDS[0]) == (100, None)
    assert line(connection, OTHERS[0]) == (100, at(3))
