"""`campfill lists`: the list descriptions at hand, and what a file would become by them.

Belongs here: gathering and showing. Does not belong here: the notation of descriptions, reading lists (intake).
"""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import typer
from rich.markup import escape

from campfill_pipeline.commands import render, trials
from campfill_pipeline.commands.in_language import say_here
from campfill_pipeline.domain.described_columns import Described
from campfill_pipeline.domain.list_descriptions import PRESENT, ListDescription
from campfill_pipeline.domain.uploads import UploadKind
from campfill_pipeline.intake import kept_exports
from campfill_pipeline.intake.findings import Parsed
from campfill_pipeline.intake.inbox import fetching
from campfill_pipeline.intake.judge.campaign_lists import validate_list
from campfill_pipeline.intake.lists import shelf
from campfill_pipeline.intake.lists.notation import DescriptionError
from campfill_pipeline.intake.process.parser import Parser
from campfill_pipeline.language import notation
from campfill_pipeline.language.retelling import retold
from campfill_pipeline.language.speaking import say, word
from campfill_pipeline.reporting.description import export_files
from campfill_pipeline.settings import Settings, environment

SHELF = ("name", "where", "reads")
PROPOSED = ("header", "means", "how sure", "examples")
PLACES = ("built in", "the present list")
KINDS = {
    "campaign_list": "a campaign list", "report_csv": "an export of delivery", "list_description": "a list description",
    "care": "a sheet of who takes care", "id_map": "a mapping file", "second_count": "a second count",
    "unknown": "something unknown",
}  # fmt: skip
_TOLD_BY = (("buyer of all lines", "buyer"), ("currency", "currency"))
"""Settings of a proposal that need no value where a column says it row by row."""
_SHOWN_LINES = 3
_SHOWN_ISSUES = 10


def facts(settings: Settings) -> list[dict[str, Any]]:
    """Every description: its name, where it stands, what it reads, or why it cannot be used."""
    return [
        {"name": PRESENT, "where": "built in", "reads": "the present list", "fault": None},
        *(
            {
                "name": entry.name,
                "where": f"{entry.file.parent.name}/{entry.file.name}" if entry.file else "built in",
                "reads": entry.description.source if entry.description else "",
                "fault": str(entry.fault) if entry.fault else None,
            }
            for entry in shelf.load(settings.lists).entries
        ),
    ]


@render.aloud
def show_all(document: list[dict[str, Any]]) -> None:
    """The same as a table, and what is wrong below it."""
    console = render.console()
    table = render.table(*((title, "left") for title in SHELF))
    for entry in document:
        reads = f"[red]{say('cannot be used')}[/]" if entry["fault"] else escape(word(entry["reads"]))
        table.add_row(escape(entry["name"]), escape(word(entry["where"])), reads)
    for column in table.columns[:2]:
        column.no_wrap = True
    console.print(table)
    for entry in document:
        if entry["fault"]:
            console.print(f"[red]▲[/] {escape(retold(entry['fault']))}")


def text_of(settings: Settings, name: str) -> str:
    """A description as TOML."""
    if name == PRESENT:
        raise typer.BadParameter(
            "the present list needs no description; docs/campaign-lists.md tells its columns"
        )
    entry = shelf.load(settings.lists).get(name)
    if entry is None:
        raise typer.BadParameter(f"there is no list description {name!r}; `campfill lists` shows them all")
    return entry.text


def accept(settings: Settings, file: Path) -> None:
    """Keep a description of a TOML file, where it is sound. Raises DescriptionError.

    A corrected receipt goes through the same door as one that is dropped: its list is read, too.
    """
    if file.suffix.lower() != ".toml":
        from campfill_pipeline.commands import ingest

        _, code = ingest.run([file], quiet=False)
        raise typer.Exit(code)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DescriptionError(file.name, "the file", str(error), "Give a TOML file in UTF-8.") from error
    kept = shelf.keep(settings.lists, shelf.name_of(text, file.name), text)
    done = say_here("Kept as {path}. Lists that it fits are read by it from now on.", path=kept)
    typer.echo(done, err=True)


def fetched(settings: Settings) -> list[fetching.Look]:
    """Look at every address of CAMPFILL_LIST_URLS now; new lists lie in the inbox afterwards."""
    if not settings.list_urls:
        raise typer.BadParameter("CAMPFILL_LIST_URLS names no address; docs/lists.md tells how")
    settings.make_folders()
    return [fetching.look(settings, address, now=datetime.now(UTC)) for address in settings.list_urls]


@render.aloud
def show_fetched(looks: list[fetching.Look]) -> None:
    """The same on a terminal."""
    console = render.console()
    for look in looks:
        if look.fault:
            console.print(
                f"[red]▼[/] {escape(look.address)}: {escape(retold(look.fault))} "
                + say("The last list stays in force.")
            )
        elif look.file:
            done = say("put into the inbox as {file}", file=escape(look.file))
            console.print(f"[blue]●[/] {escape(look.address)}: {done}")
        else:
            console.print(f"[dim]○[/] {escape(look.address)}: {say('nothing new')}")


