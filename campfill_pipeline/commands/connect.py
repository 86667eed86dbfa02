"""`campfill connect`: the descriptions of reporting APIs at hand; `try` one on a day, `new` to write a first one.

Belongs here: asking, showing, exit codes. Does not belong here: trying a day and the text of a first description
(reporting/connecting/).
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from campfill_pipeline.commands import in_language, render, typed
from campfill_pipeline.commands.as_json import Json
from campfill_pipeline.language import notation
from campfill_pipeline.language.retelling import retold
from campfill_pipeline.language.speaking import say, say_many, word
from campfill_pipeline.settings import Settings, environment, load_settings

COLUMNS = ("", "description", "what", "grain", "stages it lacks")
FILES = ("description", "what", "grain", "where")
GRAINS = ("hour", "day")
STAGES = ("bids", "wins", "plays")
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
        own = [_listed_export(one) for one in _exports(settings)]
        typer.echo(json.dumps([*found, *own], ensure_ascii=False))
        return
    _show_listed(found)
    _show_exports(_exports(settings))


def _exports(settings: Settings) -> tuple[Any, ...]:
    from campfill_pipeline.intake.lists import shelf
    from campfill_pipeline.reporting.description import export_files

    return export_files.at_hand(settings, environment(), list(shelf.load(settings.lists).texts))


def _listed_export(one: Any) -> dict[str, Any]:
    from campfill_pipeline.domain import described_exports

    by = None if one.text is None else described_exports.read(one.text)
    return {
        "name": one.name,
        "title": one.title,
        "in_use": by is not None,
        "grain": None if by is None else "day" if by.granularity == "day" else "hour",
        "lacking": [] if by is None else [stage for stage in STAGES if stage not in by.sources],
        "reads": "files",
        "fault": None if one.fault is None else str(one.fault),
    }


@render.aloud
def _show_exports(own: tuple[Any, ...]) -> None:
    """Your own descriptions of export files, and what is wrong with them."""
    if not own:
        return
    console = render.console()
    console.print("\n" + say("Export files that are dropped, by your own descriptions:"))
    table = render.table(*((title, "left") for title in FILES))
    for one in own:
        told = _listed_export(one)
        grain = say("cannot be used") if told["fault"] else word(told["grain"])
        table.add_row(
            escape(one.name), escape(one.title), grain, escape(f"{one.file.parent.name}/{one.file.name}")
        )
    console.print(table)
    for one in own:
        if one.fault is not None:
            console.print(f"▲ {retold(str(one.fault))}", markup=False)


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="A built-in description, or one of your own of export files.")],
) -> None:
    """Print a description, as TOML."""
    from campfill_pipeline.reporting.description import connector

    own = next((one for one in _exports(load_settings()) if one.name == name), None)
    typer.echo(connector.text_of(name) if own is None else own.file.read_text("utf-8"), nl=False)


@render.aloud
def _show_listed(found: list[dict[str, Any]]) -> None:
    table = render.table(*((title, "left") for title in COLUMNS))
    for one in found:
        lacking = ", ".join(word(stage) for stage in one["lacking"]) or "–"
        table.add_row(
            "●" if one["in_use"] else "", one["name"], word(one["title"]), word(one["grain"]), lacking
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
        date | None,
        typer.Option(parser=typed.day, metavar="DAY", help="The local day; yesterday by default."),
    ] = None,
    export: Annotated[
        Path | None,
        typer.Option(
            "--file",
            metavar="EXPORT",
            help="An export file (CSV, XLSX) to read by it, instead of asking an API.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Fetch one day, or read an export file, and show what would be stored, and what not. Nothing is stored."""
    from campfill_pipeline.reporting.connecting.day_trial import try_day
    from campfill_pipeline.reporting.description import connector

    settings = load_settings()
    if export is not None:
        from campfill_pipeline.commands import try_export

        document = try_export.tried(settings, Path(file), export)
        if as_json:
            typer.echo(json.dumps(document, ensure_ascii=False, default=str))
        else:
            try_export.show(document)
        raise typer.Exit(0 if document["reason"] is None else 1)
    asked = day or datetime.now(settings.timezone).date() - timedelta(days=1)
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


