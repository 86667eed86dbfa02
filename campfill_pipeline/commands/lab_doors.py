"""`campfill lab …`: what may be typed. What is done and shown stands in `lab`, imported when it is needed."""

from __future__ import annotations

from typing import Annotated

import typer

from campfill_pipeline.commands.as_json import Json, print_json

app = typer.Typer(
    help="Learn by breaking it: twelve small systems to understand and mend. The course: docs/learn/README.md"
)
Number = Annotated[int, typer.Argument(metavar="N", help="The lab's number.")]


@app.callback(invoke_without_command=True)
def overview(context: typer.Context, as_json: Json = False) -> None:
    """List the labs with learning goal, minutes and state. The course: docs/learn/README.md."""
    if context.invoked_subcommand is not None:
        return
    from campfill_pipeline.commands import lab as command

    if as_json:
        print_json(command.facts())
    else:
        command.show_list()


@app.command()
def start(
    number: Number,
    answer: Annotated[
        str | None, typer.Option(help="Your prediction, where you do not want to be asked.")
    ] = None,
) -> None:
    """Put a lab's situation into ./campfill-labs, ask what will happen, and let it happen."""
    from campfill_pipeline.commands import lab as command

    command.start(number, answer)


@app.command("try", context_settings={"ignore_unknown_options": True})
def attempt(
    number: Number,
    words: Annotated[
        list[str] | None, typer.Argument(help="A campfill command to type inside the lab, like `db psql`.")
    ] = None,
) -> None:
    """Run the lab's program with its database, or a campfill command inside the lab."""
    from campfill_pipeline.commands import lab as command

    raise typer.Exit(command.attempt(number, words or []))


@app.command()
def check(number: Number, as_json: Json = False) -> None:
    """Judge what your system does; exit code 0 solved, 1 not yet."""
    from campfill_pipeline.commands import lab as command

    verdict = command.check(number)
    if as_json:
        print_json(
            {
                "lab": number, "solved": verdict.solved, "what_is_wrong": verdict.what_is_wrong,
                "assumption": verdict.assumption, "seen": list(verdict.seen),
            }
        )  # fmt: skip
    else:
        command.show_verdict(number, verdict)
    raise typer.Exit(0 if verdict.solved else 1)


@app.command()
def hint(number: Number) -> None:
    """Give the next hint, one at a time."""
    from campfill_pipeline.commands import lab as command

    command.hint(number)


@app.command()
def solve(number: Number) -> None:
    """Show the answer, apply it, explain it. Your own program is kept beside it."""
    from campfill_pipeline.commands import lab as command

    command.solve(number)


@app.command()
def clean(
    number: Annotated[int | None, typer.Argument(metavar="[N]", help="One lab; without it, all.")] = None,
) -> None:
    """Stop and remove a lab, or all of them."""
    from campfill_pipeline.commands import lab as command

    command.clean(number)
