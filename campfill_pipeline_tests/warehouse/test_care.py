"""Who takes care of a line, and make-goods: kept with their history, not asked for again each day, rebuildable."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest

from campfill_pipeline.domain.care import CareError, over_owed
from campfill_pipeline.domain.errors import UnknownLineError
from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.domain.notices import Group
from campfill_pipeline.telling.digest import digest
from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.figures.fulfillment import refresh
from campfill_pipeline.warehouse.notices import care, quiet
from campfill_pipeline.warehouse.notices.care import Agreed, Said
from campfill_pipeline.warehouse.postgres import backup
from campfill_pipeline.warehouse.readers.attention import attention
from campfill_pipeline_tests.warehouse.facts import add_line, deliver, fetch
from campfill_pipeline_tests.warehouse.oracle import days

TODAY, DAY = date(2026, 5, 20), timedelta(days=1)
NOW = datetime(2026, 5, 20, 8, tzinfo=UTC)
DEAR, CHEAP, ENDED, OTHER = (UUID(int=number) for number in (1, 2, 3, 4))


@pytest.fixture
def lines(connection: psycopg.Connection) -> Iterator[psycopg.Connection]:
    """Two live lines behind, a guaranteed one that ended 6,000 short, and one that may make it good."""
    for line_id, goal in ((DEAR, 50_000), (CHEAP, 20_000)):
        line = add_line(connection, goal=goal, start=TODAY - 10 * DAY, end=TODAY + 9 * DAY, line_id=line_id)
        for at in range(10):
            deliver(connection, line, TODAY - 10 * DAY + at * DAY, 10)
    line = add_line(connection, goal=10_000, start=TODAY - 10 * DAY, end=TODAY - 3 * DAY, line_id=ENDED)
    deliver(connection, line, TODAY - 9 * DAY, 4_000)
    add_line(connection, goal=90_000, start=TODAY - 2 * DAY, end=TODAY + 90 * DAY, line_id=OTHER)
    refreshed(connection, TODAY)
    yield connection


def refreshed(connection: psycopg.Connection, as_of: date) -> None:
    fetch(connection, days(TODAY - 60 * DAY, as_of - DAY))
    refresh(connection, FulfillmentRules(), as_of=as_of, now=NOW)


def wanted(connection: psycopg.Connection) -> list[UUID]:
    return [item.line_id for item in attention(connection) if item.line_id != OTHER]


def say(connection: psycopg.Connection, line: UUID, said: Said, **more: str) -> None:
    care.say(connection, line, said, said_by="anna", today=TODAY, now=NOW)


def agree(connection: psycopg.Connection, line: UUID, agreed: Agreed) -> UUID:
    return care.agree(connection, line, agreed, said_by="anna", now=NOW)


def test_what_nobody_has_taken_comes_first_and_who_has_it_is_said(lines: psycopg.Connection) -> None:
    assert wanted(lines) == [DEAR, CHEAP, ENDED]
    say(lines, DEAR, Said(owner="Anna", note="talks to the SSP", until=TODAY + 3 * DAY))
    assert wanted(lines) == [CHEAP, ENDED, DEAR]
    taken = attention(lines)[-1]
    assert taken.taken and taken.reason.endswith("Anna takes care, until 23 May 2026. “talks to the SSP”")
    say(lines, DEAR, Said(owner="", lift=True))
    assert wanted(lines) == [DEAR, CHEAP, ENDED]
    acts = [(one.act, one.text, one.said_by) for one in care.history(lines, DEAR)]
    assert acts == [
        ("lift", "", "anna"), ("owner", "", "anna"), ("acknowledge", "", "anna"),
        ("note", "talks to the SSP", "anna"), ("owner", "Anna", "anna"),
    ]  # fmt: skip


def test_an_acknowledgment_ends_by_itself(lines: psycopg.Connection) -> None:
    say(lines, DEAR, Said(until=TODAY))
    assert wanted(lines)[-1] == DEAR
    refreshed(lines, TODAY + DAY)
    assert wanted(lines)[0] == DEAR


def test_acknowledging_by_the_old_command_is_the_same_thing(lines: psycopg.Connection) -> None:
    quiet.say(lines, DEAR, "acknowledge", until=TODAY + DAY, text="Anna calls", now=NOW)
    assert wanted(lines)[-1] == DEAR
    (standing,) = care.standing(lines, DEAR)
    assert (standing.acknowledged_until, standing.note) == (TODAY + DAY, "Anna calls")
    say(lines, DEAR, Said(lift=True))
    assert quiet.in_force(lines, TODAY) == {}


def test_what_is_agreed_is_not_asked_for_again_until_it_falls_short_itself(lines: psycopg.Connection) -> None:
    number = agree(lines, ENDED, Agreed(2_000, TODAY + DAY, TODAY + 2 * DAY, OTHER))
    assert "2,000 of 6,000 missing impressions are agreed" in attention(lines)[-1].reason
    agree(lines, ENDED, Agreed(6_000, TODAY + DAY, TODAY + 2 * DAY, OTHER, "May", number))
    assert ENDED not in wanted(lines)
    (made,) = care.make_goods(lines, ENDED)
    assert (made.state, made.agreed, made.owed, made.delivered) == (
        "agreed",
        6_000,
        Decimal(6_000),
        Decimal(0),
    )
    other = lines.execute("SELECT line_no FROM line_register WHERE id = %s", [OTHER]).fetchone()
    assert other is not None
    deliver(lines, other[0], TODAY, 9_999)  # before it begins: for its own goal
    deliver(lines, other[0], TODAY + DAY, 2_500)
    refreshed(lines, TODAY + 2 * DAY)
    assert [(m.state, m.delivered) for m in care.make_goods(lines)] == [("delivering", Decimal(2_500))]
    refreshed(lines, TODAY + 3 * DAY)
    assert [m.state for m in care.make_goods(lines)] == ["short"]
    assert ENDED in wanted(lines)
    deliver(lines, other[0], TODAY + 2 * DAY, 5_000)
    refreshed(lines, TODAY + 4 * DAY)
    assert [(m.state, m.delivered) for m in care.make_goods(lines)] == [("delivered", Decimal(6_000))]
    assert ENDED not in wanted(lines)
    care.close(lines, number, text="invoiced", said_by="ben", now=NOW)
    (made,) = care.make_goods(lines)
    assert (made.state, made.closed_text) == ("closed", "invoiced")
    assert ENDED not in wanted(lines)
    with pytest.raises(CareError, match="closed already"):
        care.close(lines, number, text="", said_by="ben", now=NOW)


def test_what_cannot_be_is_refused_with_its_mend_and_nothing_is_kept(lines: psycopg.Connection) -> None:
    number = agree(lines, ENDED, Agreed(100, TODAY, TODAY + DAY, OTHER))
    for said, words in (
        (Said(until=TODAY - DAY), "is past"), (Said(until=TODAY, lift=True), "contradict"),
        (Said(owner="x" * 201), "201 characters"), (Said(note="x" * 2001), "2,001 characters"),
    ):  # fmt: skip
        with pytest.raises(CareError, match=words):
            say(lines, DEAR, said)
    for agreed, words in (
        (Agreed(0, TODAY, TODAY, OTHER), "cannot be agreed"), (Agreed(1, TODAY, TODAY - DAY, OTHER), "after its end"),
        (Agreed(1, TODAY, TODAY), "runs until"), (Agreed(1, TODAY, TODAY, OTHER), "counts for the make-good"),
        (Agreed(1, TODAY + 9 * DAY, TODAY + 9 * DAY, OTHER, "", number), "has no make-good"),
    ):  # fmt: skip
        with pytest.raises(CareError, match=words):
            agree(lines, DEAR, agreed)
    with pytest.raises(UnknownLineError):
        say(lines, uuid4(), Said(owner="Anna"))
    with pytest.raises(CareError, match="no make-good"):
        care.close(lines, uuid4(), text="", said_by="", now=NOW)
    assert care.history(lines, DEAR) == []


def test_the_digest_asks_for_what_nobody_has_and_tells_who_has_the_rest(lines: psycopg.Connection) -> None:
    say(lines, DEAR, Said(owner="Anna"))
    agree(lines, ENDED, Agreed(6_000, TODAY, TODAY + DAY, OTHER))
    told = digest(lines, TODAY, NOW, groups=frozenset({Group.LINES}), week=False, link=None).text
    care_part, _, taken = told.partition("Somebody takes care")
    assert "make-good of" not in care_part and "Anna takes care." in taken


def test_page_and_workbook_are_made_again_when_somebody_takes_care(lines: psycopg.Connection) -> None:
    before = lines.execute("SELECT content FROM fulfillment_state").fetchone()
    say(lines, DEAR, Said(owner="Anna"))
    assert lines.execute("SELECT content FROM fulfillment_state").fetchone() != before


def test_a_backup_holds_it(lines: psycopg.Connection, database_url: str, tmp_path: Path) -> None:
    say(lines, DEAR, Said(owner="Anna"))
    agree(lines, ENDED, Agreed(6_000, TODAY, TODAY + DAY, OTHER))
    lines.commit()
    before = care.standing(lines), care.make_goods(lines)
    lines.commit()
    backup.backup(database_url, tmp_path / "backup")
    lines.execute("TRUNCATE care_event")
    lines.commit()
    backup.restore(database_url, tmp_path / "backup")
    with database.connect(database_url) as again:
        assert (care.standing(again), care.make_goods(again)) == before


def test_lines_muted_and_acknowledged_before_stay_so(connection: psycopg.Connection) -> None:
    connection.execute("CREATE SCHEMA older; SET search_path TO older")
    versions = sorted((database.MIGRATIONS / "versions").glob("[0-9]*.sql"))
    newest = next(number for number, path in enumerate(versions) if path.name.endswith("_care.sql"))
    for path in versions[:newest]:
        connection.execute(path.read_bytes())
    connection.execute(
        "INSERT INTO line_quiet (line_id, act, until, text, at) VALUES (%(id)s, 'mute', '2026-06-01', 'a', now()),"
        " (%(id)s, 'acknowledge', '2026-06-02', 'b', now())",
        {"id": DEAR},
    )
    connection.execute(versions[newest].read_bytes())
    assert [(one.quiet_no, one.act, one.text) for one in quiet.history(connection)] == [
        (2, "acknowledge", "b"), (1, "mute", "a"),
    ]  # fmt: skip
    owned = connection.execute("SELECT acknowledged_until, note FROM line_care").fetchone()
    assert owned == (date(2026, 6, 2), "b")
    connection.execute(
        "INSERT INTO care_event (line_id, act, text, at) VALUES (%s, 'owner', 'c', now())", [DEAR]
    )


def test_more_agreed_than_owed_is_warned_of_with_both_figures(lines: psycopg.Connection) -> None:
    number = agree(lines, ENDED, Agreed(6_000, TODAY + DAY, TODAY + 2 * DAY, OTHER))
    assert care.over_owed(lines) == []
    agree(lines, ENDED, Agreed(500, TODAY + 5 * DAY, TODAY + 6 * DAY, OTHER))
    (over,) = care.over_owed(lines, ENDED)
    assert (over.line_id, over.agreed, over.owed, over.ended) == (ENDED, 6_500, Decimal(6_000), True)
    said = over_owed(over.name, over.agreed, over.owed, ended=over.ended)
    assert "6,500 impressions are agreed" in said and "the 6,000 that are owed" in said
    care.close(lines, number, text="waived", said_by="ben", now=NOW)  # settled: it delivered nothing
    assert care.over_owed(lines) == []
    agree(
        lines, DEAR, Agreed(60_000, TODAY + 20 * DAY, TODAY + 30 * DAY)
    )  # it runs: less can be owed at most
    (over,) = care.over_owed(lines)
    assert (over.agreed, over.owed, over.ended) == (60_000, Decimal(49_900), False)
    assert "no more than these can be owed" in over_owed(over.name, over.agreed, over.owed, ended=False)
