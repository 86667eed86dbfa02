"""What is typed and answered before a command runs, in the language of the house: help texts, faults of use, errors.

Belongs here: translating a built parser, and what people are told when something does not work. Does not belong here:
what a command itself shows (`render.aloud`).

A parser is made in English, as the decorators have it, and its texts are looked up when it is used: English costs
nothing, German the file of messages, once.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

from campfill_pipeline.domain.errors import CampfillError
from campfill_pipeline.language.retelling import retold
from campfill_pipeline.language.speaking import Language, say, speaking, spoken, word
from campfill_pipeline.settings import read_values

TITLES = ("Arguments", "Options", "Commands", "Error", "Aborted.", "Usage: ", "[default: {}]", "[required]",
          "Try [blue]'{command_path} {help_option}'[/] for help.", "[OPTIONS]", "COMMAND [ARGS]...",
          "Show this message and exit.", "Aborted!")  # fmt: skip
FAULTS = (
    "Missing argument {id}.",
    "Missing argument {id}. {told}",
    "Missing option {id}.",
    "Missing option {id}. {told}",
    "Missing command.",
    "No such option: {id}",
    "No such option: {id} (Possible options: {found})",
    "No such command {id}.",
    "No such command {id}. Did you mean {found}?",
    "Got unexpected extra argument(s) ({found})",
    "Option {id} requires an argument.",
    "Option {id} does not take a value.",
    "{value} is not one of {found}.",
    "Input should be a valid integer, unable to parse string as an integer",
    "Input should be greater than or equal to {found}",
    "Input should be less than or equal to {found}",
    "{value} does not match the format {found}.",
    "{value} does not match the formats {found}.",
    "File {path} does not exist.",
    "Path {path} does not exist.",
    "File {path} is a directory.",
    "Path {path} is a directory.",
    "File {path} is not readable.",
    "Path {path} is not readable.",
    "Choose from: {found}",
)
_INVALID = re.compile(r"Invalid value(?: for (?P<id>.+?))?: (?P<told>.*)", re.DOTALL)
PARSERS_WORDS = (*TITLES, *FAULTS)
"""What the parser itself says."""


def language() -> Language:
    """CAMPFILL_LANGUAGE; English where it holds anything else, which is then told as the fault of a setting."""
    try:
        return Language(read_values()["CAMPFILL_LANGUAGE"].strip().lower())
    except (ValueError, OSError):
        return Language.ENGLISH


def run(command: TyperGroup, arguments: list[str] | None) -> Any:
    """Run the command line. What is wrong with what was typed is told in the language of the house; exits."""
    chosen = language()
    if chosen is Language.ENGLISH:
        return command(arguments)
    with speaking(chosen):
        _translate(command)
        _title()
    try:
        code = command.main(arguments, standalone_mode=False)
    except typer.Abort:
        _say_fault(word_in(chosen, "Aborted."))
        return sys.exit(1)
    except TyperException as fault:
        with speaking(chosen):
            from typer import rich_utils

            said = _of_use(" ".join(fault.format_message().split()))
            fault.format_message = lambda: said  # type: ignore[method-assign]
            rich_utils.rich_format_error(fault)  # type: ignore[arg-type]
        return sys.exit(fault.exit_code)
    return sys.exit(code if isinstance(code, int) else 0)


def _of_use(text: str) -> str:
    """What is wrong with what was typed: the option that it is about, then what is said of it."""
    found = _INVALID.fullmatch(text)
    if found is None:
        return retold(text)
    told = retold(found["told"].removeprefix("Value error, "))
    return (
        say("Invalid value for {id}: {told}", id=found["id"], told=told)
        if found["id"]
        else say("Invalid value: {told}", told=told)
    )


def word_in(chosen: Language, text: str) -> str:
    """A word of ours in this language."""
    with speaking(chosen):
        return word(text)


def told(error: CampfillError) -> str:
    """An error's sentences in the language of the house; what others said below them, such as PostgreSQL, stays."""
    chosen = language()
    if chosen is Language.ENGLISH:
        return str(error)
    with speaking(chosen):
        problem, mend = retold(error.problem), retold(error.mend)
    return f"{problem}{mend}" if mend.startswith("\n") else f"{problem} {mend}".strip()


def say_fault(error: CampfillError) -> None:
    """Tell a person at the terminal what went wrong."""
    _say_fault(f"campfill: {told(error)}")


def say_here(message: str, **values: object) -> str:
    """`say`, in the language of the house."""
    with speaking(language()):
        return say(message, **values)


def _say_fault(text: str) -> None:
    typer.secho(text, err=True, fg="red")


def _title() -> None:
    from typer import rich_utils  # with rich, which most commands need not

    rich_utils.ARGUMENTS_PANEL_TITLE = word("Arguments")
    rich_utils.OPTIONS_PANEL_TITLE = word("Options")
    rich_utils.COMMANDS_PANEL_TITLE = word("Commands")
    rich_utils.ERRORS_PANEL_TITLE = word("Error")
    rich_utils.DEFAULT_STRING = word("[default: {}]")
    rich_utils.REQUIRED_LONG_STRING = word("[required]")
    rich_utils.RICH_HELP = word("Try [blue]'{command_path} {help_option}'[/] for help.")


def _translate(command: TyperGroup | TyperCommand) -> None:
    """Put every text of the parser into the language spoken."""
    usage = word("Usage: ")
    chosen = spoken()

    class _Formatter(command.context_class.formatter_class):  # type: ignore[misc,name-defined]
        def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
            super().write_usage(prog, args, usage if prefix is None else prefix)

    class _Context(command.context_class):  # type: ignore[misc,name-defined]
        formatter_class = _Formatter

    for one in _each(command):
        one.context_class = _Context
        one.help = one.help and word(one.help)
        one.short_help = one.short_help and word(one.short_help)
        one.options_metavar = word("[OPTIONS]")
        if isinstance(one, TyperGroup):
            one.subcommand_metavar = word("COMMAND [ARGS]...")
        own = one.get_help_option

        def help_option(context: Any, own: Any = own) -> Any:
            option = own(context)
            if option is not None:
                option.help = word_in(chosen, "Show this message and exit.")
            return option

        one.get_help_option = help_option
        for parameter in one.params:
            if told := getattr(parameter, "help", None):
                parameter.help = word(told)


def _each(command: Any) -> Iterator[Any]:
    yield command
    for one in getattr(command, "commands", {}).values():
        yield from _each(one)


def help_texts(command: TyperGroup) -> Iterator[str]:
    """Every text of ours that the parser shows."""
    for one in _each(command):
        yield from (text for text in (one.help, one.short_help) if text)
        yield from (text for parameter in one.params if (text := getattr(parameter, "help", None)))
