"""Page and workbook are left as they are while no figure has changed, and never when one has."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.reports import both, reuse, workbook
from campfill_pipeline.warehouse.figures.fulfillment import refresh
from campfill_pipeline_tests.warehouse.facts import add_line, deliver, fetch, touch

RULES = FulfillmentRules()
DAY = date(2026, 5, 20)
NOW = datetime(2026, 5, 20, 10, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)

Write = Callable[..., both.Written]


@pytest.fixture
def lines(connection: psycopg.Connection) -> list[int]:
    """A line that fell short, one that did not, and one that is live, with their figures."""
    start, end = DAY - timedelta(9), DAY - timedelta(3)
    found = [add_line(connection, goal=goal, start=start, end=end) for goal in (5000, 900)]
    found.append(add_line(connection, goal=9000, start=DAY - timedelta(4), end=DAY + timedelta(4)))
    fetch(connection, [DAY - timedelta(n) for n in range(1, 12)])
    for line in found:
        deliver(connection, line, DAY - timedelta(4), 1000)
    refresh(connection, RULES, as_of=DAY, now=NOW)
    return found


@pytest.fixture
def write(connection: psycopg.Connection, lines: list[int], tmp_path: Path) -> Write:
    """Refreshes the figures and writes both files, as a run does; the first pair is there already."""

    def write(rules: FulfillmentRules = RULES, as_of: date = DAY, *, reusing: bool = True) -> both.Written:
        refresh(connection, rules, as_of=as_of, now=LATER)
        return both.write_reports(connection, tmp_path, rules, as_of, LATER, reusing=reusing)

    assert both.write_reports(connection, tmp_path, RULES, DAY, NOW, reusing=True).anew
    return write


def arrives(connection: psycopg.Connection, name: str) -> None:
    """A list that changed nothing."""
    connection.execute(
        """INSERT INTO upload (upload_id, order_no, partition_key, sha256, file_name, file_bytes, archived_as, door,
                               kind, status, received_at)
           VALUES (gen_random_uuid(), 9, '000009-again', 'x', %s, 1, 'x', 'inbox', 'campaign_list', 'loaded', %s)""",
        [name, LATER],
    )


def head_and_rest(page: Path) -> tuple[dict[str, Any], str]:
    before, _, rest = page.read_text("utf-8").partition('id="head">')
    head, _, after = rest.partition("</script>")
    return json.loads(head), before + after


def test_an_unchanged_list_renews_only_how_fresh_the_page_is(
    connection: psycopg.Connection, write: Write, tmp_path: Path
) -> None:
    page, book = tmp_path / "fulfillment.html", tmp_path / "fulfillment.xlsx"
    (head, rest), as_it_was = head_and_rest(page), book.stat()
    arrives(connection, "again </script><b>.xlsx")
    written = write()
    assert not written.anew
    assert (book.stat().st_ino, book.stat().st_mtime_ns) == (as_it_was.st_ino, as_it_was.st_mtime_ns)
    renewed, still = head_and_rest(page)
    assert still == rest
    assert renewed["freshness"]["list_file"] == "again </script><b>.xlsx"
    assert (head["made_at"], renewed["made_at"]) == ("2026-05-20T10:00:00Z", "2026-05-20T11:00:00Z")
    of_the_moment = {"made_at": 0, "renewed_by": 0, "freshness": 0}
    assert {**renewed, **of_the_moment} == {**head, **of_the_moment}
    assert written.facts.bytes == page.stat().st_size
    assert not write().anew  # what was renewed may be renewed again


def test_the_renewed_page_is_the_one_made_anew(
    connection: psycopg.Connection, write: Write, tmp_path: Path
) -> None:
    arrives(connection, "again.xlsx")
    renewed = write().page.read_text("utf-8")
    anew = write(reusing=False)
    assert anew.anew
    assert anew.page.read_text("utf-8") == renewed


def withdraw(connection: psycopg.Connection, lines: list[int]) -> None:
    connection.execute("UPDATE line_register SET withdrawn_at = now() WHERE line_no = %s", [lines[0]])
    touch(connection, lines[0])


def rename(connection: psycopg.Connection, lines: list[int]) -> None:
    connection.execute("UPDATE line_register SET name = 'Renamed' WHERE line_no = %s", [lines[1]])
    touch(connection, lines[1])


def fetch_again(connection: psycopg.Connection, _lines: list[int]) -> None:
    connection.execute(
        "UPDATE delivery_fetch SET fetched_at = now() + interval '1 hour' WHERE day = %s",
        [DAY - timedelta(1)],
    )


def restore_another_state(connection: psycopg.Connection, _lines: list[int]) -> None:
    connection.execute("UPDATE fulfillment_state SET content = gen_random_uuid()")


CHANGES: dict[str, Callable[[psycopg.Connection, list[int]], None]] = {
    "delivery": lambda connection, lines: deliver(connection, lines[0], DAY - timedelta(5), 1),
    "delivery of today": lambda connection, lines: deliver(connection, lines[2], DAY, 1),
    "a new line": lambda connection, _: touch(connection, add_line(connection, goal=1, start=DAY, end=DAY)),
    "a withdrawn line": withdraw,
    "a name": rename,
    "another fetched day": lambda connection, _: fetch(connection, [DAY + timedelta(1)]),
    "a day fetched again": fetch_again,
    "a day that failed": lambda connection, _: fetch(connection, [DAY - timedelta(20)], status="failed"),
    "another state restored": restore_another_state,
}


@pytest.mark.parametrize("change", CHANGES)
def test_any_change_makes_both_anew(
    connection: psycopg.Connection, write: Write, lines: list[int], change: str
) -> None:
    assert not write().anew
    CHANGES[change](connection, lines)
    assert write().anew


@pytest.mark.parametrize(
    "doubt",
    [
        lambda folder: (folder / "fulfillment.xlsx").unlink(),
        lambda folder: (folder / "fulfillment.xlsx").write_bytes(b"edited"),
        lambda folder: (folder / "fulfillment.html").unlink(),
        lambda folder: (folder / "fulfillment.html").write_text("edited"),
        lambda folder: (folder / reuse.NOTE).unlink(),
        lambda folder: (folder / reuse.NOTE).write_text("{"),
        lambda folder: (folder / reuse.NOTE).write_text('{"key": 1}'),
    ],
)
def test_files_in_doubt_are_made_anew(write: Write, tmp_path: Path, doubt: Callable[[Path], object]) -> None:
    doubt(tmp_path)
    assert write().anew
    assert not write().anew


def test_another_day_other_rules_or_another_campfill_make_both_anew(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert write(as_of=DAY + timedelta(1)).anew
    assert write().anew  # back on the day before
    assert not write().anew
    assert write(replace(RULES, behind_below=Decimal("0.5"))).anew
    assert write().anew
    monkeypatch.setattr(reuse, "_code", lambda: "another")
    assert write().anew


def test_a_report_of_another_day_is_never_taken_for_todays(
    connection: psycopg.Connection, write: Write, tmp_path: Path
) -> None:
    both.write_reports(connection, tmp_path, RULES, DAY - timedelta(2), LATER)
    assert both.is_current(
        connection, tmp_path, RULES, DAY
    )  # somebody asked for it: it stays until figures change
    assert write().anew


def test_the_day_changing_between_figures_and_report_does_not_keep_a_run_busy(
    connection: psycopg.Connection, write: Write, tmp_path: Path
) -> None:
    tomorrow = DAY + timedelta(1)
    assert both.write_reports(connection, tmp_path, RULES, tomorrow, LATER, reusing=True).anew
    assert both.is_current(connection, tmp_path, RULES, tomorrow)  # the figures come first
    refresh(connection, RULES, as_of=tomorrow, now=LATER)
    assert not both.is_current(connection, tmp_path, RULES, tomorrow)


def test_a_crash_between_the_files_leaves_nothing_that_looks_current(
    connection: psycopg.Connection, write: Write, lines: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    deliver(connection, lines[0], DAY - timedelta(5), 1)
    with monkeypatch.context() as broken:
        broken.setattr(workbook, "render", crash)
        with pytest.raises(KeyboardInterrupt):
            write()
    assert write().anew
