"""How lab 11 is set up and judged: the product's own tables, and a list with one zero too many."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import psycopg

from campfill_pipeline.lab.bench import Bench
from campfill_pipeline.lab.frame import Lab, Observation, Question, Verdict, not_yet, solved
from campfill_pipeline.lab.labs.wrong_number import week
from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.register import revert

MONDAY: dict[int, week.Terms] = dict.fromkeys(range(1, 6), (12000, "5"))
TUESDAY = {3: (120_000, "5")}
WEDNESDAY = {4: (12_000, "6.5")}
PLAYED = dict.fromkeys(MONDAY, 6_000)
LINE = week.line_id(3)
_BY_HAND = {
    "register_by_hand": "UPDATE line SET impression_goal = 12000 WHERE id = %(line)s",
    "more_delivered": "UPDATE line_day SET impressions = impressions * 10 "
    "WHERE line_no = (SELECT line_no FROM line_register WHERE id = %(line)s)",
}
"""What a reader with an SQL prompt may try."""


class WrongNumber(Lab):
    """The lab."""

    number = 11
    title = "A wrong number"
    page = "11-a-wrong-number.md"
    goal = "follow a figure back to its cell, its hour and its change, and take back what was wrong and nothing else"
    minutes = 25
    program = ""
    situation = (
        f"On Monday, 4 August, line 3 ({LINE}) stood at 100 %. On Thursday it stands at 9.9 %. In between two lists came "
        "(tuesday.xlsx, wednesday.xlsx), and one hour of delivery was corrected by the source. This lab uses the "
        "product's own tables; you type the product's own commands."
    )
    question = Question(
        "What brought the figure down?",
        {
            "A": "the corrected hour of delivery",
            "B": "a goal in one of the lists",
            "C": "both, about half and half",
        },
    )
    look = (
        f"`campfill lab try 11 line {LINE}`: contract, its revisions with file and row, delivery by day",
        "`campfill lab try 11 status`: the uploads and their numbers",
        "`campfill lab try 11 db psql`, then `SELECT * FROM delivery_restatement`",
    )
    hints = (
        "A figure has two inputs here: what was promised (goal) and what was delivered. Look at both, before and after. "
        "`campfill line` shows the revisions of the contract.",
        "The restatement took 100 of 12,000 impressions. The goal went from 12,000 to 120,000, in row 2 of tuesday.xlsx.",
        "`campfill lab try 11 revert 2` takes back what the second upload changed, and nothing else.",
    )
    explanation = (
        "Every figure here is derived from sources that are kept: lists, hours, and their changes. So a wrong figure is "
        "never mended where it shows, but where it comes from; and everything after it is computed again."
    )
    wrong_ways = {
        "by_hand": "a figure is mended where it is seen",
        "monday_again": "going back in time undoes only the mistake",
        "register_by_hand": "a register is a table like any other",
        "more_delivered": "what was measured may be made to fit",
    }

    def prepare(self, bench: Bench) -> None:
        """The product's tables, and the week as it went. The judgement looks at them as the reader left them."""
        bench.execute("DROP SCHEMA IF EXISTS campfill CASCADE")
        database.migrate(bench.url)
        first, last = week.FLIGHT
        with database.connect(bench.url) as connection:
            week.list_arrives(connection, bench.home, "monday", MONDAY, week.morning(7, 28))
            week.day_is_fetched(connection, first, PLAYED, week.morning(7, 30))
            week.day_is_fetched(connection, last, PLAYED, week.morning(7, 30))
            week.list_arrives(connection, bench.home, "tuesday", TUESDAY, week.morning(8, 5))
            week.list_arrives(connection, bench.home, "wednesday", WEDNESDAY, week.morning(8, 6))
            week.day_is_fetched(connection, last, PLAYED | {3: 5_900}, week.morning(8, 7))
            week.figures_are_made(connection)

    def observe(self, bench: Bench) -> Observation:
        """The figure today, and what it would be with only one of the changes."""
        with database.connect(bench.url) as connection:
            goal, delivered, now = _figures(connection)
        restated = Decimal(delivered) / 12_000 * 100
        return Observation("B", (
            f"now: {delivered:,.0f} of {goal:,} = {now:.1f} %",
            f"with the corrected hour alone: {delivered:,.0f} of 12,000 = {restated:.1f} %",
            f"with the goal of tuesday.xlsx alone: 12,000 of {goal:,} = {12_000 / goal * 100:.1f} %",
        ))  # fmt: skip

    def check(self, bench: Bench) -> Verdict:
        """The figure is right, it is still right when everything is computed again, and Wednesday's price stands."""
        with database.connect(bench.url) as connection:
            goal, _, shown = _figures(connection)
            week.figures_are_made(connection, full=True)
            _, delivered, anew = _figures(connection)
            price = connection.execute("SELECT cpm_eur FROM line WHERE id = %s", [week.line_id(4)]).fetchone()
        if delivered != 11_900:
            return not_yet(
                f"Line 3 was played 11,900 times, as its source corrected it; the tables say {delivered:,.0f}.",
                "that what was measured may be made to fit. The figure is wrong, but not because of its delivery",
            )
        if goal == 12_000 and anew < 90:
            return not_yet(
                f"The figure showed {shown:.1f} %; computed again it is {anew:.1f} %.",
                "that a figure is mended where it is seen. It is derived: the next run makes it from its sources again",
            )
        if anew < 90:
            return not_yet(
                f"Line 3 stands at {anew:.1f} %: {delivered:,.0f} of a goal that no customer ever agreed to.",
                "that a figure that fell was delivered badly. What it is measured by may have changed",
            )
        if 120_000 not in _goals(bench):
            return not_yet(
                "Line 3 is right, and nothing tells any more that its goal was 120,000 while people looked at it.",
                "that a register is a table like any other. It is made from events: a mistake is taken back by one more, "
                "not wiped out",
            )
        if price != (Decimal("6.5000"),):
            return not_yet(
                f"Line 3 is right again, but line 4 has the price {price[0] if price else 'none'}; "
                "Wednesday's list had made it 6.50.",
                "that going back in time undoes only the mistake. What was right came later too",
            )
        return solved(
            f"line 3: {anew:.1f} %, and it stays so when all is computed again", "Wednesday's price stands"
        )

    def answer(self) -> str:
        """What to type."""
        return f"campfill lab try 11 line {LINE}\ncampfill lab try 11 revert 2\n"

    def solve(self, bench: Bench) -> None:
        """The week as it went, and Tuesday's list taken back, as `campfill revert` does it."""
        self.prepare(bench)
        with database.connect(bench.url) as connection:
            revert.revert(connection, _upload(connection, "tuesday.xlsx"), week.morning(8, 8))
            week.figures_are_made(connection)

    def go_wrong(self, bench: Bench, way: str) -> None:
        """Write the figure itself, or send Monday's list again."""
        self.prepare(bench)
        with database.connect(bench.url) as connection:
            if way in _BY_HAND:
                connection.execute(_BY_HAND[way].encode(), {"line": LINE})
                week.figures_are_made(connection, full=True)
            elif way == "by_hand":
                connection.execute(
                    "UPDATE fulfillment SET impression_goal = 12000, fulfillment_pct = 100 * delivered / 12000 "
                    "WHERE line_id = %s",
                    [LINE],
                )
            else:
                week.list_arrives(connection, bench.home, "monday-again", MONDAY, week.morning(8, 9))
                week.figures_are_made(connection)


def _goals(bench: Bench) -> list[int]:
    """The goals that line 3 has had, by its revisions."""
    return [
        goal
        for (goal,) in bench.ask(
            "SELECT impression_goal FROM campfill.line_revision WHERE id = %s ORDER BY revision", LINE
        )
    ]


def _upload(connection: psycopg.Connection, file: str) -> Any:
    row = connection.execute("SELECT upload_id FROM upload WHERE file_name = %s", [file]).fetchone()
    return row[0] if row else None


def _figures(connection: psycopg.Connection) -> tuple[int, Decimal, Decimal]:
    """Goal, delivered and percentage of line 3 as the figures have it."""
    row = connection.execute(
        "SELECT impression_goal, delivered, fulfillment_pct FROM fulfillment WHERE line_id = %s", [LINE]
    ).fetchone()
    return row or (0, Decimal(0), Decimal(0))
