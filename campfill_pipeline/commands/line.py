"""`campfill line ID`: one line's whole life."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import typer
from rich.console import Console
from rich.markup import escape

from campfill_pipeline.commands import render, typed
from campfill_pipeline.domain import care, effect
from campfill_pipeline.domain.care import Taken
from campfill_pipeline.domain.cause_words import CAUSE_WORDS
from campfill_pipeline.domain.causes import Cause
from campfill_pipeline.domain.disagreements import DISAGREEMENT_WORDS, Disagreement
from campfill_pipeline.domain.figures import nothing_known
from campfill_pipeline.domain.fulfillment import Lifecycle
from campfill_pipeline.domain.rounding import half_up
from campfill_pipeline.language import notation
from campfill_pipeline.language.retelling import retold
from campfill_pipeline.language.speaking import say, say_many, word
from campfill_pipeline.reports import wording
from campfill_pipeline.settings import Settings
from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.postgres import server
from campfill_pipeline.warehouse.readers.one_line import by_external_id, line_life
from campfill_pipeline.warehouse.unknown_line import assure_known

DAYS_SHOWN = 14


def facts(settings: Settings, line_id: str) -> dict[str, Any]:
    """Contract, figures, history, days, cause; see `warehouse/readers/one_line.py`."""
    try:
        wanted: UUID | None = typed.uuid(line_id)
    except ValueError:
        wanted = None
    today = datetime.now(UTC).astimezone(settings.timezone).date()
    with database.connect(server.database_url(settings)) as connection:
        wanted = wanted or _by_text(connection, line_id)
        assure_known(connection, wanted)
        found = line_life(connection, wanted, settings.rules, as_of=today)
    assert found is not None
    return asdict(found)


def _by_text(connection: database.Connection, text: str) -> UUID:
    """The line that its list names by this text."""
    found = by_external_id(connection, " ".join(text.split()))
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(str(line) for line in found)
        raise typer.BadParameter(f"{len(found)} lists name a line {text!r}: give one of their ids, {ids}")
    raise typer.BadParameter(
        f"{text!r} is no line id, and no list names a line so; copy it from the list or from campfill fulfillment --csv"
    )


@render.aloud
def show(found: dict[str, Any]) -> None:
    """The same on a terminal: contract, where it stands, why, how it came to be, the last days."""
    console = render.console()
    line, figures = found["line"], found["figures"]
    console.print(f"[bold]{escape(line['name'])}[/]")
    console.print(
        say(
            "{kind}, {purchase_type}, buyer {value}",
            kind=word(line["kind"]),
            purchase_type=word(line["purchase_type"]),
            value=escape(line["buyer"]),
        )
        + (say(", listed as {id}", id=escape(line["external_id"])) if line["external_id"] else "")
    )
    console.print(
        say(
            "{runtime}, goal {goal}, CPM {cpm}, budget {euros}",
            runtime=line["runtime"],
            goal=notation.number(line["impression_goal"]),
            cpm=notation.money(line["cpm_eur"]),
            euros=render.money(line["budget_eur"]),
        )
    )
    if line["cancelled"]:
        console.print(
            say("[yellow]cancelled[/]: its newest list says so; it keeps its figures, and nothing judges it")
        )
    if found["withdrawn"]:
        console.print(
            say("[yellow]withdrawn[/]: the upload that brought it was reverted; it enters no figure")
        )
    if line["absent_since"]:
        console.print(
            say(
                "[yellow]absent[/] from the newest full list, since {moment} UTC",
                moment=render.at(line["absent_since"]),
            )
        )
    if figures:
        _show_figures(console, figures)
    if found["unlikely_goal"]:
        console.print(say("[yellow]▲[/] unlikely goal: {told}", told=escape(retold(found["unlikely_goal"]))))
    if found["cause"]:
        _show_cause(console, found["cause"])
    who = found["care"] or {}
    taken = Taken(who.get("owner"), who.get("acknowledged_until"), who.get("note"), 0)
    if told := care.sentence(taken, Decimal(0)):
        console.print(say("[bold]care[/]: {told}", told=escape(told)))
    for good in found["make_goods"]:
        console.print(say("[bold]make-good[/]: {told}", told=escape(care.of_make_good(good))))
    for note in found["notes"]:
        came = "" if note["effect"] is None else f" ({effect.sentence(effect.Effect(**note['effect']))})"
        noted = {"day": render.on(note["day"]), "text": escape(note["text"])}
        console.print(say("[bold]note[/] of {day}: {text}", **noted) + came)
    lost = {(one["site"], one["from_hour"]): one["impressions_lost"] for one in found["struck"]}
    if any(one["explains"] for one in found["struck"]):
        console.print(say("[bold]incidents[/] at its sites make up at least half of its gap"))
    for incident in found["incidents"]:
        own = half_up(lost.get((incident["site"], incident["from_hour"]), Decimal(0)))
        console.print(
            say_many(
                "[yellow]▲[/] incident, not of this line alone: {site} was {silence} from {first} to {last} for "
                "{lines} line; this one lost about {amount} impressions",
                "[yellow]▲[/] incident, not of this line alone: {site} was {silence} from {first} to {last} for "
                "{lines} lines; this one lost about {amount} impressions",
                incident["lines"],
                site=escape(incident["site"]),
                silence=word(incident["silence"]),
                first=render.at(incident["from_hour"]),
                last=f"{incident['until_hour']:%H:%M %Z}",
                lines=notation.number(incident["lines"]),
                amount=notation.number(own),
            )
        )
    _show_history(console, found["history"])
    _show_days(console, found["days"])
    for source in found["sources"]:
        console.print(
            say_many(
                "told by [bold]{source}[/] on {days} day; it counts on {count}",
                "told by [bold]{source}[/] on {days} days; it counts on {count}",
                source["days"],
                source=source["source"],
                days=notation.number(source["days"]),
                count=notation.number(source["counted_days"]),
            )
        )
    for issue in found["reconciliation"]:
        told = wording.detail_text(issue["detail"])
        console.print(f"[yellow]▲[/] {word(_disagreement(issue['kind_of_issue']))}: {escape(told)}")


def _disagreement(kind: str) -> str:
    words = DISAGREEMENT_WORDS[Disagreement(kind)]
    return words.of_line or words.pile


def _show_figures(console: Console, figures: dict[str, Any]) -> None:
    mark, style, label = render.BAND_STYLES[figures["band"]]
    unknown = nothing_known(figures["band"], figures["days_fetched"], figures["lifecycle"])
    share, delivered = (None if unknown else figures[name] for name in ("fulfillment_pct", "delivered"))
    console.print()
    console.print(render.bar(share, 30), f"[{style}]{mark}[/]", end=" ")
    console.print(f"{render.percent(share)}, {word(label)}, {word(wording.LIFECYCLES[figures['lifecycle']])}")
    console.print(
        say(
            "delivered {delivered}, shortfall {missing}, value at risk {euros}; as of {day}",
            delivered=render.whole(delivered),
            missing=render.whole(figures["shortfall"]),
            euros=render.money(figures["value_at_risk_eur"]),
            day=render.on(figures["as_of"]),
        )
    )
    if figures["pace"] and not unknown:
        console.print(
            say(
                "pace: {pace}, projected {projected}, {daily} a day required",
                pace=word(wording.PACES[figures["pace"]]).lower(),
                projected=render.whole(figures["projected"]),
                daily=render.whole(figures["required_daily"]),
            )
        )
    if not figures["covered"] and figures["lifecycle"] != Lifecycle.CANCELLED:
        missing = figures["elapsed_days"] - figures["days_fetched"]
        console.print(
            say_many(
                "[yellow]not covered[/]: {days} flight day was not fetched; it is judged by nothing",
                "[yellow]not covered[/]: {days} flight days were not fetched; it is judged by nothing",
                missing,
                days=notation.number(missing),
            )
        )


STAGES = (
    ("bids", "bids", "selected"),
    ("wins", "win_rate", "won per bid"),
    ("plays", "play_rate", "played per win"),
    ("audience", "audience", "impressions per play"),
)
FUNNEL = (
    ("", "left"), ("this line", "right"), ("usual", "right"), ("of usual", "right"), ("of the loss", "right"),
)  # fmt: skip
ACTIONS = ("created", "updated", "reverted", "withdrawn", "restored")
DAYS = (
    ("day", "left"), ("", "left"), ("impressions", "right"), ("plays", "right"), ("wins", "right"), ("bids", "right"),
)  # fmt: skip


def _show_cause(console: Console, cause: dict[str, Any]) -> None:
    """The verdict, and of a verdict from the funnel each stage against what is usual."""
    told = {"cause": word(CAUSE_WORDS[Cause(cause["cause"])].name), "side": word(cause["side"])}
    missing = say(
        "; {amount} impressions missing, {euros}",
        amount=render.whole(cause["missing"]),
        euros=render.money(cause["missing_eur"]),
    )
    console.print(
        say("[bold]cause[/]: {cause} ({side})", **told) + ("" if cause["missing"] is None else missing)
    )
    evidence = cause["evidence"]
    if not evidence.get("ratios"):
        return
    measured = {"bids": evidence["figures"]["bids"]} | evidence["rates"]
    usual = {"bids": evidence["needed"]["bids"]} | evidence["baselines"]
    table = render.table(*FUNNEL)
    for stage, figure, words in STAGES:
        table.add_row(
            word(words),
            *(_measure(numbers[figure], whole=stage == "bids") for numbers in (measured, usual)),
            _share(evidence["ratios"][stage]),
            _share(evidence["shares"][stage]),
        )
    console.print(table)


def _measure(value: float | None, *, whole: bool) -> str:
    return "–" if value is None else notation.number(half_up(Decimal(str(value)), 0 if whole else 3))


def _share(value: float | None) -> str:
    return "–" if value is None else notation.percent(half_up(Decimal(str(value)) * 100))


def _show_history(console: Console, history: list[dict[str, Any]]) -> None:
    console.print("\n" + say("[bold]history[/], newest first"))
    for state in history:
        places = (
            state["file_name"],
            state["sheet"],
            state["row_no"] and say("row {row}", row=state["row_no"]),
        )
        where = ", ".join(place for place in places if place)
        console.print(
            f"  {state['revision']}. {render.at(state['valid_from'])} UTC  {word(state['action'])}  {escape(where)}"
        )
        for name, change in state["changes"].items():
            before, after = (_told(change[side]) for side in ("before", "after"))
            console.print(f"       {word(name.replace('_', ' '))}: {escape(before)} → {escape(after)}")


def _told(value: object) -> str:
    """A value of the contract, before or after a change."""
    if value is None:
        return say("blank")
    if isinstance(value, int | Decimal):
        return notation.number(value)
    return render.on(value) if isinstance(value, date) else word(str(value))


def _show_days(console: Console, days: list[dict[str, Any]]) -> None:
    if not days:
        return
    most = max(Decimal(day["impressions"]) for day in days) or Decimal(1)
    table = render.table(*DAYS)
    for day in days[-DAYS_SHOWN:]:
        table.add_row(
            render.on(day["day"]),
            render.bar(day["impressions"] / most * 100),
            *(render.whole(day[name]) for name in ("impressions", "plays", "wins", "bids")),
        )
    shown, every = notation.number(min(len(days), DAYS_SHOWN)), notation.number(len(days))
    console.print(
        "\n" + say("[bold]delivery[/], the last {count} of {days} days with rows", count=shown, days=every)
    )
    console.print(table)
