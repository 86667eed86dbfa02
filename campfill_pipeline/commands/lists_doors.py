"""The doors `campfill lists …`: the descriptions of lists of other houses.

Belongs here: words and options of the commands. Does not belong here: what they do (`lists.py`).
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from campfill_pipeline.commands.as_json import Json
from campfill_pipeline.domain.plain_json import plain
from campfill_pipeline.settings import load_settings

app = typer.Typer(help="List descriptions: how lists of other houses are read.", invoke_without_command=True)


@app.callback()
def every(context: typer.Context, as_json: Json = False) -> None:
    """List descriptions: how lists of other houses are read. Alone it shows all of them."""
    if context.invoked_subcommand is not None:
        return
    from campfill_pipeline.commands import lists as command

    document = command.facts(load_settings())
    if as_json:
        typer.echo(json.dumps(document, default=plain, ensure_ascii=False))
    else:
        command.show_all(document)


@app.command()
def show(name: Annotated[str, typer.Argument(help="The description's name.")]) -> None:
    """Print a description, as TOML."""
    from campfill_pipeline.commands import lists as command

    typer.echo(command.text_of(load_settings(), name), nl=False)


@app.command("try")
def try_file(
    file: Annotated[Path, typer.Argument(help="A list of any house.", exists=True, dir_okay=False)],
    as_json: Json = False,
) -> None:
    """Read a list and show what would become of it. Nothing is stored."""
    from campfill_pipeline.commands import lists as command

    document = command.tried(load_settings(), file)
    if as_json:
        typer.echo(json.dumps(document, default=plain, ensure_ascii=False))
    else:
        command.show_tried(document)


@app.command()
def accept(
    file: Annotated[
        Path,
        typer.Argument(
            help="A description (.toml), or a corrected receipt (.xlsx).", exists=True, dir_okay=False
        ),
    ],
) -> None:
    """Keep a description, once it is found to be sound. Of a corrected receipt the list is read, too."""
    from campfill_pipeline.commands import lists as command

    command.accept(load_settings(), file)


@app.command()
def fetch(as_json: Json = False) -> None:
    """Look at the addresses of CAMPFILL_LIST_URLS now; a new list is put into the inbox."""
    from campfill_pipeline.commands import lists as command

    looks = command.fetched(load_settings())
    if as_json:
        typer.echo(json.dumps([asdict(look) for look in looks], ensure_ascii=False))
    else:
        command.show_fetched(looks)
    if any(look.fault for look in looks):
        raise typer.Exit(1)


@app.command()
def ids(
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE.csv", help="Write them as a mapping file, to check and to drop."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Propose which lines reported ids are that no line has. Nothing is applied."""
    from campfill_pipeline.commands import proposed_ids as command

    found = command.facts(load_settings())
    if as_json:
        typer.echo(json.dumps(found, default=plain, ensure_ascii=False))
    else:
        command.show(found)
    if out is not None:
        command.write(found, out)