def tried(settings: Settings, file: Path) -> dict[str, Any]:
    """What would become of a file: the description it is read by, counts, issues and first lines."""
    known = shelf.load(settings.lists)
    texts = export_files.with_lists(settings, environment(), known.texts)
    with (
        tempfile.TemporaryDirectory(prefix="campfill-try-") as folder,
        Parser(kept_exports.limits(settings), texts) as parser,
    ):
        work = Path(folder)
        parsed = parser.parse(file, file.name, work)
        told: dict[str, Any] = {
            "file": file.name, "kind": parsed.kind, "reason": parsed.reason, "message": parsed.message,
            "hint": parsed.hint, "description": parsed.read_by, "rows": None, "issues": [], "lines": [],
            "columns": _columns(parsed), "proposal": parsed.proposal and asdict(parsed.proposal),
        }  # fmt: skip
        if parsed.kind != UploadKind.CAMPAIGN_LIST or parsed.reason is not None:
            return told
        entry = known.get(parsed.read_by) if parsed.read_by else None
        verdict = validate_list(parsed, work, by=_at_work(settings, entry.description if entry else None))
        told["description"] = parsed.read_by or PRESENT
        told |= trials.judged(verdict)
        with pa.ipc.open_stream(str(verdict.lines)) as lines:
            told["lines"] = lines.read_all().slice(0, _SHOWN_LINES).to_pylist()
        return told


def _at_work(settings: Settings, description: ListDescription | None) -> Described | None:
    return None if description is None else Described(description, settings.timezone)


def _columns(parsed: Parsed) -> list[dict[str, Any]]:
    return [
        {"sheet": table.sheet, "header": column.header, "field": column.field}
        for table in parsed.tables
        for column in table.columns
    ]


@render.aloud
def show_tried(told: dict[str, Any]) -> None:
    """The same on a terminal."""
    console = render.console()
    if told["reason"] is not None:
        named = {"file": escape(told["file"]), "reason": told["reason"]}
        console.print("[red]▲[/] " + say("{file} would be rejected ({reason}).", **named))
        console.print(escape(f"{retold(told['message'] or '')} {retold(told['hint'] or '')}".strip()))
        if told["proposal"]:
            _show_proposal(told["proposal"])
    elif told["rows"] is None:
        kind = word(KINDS[told["kind"]])
        console.print(say("{file} is no campaign list, but {kind}.", file=escape(told["file"]), kind=kind))
        if told["description"]:
            console.print(say("It is read by the description {name}.", name=escape(told["description"])))
    else:
        _show_rows(told)
    console.print(say("Nothing was stored."))


def _show_proposal(proposal: dict[str, Any]) -> None:
    console = render.console()
    console.print(
        "\n"
        + say(
            "If it is a list of another house, it may be read so ({place}):",
            place=escape(retold(proposal["place"])),
        )
    )
    table = render.table(*((title, "left") for title in PROPOSED))
    for column in proposal["columns"]:
        table.add_row(
            escape(column["header"]),
            column["means"],
            word(column["sure"]),
            escape(", ".join(column["samples"])),
        )
    console.print(table)
    for key, value in proposal["settings"]:
        if value:
            console.print(f"  {key}: {escape(value)}")
    means = {column["means"] for column in proposal["columns"]}
    told_by_cells = {key for key, column in _TOLD_BY if column in means}
    blank = [
        key
        for key, value in proposal["settings"]
        if not value and not key.startswith("words") and key not in told_by_cells
    ]
    if blank:
        console.print(say("To be said by you: {text}.", text=", ".join(blank)))
    console.print(
        say("Drop the file, or `campfill ingest` it: its receipt holds this as a sheet to correct.")
    )


def _show_rows(told: dict[str, Any]) -> None:
    console = render.console()
    trials.show_counts(told)
    table = render.table(*((title, "left") for title in PROPOSED[:2]))
    for column in told["columns"]:
        table.add_row(escape(column["header"]), word(column["field"].replace("_", " ")))
    console.print(table)
    for line in told["lines"]:
        console.print(
            "  "
            + say(
                "{id}  {name}, {kind}, {runtime}, goal {goal}, CPM {cpm}",
                id=escape(str(line.get("external_id") or line["id"])),
                name=escape(line["name"]),
                kind=word(str(line["kind"])),
                runtime=line["runtime"],
                goal=notation.number(line["impression_goal"]),
                cpm=notation.money(line["cpm_eur"]),
            )
            + (say(", cancelled") if line.get("cancelled") else "")
        )
    trials.show_issues(told, _SHOWN_ISSUES)
