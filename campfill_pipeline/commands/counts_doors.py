"""The doors `campfill counts …`: second counts, who bills by which, months frozen for billing.

Belongs here: words and options of the commands. Does not belong here: what they do (`counts`, `count_bills`).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from campfill_pipeline.commands.as_json import Json, print_json
from campfill_pipeline.settings import load_settings

if TYPE_CHECKING:
    from campfill_pipeline.domain.count_days import Days

app = typer.Typer(help="Second counts: what others counted, beside ours.", invoke_without_command=True)


def _month(value: datetime | None) -> Days | None:
    if value is None:
        return None
    from campfill_pipeline.domain.count_days import month_of

    return month_of(value.year, value.month)


@app.callback()
def every(
    context: typer.Context,
    month: Annotated[
        datetime | None,
        typer.Option(help="All days of one month, like 2026-10; default: the days their files speak of.",
                     formats=["%Y-%m"]),
    ] = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Second counts beside ours: the discrepancy of each line, and what it is made of."""
    if context.invoked_subcommand is not None:
        return
    from campfill_pipeline.commands import counts as command

    settings = load_settings()
    found = command.compared(settings, _month(month))
    if as_json:
        print_json(command.document(settings, found))
    else:
        command.show(settings, found)


def _month_given(text: str) -> Days:
    try:
        value = datetime.strptime(text, "%Y-%m")
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no month; write it like 2026-10") from None
    from campfill_pipeline.domain.count_days import month_of

    return month_of(value.year, value.month)


Month = Annotated[str, typer.Argument(metavar="MONTH", help="A month, like 2026-10.")]
Number = Annotated[
    int | None, typer.Option(min=1, help="Of a month that was frozen several times; default: the last time.")
]


@app.command()
def bill(
    buyer: Annotated[
        str | None, typer.Argument(metavar="[BUYER]", help="A buyer as the list has it, or an agency.")
    ] = None,
    billed_by: Annotated[
        str | None,
        typer.Argument(metavar="[ours|NAME]", help="Our count, or who counts, as their files say."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Say by which count a buyer is billed; alone it shows what was said."""
    from campfill_pipeline.commands import count_bills as command

    if (buyer is None) != (billed_by is None):
        raise typer.BadParameter("say by which count: campfill counts bill BUYER ours|NAME")
    settings = load_settings()
    said = command.bill(settings, buyer, billed_by)
    if as_json:
        print_json(said)
    else:
        command.show_billing(settings, said)


@app.command()
def freeze(
    month: Month,
    provisional: Annotated[
        bool, typer.Option("--provisional", help="Also while its figures may still change.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Keep a month's figures for billing, by line, with a number and a hash."""
    from campfill_pipeline.commands import count_bills as command

    settings = load_settings()
    made = command.freeze(settings, _month_given(month), provisional=provisional)
    if as_json:
        print_json(made)
    else:
        command.show_frozen(settings, [made], lines=True)


@app.command()
def frozen(
    month: Annotated[
        str | None, typer.Argument(metavar="[MONTH]", help="A month, like 2026-10; then with its lines.")
    ] = None,
    number: Number = None,
    as_json: Json = False,
) -> None:
    """The frozen months; of one, each time it was frozen, with its lines."""
    from campfill_pipeline.commands import count_bills as command

    settings = load_settings()
    found = command.frozen(settings, None if month is None else _month_given(month), number)
    if as_json:
        print_json(found)
    else:
        command.show_frozen(settings, found, lines=month is not None)


@app.command()
def changed(month: Month, number: Number = None, as_json: Json = False) -> None:
    """What changed since a month was frozen, by line, and why."""
    from campfill_pipeline.commands import count_bills as command
    from campfill_pipeline.warehouse.counts import bills

    settings = load_settings()
    told = command.changed(settings, _month_given(month), number)
    if as_json:
        print_json(bills.since_document(told))
    else:
        command.show_changed(settings, told)
