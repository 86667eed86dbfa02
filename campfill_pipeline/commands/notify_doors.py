"""The doors of `campfill notify`, each a few lines."""

from __future__ import annotations

from typing import Annotated

import typer

from campfill_pipeline.commands.as_json import Json, print_json
from campfill_pipeline.settings import load_settings

app = typer.Typer(help="Who is told what happens.", no_args_is_help=True)


@app.command("list")
def list_all(as_json: Json = False) -> None:
    """Show who is told what, which messages wait, and what stands now. Addresses are never shown."""
    from campfill_pipeline.commands import notify

    document = notify.facts(load_settings())
    if as_json:
        print_json(document)
    else:
        notify.show(document)


@app.command()
def test(
    name: Annotated[
        str | None, typer.Argument(help="One recipient, as `campfill notify list` names it.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Send a test to every recipient now, and say what became of it."""
    from campfill_pipeline.commands import notify

    done, code = notify.test(load_settings(), name)
    if as_json:
        print_json(done)
    else:
        notify.show_tested(done)
    raise typer.Exit(code)
