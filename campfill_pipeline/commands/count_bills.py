"""`campfill counts bill|freeze|frozen|changed`: who bills by which count, months frozen, and what changed since.

Belongs here: asking, keeping and showing, in the language of CAMPFILL_LANGUAGE. Does not belong here: words and options
(`counts_doors`), any figure.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from rich.text import Text

from campfill_pipeline.commands import render, typed
from campfill_pipeline.domain import count_words
from campfill_pipeline.domain.count_days import Days
from campfill_pipeline.domain.rounding import half_up
from campfill_pipeline.language import notation
from campfill_pipeline.language.speaking import say, say_many, speaking, word
from campfill_pipeline.settings import Settings
from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.counts import bills
from campfill_pipeline.warehouse.postgres import server

SHOWN = 30


def bill(settings: Settings, buyer: str | None, billed_by: str | None) -> list[dict[str, Any]]:
    """Keep by which count a buyer is billed, where given; answers what stands."""
    with database.connect(server.database_url(settings)) as connection:
        if buyer is not None and billed_by is not None:
            bills.say(connection, buyer, billed_by, said_by=typed.who(), now=datetime.now(UTC))
        return [asdict(one) for one in bills.said(connection)]


def show_billing(settings: Settings, said: list[dict[str, Any]]) -> None:
    """Who bills by which count."""
    console = render.console()
    with speaking(settings.language):
        for one in said:
            console.print(
                Text(
                    say(
                        "{buyer}: billed by {count}",
                        buyer=one["buyer"],
                        count=count_words.counter(one["billed_by"]),
                    )
                )
            )
        console.print(say("All others are billed by our count."))


def freeze(settings: Settings, month: Days, *, provisional: bool) -> dict[str, Any]:
    """Freeze a month; answers it with its lines."""
    with database.connect(server.database_url(settings)) as connection:
        made = bills.freeze(
            connection, settings.timezone, month, final_after_days=settings.final_after_days, provisional=provisional,
            said_by=typed.who(), now=datetime.now(UTC),
        )  # fmt: skip
        return bills.document(connection, made)


def frozen(settings: Settings, month: Days | None, number: int | None) -> list[dict[str, Any]]:
    """All frozen months; of one, each with its lines."""
    with database.connect(server.database_url(settings)) as connection:
        if month is None:
            return [asdict(one) for one in bills.frozen(connection)]
        found = [bills.find(connection, month, number)] if number else bills.frozen(connection, month)
        return [bills.document(connection, one) for one in found]


def changed(settings: Settings, month: Days, number: int | None) -> bills.Since:
    """What changed since a month was frozen."""
    now = datetime.now(UTC)
    with database.connect(server.database_url(settings)) as connection:
        connection.read_only = True
        return bills.since(
            connection,
            settings.timezone,
            month,
            today=now.astimezone(settings.timezone).date(),
            number=number,
        )


def show_frozen(settings: Settings, months: list[dict[str, Any]], *, lines: bool) -> None:
    """One line for each frozen month, and its lines where asked for."""
    console = render.console()
    with speaking(settings.language):
        if not months:
            console.print(say("No month was frozen so far: campfill counts freeze 2026-10"))
        for one in months:
            provisional = say(", provisional") if one["provisional"] else ""
            console.print(
                say(
                    "{month}, number {number}{provisional}: {lines} lines, {amount}, frozen on {day} UTC by {who}",
                    month=f"{one['month']:%Y-%m}", number=one["number"], provisional=provisional,
                    lines=notation.number(one["lines"]), amount=_euros(one["amount_eur"]),
                    day=f"{one['frozen_at'].astimezone(UTC):%Y-%m-%d %H:%M}", who=one["said_by"] or "–",
                )
            )  # fmt: skip
            console.print(Text(f"    sha256 {one['sha256']}", "bright_black"))
            for line in one.get("figures", ())[: SHOWN if lines else 0]:
                console.print(Text(f"    {_line(line)}"))
            if lines and len(one.get("figures", ())) > SHOWN:
                more = notation.number(len(one["figures"]) - SHOWN)
                console.print(say("and {more} more; --json lists all", more=more))


def _line(line: dict[str, Any]) -> str:
    theirs = "–" if line["theirs"] is None else count_words.exactly(line["theirs"])
    return say(
        "{name}: ours {ours}, theirs {theirs}; billed {billed} by {count}, {amount}",
        name=line["name"], ours=count_words.exactly(line["ours"]), theirs=theirs,
        billed=count_words.exactly(line["billed_impressions"]), count=count_words.counter(line["billed_by"]),
        amount=_euros(line["amount_eur"]),
    )  # fmt: skip


def show_changed(settings: Settings, told: bills.Since) -> None:
    """Each changed line with before, now and why."""
    console = render.console()
    one = told.frozen
    with speaking(settings.language):
        if not told.intact:
            console.print(say("The stored lines are not what was frozen: their hash differs."))
        if not told.changed:
            console.print(
                say(
                    "Nothing changed since {month} was frozen (number {number}).",
                    month=f"{one.month:%Y-%m}",
                    number=one.number,
                )
            )
            return
        console.print(
            say_many(
                "{lines} line changed since {month} was frozen (number {freeze}):",
                "{lines} lines changed since {month} was frozen (number {freeze}):",
                len(told.changed),
                lines=notation.number(len(told.changed)), month=f"{one.month:%Y-%m}", freeze=one.number,
            )
        )  # fmt: skip
        for change in told.changed[:SHOWN]:
            console.print(Text(change.name, "bold"))
            for label, figures in ((say("then"), change.before), (say("now"), change.now)):
                line = "–" if figures is None else _line(asdict(figures)).removeprefix(f"{change.name}: ")
                console.print(Text(f"    {label}: {line}", "bright_black"))
            why = ", ".join(word(count_words.REASON_WORDS[reason]) for reason in change.reasons)
            if change.restated:
                why = f"{why} ({count_words.signed(change.restated)})"
            console.print(Text(f"    {say('because')}: {why}"))
        if len(told.changed) > SHOWN:
            console.print(
                say("and {more} more; --json lists all", more=notation.number(len(told.changed) - SHOWN))
            )


def _euros(value: Decimal) -> str:
    return notation.money(half_up(value, 2))
