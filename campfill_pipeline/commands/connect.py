"""`campfill connect`: the descriptions of reporting APIs at hand; `try` one on a day, `new` to write a first one.

Belongs here: asking, showing, exit codes. Does not belong here: trying a day and the text of a first description
(reporting/connecting/).
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from campfill_pipeline.commands import render, typed
from campfill_pipeline.commands.as_json import Json
from campfill_pipeline.settings import environment, load_settings

app = typer.Typer(help="Descriptions of reporting APIs.", invoke_without_command=True)


@app.callback()
def connect(context: typer.Context, as_json: Json = False) -> None:
    """List the descriptions at hand: the one in use, and those that come along."""
    if context.invoked_subcommand is not None:
        return
    from campfill_pipeline.reporting.description import connector

    settings = load_settings()
    names = list(dict.fromkeys([settings.reporting_connector, *connector.builtin_names()]))
    found = [_listed(connector.load(name), name, settings.reporting_connector) for name in names]
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    table = render.table(
        ("", "left"),
        ("description", "left"),
        ("what", "left"),
        ("grain", "left"),
        ("stages it lacks", "left"),
    )
    for one in found:
        table.add_row(
            "●" if one["in_use"] else "",
            one["name"],
            one["title"],
            one["grain"],
            ", ".join(one["lacking"]) or "–",
        )
    render.console().print(table)


def _listed(described: Any, name: str, used: str) -> dict[str, Any]:
    from campfill_pipeline.reporting.connecting.day_trial import lacking_stages

    return {
        "name": name,
        "title": described.title,
        "in_use": name == used,
        "grain": "day" if described.values.granularity == "day" else "hour",
        "lacking": list(lacking_stages(described)),
    }


@app.command("try")
def try_(
    file: Annotated[
        str, typer.Argument(metavar="FILE.toml", help="A description, or the name of a built-in one.")
    ],
    day: Annotated[
        datetime | None,
        typer.Option(formats=typed.DAY_FORMATS, help="The local day; yesterday by default."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Fetch one day and show what would be stored, and what not, with reasons. Nothing is stored."""
    from campfill_pipeline.reporting.connecting.day_trial import try_day
    from campfill_pipeline.reporting.description import connector

    settings = load_settings()
    asked = day.date() if day else datetime.now(settings.timezone).date() - timedelta(days=1)
    told = try_day(
        connector.load(file),
        settings.reporting_url,
        settings.current_token(),
        asked,
        timezone=settings.timezone,
        doubts=settings.doubts,
        environ=environment(),
    )
    if as_json:
        typer.echo(json.dumps(asdict(told), ensure_ascii=False, default=str))
    else:
        _show(told)
    raise typer.Exit(1 if told.against else 0)


def _show(told: Any) -> None:
    console = render.console()
    console.print(f"[bold]{told.day}[/bold]: {len(told.pages):,} answers")
    for page in told.pages[:20]:
        refused = f", {page.refused:,} refused" if page.refused else ""
        console.print(f"  {page.rows:,} rows{refused}: {page.request}", markup=False, highlight=False)
    if len(told.pages) > 20:
        console.print(f"  … and {len(told.pages) - 20:,} more")
    console.print(
        "Columns: " + ", ".join(f"{ours} = {theirs}" for ours, theirs in told.columns), markup=False
    )
    if told.unread:
        console.print("Not read: " + ", ".join(told.unread), markup=False)
    if told.lacking:
        console.print(
            f"Not told by this source: {', '.join(told.lacking)}. They stay empty, and no cause is named by them."
        )
    for code, count, example in told.refused:
        console.print(f"▼ {count:,} rows refused ({code}): {example}", markup=False)
    for remark in told.remarks:
        console.print(f"▲ {remark}", markup=False)
    for row in told.rows:
        console.print("  " + ", ".join(f"{name} {value}" for name, value in row.items()), markup=False)
    for reason in told.against:
        console.print(f"▼ {reason}", markup=False)
    ids = f"{told.campaigns:,} campaigns, {told.deals:,} deals, {told.sites:,} sites"
    word = "Nothing of it would be stored; of what came" if told.against else "A refresh would store"
    console.print(
        f"{word}: {told.stored:,} rows ({told.repeated:,} more came twice), {told.impressions:,f} impressions, {ids}. "
        "This was a try: nothing is stored."
    )


@app.command()
def new(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.toml", help="Where the description is written; it must not exist.")
    ],
    openapi: Annotated[
        Path | None, typer.Option(metavar="FILE", help="An OpenAPI document (JSON or YAML) to begin from.")
    ] = None,
    path: Annotated[str | None, typer.Option(help="The path of the report in that document.")] = None,
) -> None:
    """Ask a few questions and write a first description, from an OpenAPI document too."""
    from campfill_pipeline.reporting.connecting import drafting

    if file.exists():
        raise typer.BadParameter(f"{file} is there already, and is not overwritten")
    draft = drafting.Draft(name="", title="", base_url="", path="/report")
    if openapi is not None:
        try:
            draft = drafting.from_openapi(drafting.read_document(openapi.read_text("utf-8")), path)
        except (OSError, ValueError) as error:
            raise typer.BadParameter(f"{openapi}: {error}") from error
    name = "".join(c if c.isalnum() else "_" for c in file.stem.lower()).strip("_") or "interface"
    draft = _asked(replace(draft, name=name if name[0].isalpha() else f"c_{name}"))
    file.write_text(drafting.text(draft), encoding="utf-8")
    typer.echo(f"Written: {file}. Fill what is marked with ???, then: campfill connect try {file}", err=True)


def _asked(draft: Any) -> Any:
    """The draft with a person's answers; what is known is proposed."""
    from campfill_pipeline.domain.report_rows import FIELDS

    ask = typer.prompt
    changed = replace(
        draft,
        title=ask("What is the interface called", default=draft.title or draft.name, err=True),
        base_url=ask("Its address", default=draft.base_url or "https://", err=True),
        path=ask("Path of the report", default=draft.path, err=True),
        method=ask("Method (GET, POST)", default=draft.method, err=True).upper(),
        auth=ask("Sign-in (none, bearer, basic, api_key)", default=draft.auth, err=True),
        format=ask("Format of the answer (json, jsonl, csv)", default=draft.format, err=True),
        rows=ask(
            "Where the rows are, like data.items (empty: the answer itself)",
            default=draft.rows,
            err=True,
            show_default=bool(draft.rows),
        ),
        granularity=ask("One row is for an hour or a day (hour, day)", default=draft.granularity, err=True),
        time_zone=ask("Time zone of its times", default=draft.time_zone, err=True),
        first=ask("Parameter of the first moment", default=draft.first, err=True),
        last=ask("Parameter of the last moment", default=draft.last, err=True),
    )
    columns = {}
    for ours in FIELDS:
        theirs = ask(f"Column for {ours} (empty: none)", default=draft.columns.get(ours, ""), err=True)
        if theirs:
            columns[ours] = theirs
    return replace(changed, columns=columns)
