"""`campfill line ID`: one line's whole life."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import typer
from rich.console import Console
from rich.markup import escape

from campfill_pipeline.commands import render
from campfill_pipeline.settings import Settings
from campfill_pipeline.warehouse import database, server
from campfill_pipeline.warehouse.line_report import line_report

DAYS_SHOWN = 14


def facts(settings: Settings, line_id: str) -> dict[str, Any]:
    """Contract, figures, history, days, cause; see `warehouse.line_report.LineReport`."""
    try:
        wanted = UUID(line_id.strip().strip("{}"))
    except ValueError:
        raise typer.BadParameter(
            f"{line_id!r} is no line id; copy it from the list or from campfill fulfillment --csv"
        ) from None
    today = datetime.now(UTC).astimezone(settings.timezone).date()
    with database.connect(server.database_url(settings)) as connection:
        found = line_report(connection, wanted, settings.rules, as_of=today)
    if found is None:
        raise typer.BadParameter(f"no list ever had the line {wanted}")
    return asdict(found)


def show(found: dict[str, Any]) -> None:
    """The same on a terminal: contract, where it stands, why, how it came to be, the last days."""
    console = render.console()
    line, figures = found["line"], found["figures"]
    console.print(f"[bold]{escape(line['name'])}[/]")
    console.print(f"{line['kind']}, {line['purchase_type']}, buyer {escape(line['buyer'])}")
    console.print(
        f"{line['runtime']}, goal {line['impression_goal']:,}, CPM €{line['cpm_eur']:,}, "
        f"budget {render.euros(line['budget_eur'])}"
    )
    if found["withdrawn"]:
        console.print("[yellow]withdrawn[/]: the upload that brought it was reverted; it enters no figure")
    if line["absent_since"]:
        console.print(
            f"[yellow]absent[/] from the newest full list, since {line['absent_since']:%Y-%m-%d %H:%M} UTC"
        )
    if figures:
        _show_figures(console, figures)
    if cause := found["cause"]:
        console.print(
            f"[bold]cause[/]: {cause['cause'].replace('_', ' ')} ({cause['side']}); "
            f"{render.whole(cause['missing'])} impressions missing, {render.euros(cause['missing_eur'])}"
        )
    _show_history(console, found["history"])
    _show_days(console, found["days"])
    for issue in found["reconciliation"]:
        console.print(
            f"[yellow]▲[/] {issue['kind_of_issue'].replace('_', ' ')}: {escape(str(issue['detail']))}"
        )


def _show_figures(console: Console, figures: dict[str, Any]) -> None:
    mark, style, label = render.BAND_STYLES[figures["band"]]
    console.print()
    console.print(render.bar(figures["fulfillment_pct"], 30), f"[{style}]{mark}[/]", end=" ")
    console.print(
        f"{render.percent(figures['fulfillment_pct'])}, {label}, {figures['lifecycle'].replace('_', ' ')}"
    )
    console.print(
        f"delivered {render.whole(figures['delivered'])}, shortfall {render.whole(figures['shortfall'])}, "
        f"value at risk {render.euros(figures['value_at_risk_eur'])}; as of {figures['as_of']}"
    )
    if figures["pace"]:
        console.print(
            f"pace {figures['pace'].replace('_', ' ')}, projected {render.whole(figures['projected'])}, "
            f"{render.whole(figures['required_daily'])} a day required"
        )
    if not figures["covered"]:
        missing = figures["elapsed_days"] - figures["days_fetched"]
        console.print(
            f"[yellow]not covered[/]: {missing} flight days were not fetched; it is judged by nothing"
        )


def _show_history(console: Console, history: list[dict[str, Any]]) -> None:
    console.print("\n[bold]history[/], newest first")
    for state in history:
        where = f"row {state['row_no']} of {state['sheet'] or 'the file'}" if state["row_no"] else ""
        console.print(
            f"  {state['revision']}. {state['valid_from']:%Y-%m-%d %H:%M} UTC  {state['action']}  {escape(where)}"
        )
        for name, change in state["changes"].items():
            console.print(f"       {name}: {escape(str(change['before']))} → {escape(str(change['after']))}")


def _show_days(console: Console, days: list[dict[str, Any]]) -> None:
    if not days:
        return
    most = max(Decimal(day["impressions"]) for day in days) or Decimal(1)
    table = render.table(
        ("day", "left"),
        ("", "left"),
        ("impressions", "right"),
        ("plays", "right"),
        ("wins", "right"),
        ("bids", "right"),
    )
    for day in days[-DAYS_SHOWN:]:
        table.add_row(
            f"{day['day']}",
            render.bar(day["impressions"] / most * 100),
            *(render.whole(day[name]) for name in ("impressions", "plays", "wins", "bids")),
        )
    console.print(f"\n[bold]delivery[/], the last {min(len(days), DAYS_SHOWN)} of {len(days)} days with rows")
    console.print(table)