@render.aloud
def _show(told: Any) -> None:
    console = render.console()
    answers = say_many(
        "{count} answer", "{count} answers", len(told.pages), count=notation.number(len(told.pages))
    )
    console.print(f"[bold]{render.on(told.day)}[/bold]: {answers}")
    for page in told.pages[:20]:
        refused = say(", {count} refused", count=notation.number(page.refused)) if page.refused else ""
        rows = say_many("{rows} row", "{rows} rows", page.rows, rows=notation.number(page.rows))
        console.print(f"  {rows}{refused}: {page.request}", markup=False, highlight=False)
    if len(told.pages) > 20:
        console.print("  " + say("… and {count} more", count=notation.number(len(told.pages) - 20)))
    columns = ", ".join(f"{ours} = {theirs}" for ours, theirs in told.columns)
    console.print(say("Columns: {text}", text=columns), markup=False)
    if told.unread:
        console.print(say("Not read: {text}", text=", ".join(told.unread)), markup=False)
    if told.lacking:
        stages = ", ".join(word(stage) for stage in told.lacking)
        console.print(
            say(
                "Not told by this source: {stages}. They stay empty, and no cause is named by them.",
                stages=stages,
            )
        )
    for code, count, example in told.refused:
        refused = say_many(
            "{count} row refused ({code}): {example}", "{count} rows refused ({code}): {example}", count,
            count=notation.number(count), code=code, example=retold(example),
        )  # fmt: skip
        console.print(f"▼ {refused}", markup=False)
    for remark in told.remarks:
        console.print(f"▲ {retold(remark)}", markup=False)
    for row in told.rows:
        console.print("  " + ", ".join(f"{name} {value}" for name, value in row.items()), markup=False)
    for reason in told.against:
        console.print(f"▼ {retold(reason)}", markup=False)
    begin = (
        say("Nothing of it would be stored; of what came") if told.against else say("A refresh would store")
    )
    console.print(
        say(
            "{begin}: {rows} rows ({twice} more came twice), {impressions} impressions, {campaigns} campaigns, {deals} "
            "deals, {sites} sites. This was a try: nothing is stored.",
            begin=begin, rows=notation.number(told.stored), twice=notation.number(told.repeated),
            impressions=notation.number(Decimal(f"{told.impressions:f}")), campaigns=notation.number(told.campaigns),
            deals=notation.number(told.deals), sites=notation.number(told.sites),
        )
    )  # fmt: skip


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
    written = in_language.say_here(
        "Written: {path}. Fill what is marked with ???, then: campfill connect try {path}", path=file
    )
    typer.echo(written, err=True)


@render.aloud
def _asked(draft: Any) -> Any:
    """The draft with a person's answers; what is known is proposed."""
    from campfill_pipeline.domain.report_rows import FIELDS

    ask = typer.prompt
    changed = replace(
        draft,
        title=ask(say("What is the interface called"), default=draft.title or draft.name, err=True),
        base_url=ask(say("Its address"), default=draft.base_url or "https://", err=True),
        path=ask(say("Path of the report"), default=draft.path, err=True),
        method=ask(say("Method (GET, POST)"), default=draft.method, err=True).upper(),
        auth=ask(say("Sign-in (none, bearer, basic, api_key)"), default=draft.auth, err=True),
        format=ask(say("Format of the answer (json, jsonl, csv)"), default=draft.format, err=True),
        rows=ask(
            say("Where the rows are, like data.items (empty: the answer itself)"),
            default=draft.rows,
            err=True,
            show_default=bool(draft.rows),
        ),
        granularity=ask(
            say("One row is for an hour or a day (hour, day)"), default=draft.granularity, err=True
        ),
        time_zone=ask(say("Time zone of its times"), default=draft.time_zone, err=True),
        first=ask(say("Parameter of the first moment"), default=draft.first, err=True),
        last=ask(say("Parameter of the last moment"), default=draft.last, err=True),
    )
    columns = {}
    for ours in FIELDS:
        theirs = ask(
            say("Column for {field} (empty: none)", field=ours), default=draft.columns.get(ours, ""), err=True
        )
        if theirs:
            columns[ours] = theirs
    return replace(changed, columns=columns)
