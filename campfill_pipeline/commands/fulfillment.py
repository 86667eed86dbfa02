"""`campfill fulfillment`: the fulfillment of all lines, worst first."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from rich.text import Text

from campfill_pipeline.commands import render
from campfill_pipeline.domain.figures import nothing_known
from campfill_pipeline.domain.fulfillment import Lifecycle
from campfill_pipeline.language import notation
from campfill_pipeline.language.speaking import say, say_many, word
from campfill_pipeline.settings import Settings
from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.figures import fulfillment as figures
from campfill_pipeline.warehouse.postgres import server

Row = dict[str, Any]
UNCOVERED = "not covered"
REASONS = (UNCOVERED, str(Lifecycle.SCHEDULED), str(Lifecycle.CANCELLED))
COLUMNS = (
    ("line", "left"),
    ("", "left"),
    ("fulfilled", "right"),
    ("shortfall", "right"),
    ("at risk", "right"),
)


def rows(
    settings: Settings,
    *,
    as_of: date | None,
    contract: figures.Knowledge,
    known: figures.Knowledge,
    kind: str | None,
    band: str | None,
) -> tuple[list[Row], str]:
    """The rows (every column of table `fulfillment` plus `name`) and a sentence saying what they are based on."""
    today = datetime.now(UTC).astimezone(settings.timezone).date()
    day = as_of or today
    with database.connect(server.database_url(settings)) as connection:
        connection.read_only = True
        found = (
            figures.as_stored(connection, settings.rules, as_of=day, kind=kind, band=band)
            if contract == known == "now"
            else None
        )
        if found is None:
            found = figures.compute(
                connection, settings.rules, as_of=day, contract=contract, known=known, kind=kind, band=band
            )
    return found, basis(day, contract, known)


@render.aloud
def basis(day: date, contract: figures.Knowledge, known: figures.Knowledge) -> str:
    """What the figures of a day rest on."""
    terms = (
        say("the contracts as they stood then")
        if contract == "then"
        else say("the contracts as they stand now")
    )
    knowledge = say("delivery as it was known then") if known == "then" else say("all delivery known today")
    told = {"day": render.on(day), "contracts": terms, "delivery": knowledge}
    return say("as of {day}, with {contracts} and {delivery}", **told)


def write_csv(found: Sequence[Row]) -> None:
    """All rows as CSV on stdout; decimals in plain notation, blanks for NULL."""
    if not found:
        return
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(found[0])
    for row in found:
        writer.writerow(
            ["" if v is None else format(v, "f") if isinstance(v, Decimal) else v for v in row.values()]
        )


@render.aloud
def show(found: Sequence[Row], basis: str, *, limit: int) -> None:
    """A table that reads well at 80 columns, with a bar for each line; what is not judged comes last."""
    console = render.console()
    if not found:
        console.print(
            say(
                "No lines, {told}. Drop a campaign list into the inbox, or run: campfill ingest FILE",
                told=basis,
            )
        )
        return
    table = render.table(*COLUMNS)
    table.columns[0].max_width = 34
    reasons = [_not_judged(row) for row in found]
    # The sort is stable: the worst stay first among those that are judged, and among the others.
    judged_first = sorted(zip(found, reasons, strict=True), key=lambda pair: bool(pair[1]))
    for row, why in judged_first[:limit]:
        mark, style, _ = render.BAND_STYLES[row["band"]]
        table.add_row(
            Text(row["name"], style="bright_black" if why else ""),
            Text(word(why), style="bright_black") if why else render.bar(row["fulfillment_pct"]),
            Text(f"{mark} {render.percent(_share(row))}", style=style),
            render.whole(row["shortfall"]),
            render.money(row["value_at_risk_eur"]),
        )
    console.print(table)
    counts = {band: sum(row["band"] == band for row in found) for band in render.BAND_STYLES}
    console.print()
    console.print(
        "  ".join(
            f"[{style}]{mark}[/] {notation.number(counts[band])} {word(label)}"
            for band, (mark, style, label) in render.BAND_STYLES.items()
        )
    )
    scheduled, uncovered = reasons.count(Lifecycle.SCHEDULED), reasons.count(UNCOVERED)
    cancelled = reasons.count(Lifecycle.CANCELLED)
    lines = say_many("{lines} line", "{lines} lines", len(found), lines=notation.number(len(found)))
    if len(found) > limit:
        told = {"count": notation.number(limit), "lines": notation.number(len(found))}
        lines = say("the {count} worst of {lines} lines", **told)
    console.print(f"{lines}, {basis}.")
    if scheduled or uncovered or cancelled:
        parts = (
            (scheduled, say("{count} not begun", count=notation.number(scheduled))),
            (uncovered, say("{count} not fetched on every day", count=notation.number(uncovered))),
            (cancelled, say("{count} cancelled", count=notation.number(cancelled))),
        )
        named = ", ".join(part for count, part in parts if count)
        console.print(say("Not judged, and last: {parts}.", parts=named))


def _share(row: Row) -> Decimal | None:
    unknown = nothing_known(row["band"], row["days_fetched"], row["lifecycle"])
    return None if unknown else row["fulfillment_pct"]


def _not_judged(row: Row) -> str:
    """Why a line's figures are no verdict on it: a short history must never look like a shortfall."""
    if row["lifecycle"] == Lifecycle.SCHEDULED:
        return Lifecycle.SCHEDULED
    if row["lifecycle"] == Lifecycle.CANCELLED:
        return Lifecycle.CANCELLED
    return "" if row["covered"] else UNCOVERED
