"""Nothing that a person reads at the terminal stands outside the catalogue: help, faults of use, errors, answers."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from campfill_pipeline import cli
from campfill_pipeline.commands import in_language
from campfill_pipeline.language import catalogue
from campfill_pipeline.language.retelling import retold
from campfill_pipeline.language.speaking import Language, speaking
from campfill_pipeline_tests import messages, raised_sentences
from campfill_pipeline_tests.commands.test_german_terminal import english_in

SHOWING = {"echo", "secho", "print", "add_row", "confirm", "prompt", "getpass", "status", "ask"}
FIELDS = {"get", "whole"}
SAID = {"say", "say_many", "say_here", "word", "retold", "told_of"}
WORDS = re.compile(r"[A-Za-z]{3,}")
NO_WORDS = re.compile(
    r"\[/?\w+( \w+)?\]|CAMPFILL_\w+|UTC|sha256|Traceback|campfill:?|--?\w+|\bJSON\b|^\w+_\w+$|^utf-?8\w*$"
)
OF_THE_COURSE = {"lab.py", "lab_doors.py"}
"""The course is in English, with all that it says."""


def shown_words(path: Path) -> Iterator[str]:
    """Texts with words in calls that show something, unless a function of the catalogue says them."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and _name(node.func) in SHOWING:
            for argument in node.args:
                for text in _unsaid(argument):
                    if WORDS.search(NO_WORDS.sub(" ", text)):
                        yield f"{path.name}, line {node.lineno}: {text!r}"


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _unsaid(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Call) and _name(node.func) in SAID:
        return
    if isinstance(node, ast.Subscript):
        yield from _unsaid(node.value)
    elif isinstance(node, ast.Compare):
        return
    elif isinstance(node, ast.Call) and _name(node.func) == "Text":
        yield from _unsaid(node.args[0])  # then comes a style
    elif isinstance(node, ast.Call) and _name(node.func) in FIELDS:
        return
    elif isinstance(node, ast.GeneratorExp):
        yield from _unsaid(node.elt)  # what it goes through are names of fields
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.FormattedValue):
        yield from _unsaid(node.value)
    else:
        for child in ast.iter_child_nodes(node):
            if not isinstance(child, ast.keyword):
                yield from _unsaid(child)


def test_no_words_are_shown_that_the_catalogue_does_not_have() -> None:
    files = [Path(cli.__file__), *Path(in_language.__file__).parent.glob("*.py")]
    found = [text for file in files if file.name not in OF_THE_COURSE for text in shown_words(file)]
    assert found == []


def test_a_sentence_outside_the_catalogue_is_found(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text('typer.echo(f"{file} is kept")\nconsole.print(say("kept"), f"[red]{mark}[/]")\n')
    assert list(shown_words(module)) == ["module.py, line 1: ' is kept'"]


def test_every_help_text_is_german_and_english_is_as_it_was() -> None:
    command = cli.command()
    english = list(in_language.help_texts(command))
    with speaking(Language.GERMAN):
        in_language._translate(command)
    german = list(in_language.help_texts(command))
    assert len(german) == len(english) > 150
    same = {one for one, other in zip(english, german, strict=True) if one == other}
    assert same == set()
    assert [(text, found) for text in german if (found := {*english_in(text)} - {"was"})] == []
    assert list(in_language.help_texts(cli.command())) == english


VALUES = {"day": ("2026-11-24", "24.11.2026"), "code": ("bad_hour", "bad_hour")}


def test_every_error_is_told_again_in_german() -> None:
    raised = {sentence for _, sentence in raised_sentences.everywhere(messages.CODE)}
    assert len(raised) > 400
    wrong = []
    for message in sorted(raised):
        names = messages.places(message)
        english = message.format(**{name: VALUES.get(name, ("Xyzzy7",))[0] for name in names})
        german = catalogue.translated("de", message).format(
            **{name: VALUES.get(name, ("", "Xyzzy7"))[1] for name in names}
        )
        with speaking(Language.GERMAN):
            if retold(english) != german:
                wrong.append((english, retold(english)))
    assert wrong == []


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Any:
    monkeypatch.setenv("CAMPFILL_LANGUAGE", "de")
    monkeypatch.setenv("CAMPFILL_HOME", str(tmp_path))
    monkeypatch.setenv("CAMPFILL_DATABASE_URL", "postgresql://nobody:x@127.0.0.1:1/none")
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as ended:
            cli.main(list(words))
        told = capsys.readouterr()
        plain = re.sub(r"[│╭╮╰╯─]+", " ", told.out + told.err)
        return int(str(ended.value.code or 0)), " ".join(plain.split())

    return run


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--help",), 0, "Aufruf: "),
        (("counts", "freeze", "--help"), 0, "Auch solange sich seine Zahlen noch ändern können."),
        (("nothing",), 2, "Den Befehl 'nothing' gibt es nicht."),
        (("revert",), 2, "Es fehlt das Argument 'upload_id'."),
        (("status", "--jsn"), 2, "Die Option --jsn gibt es nicht. (Mögliche Optionen: --json)"),
        (("fulfillment", "--as-of", "soon"), 2, "'soon' ist kein Tag des Kalenders."),
        (("fulfillment", "--kind", "x"), 2, "'x' ist keines von 'campaign', 'deal'."),
        (("counts", "freeze", "Mai"), 2, "'Mai' ist kein Monat; schreiben Sie ihn wie 2026-10"),
        (("counts", "bill", "A"), 2, "sagen Sie, nach welcher Zählung"),
        (("report", "--prices"), 2, "--prices gehört zu --buyer oder --advertiser"),
        (("mute", "x", "--lift"), 2, "'x' ist keine ID einer Buchung"),
        (("notify", "test"), 1, "Niemand soll benachrichtigt werden: CAMPFILL_NOTIFY ist nicht gesetzt. Setzen Sie"),
        (("status",), 1, "Der Datenbankserver aus CAMPFILL_DATABASE_URL ist nicht verwendbar"),
        (("connect", "try", "nothing"), 1, "Der Connector nothing ist nicht verwendbar"),
    ],
)  # fmt: skip
def test_faults_are_told_in_german(typed: Any, words: tuple[str, ...], code: int, said: str) -> None:
    ended, told = typed(*words)
    assert said in told
    assert ended == code
    assert not re.search(r"Usage|Invalid|Error\b|Try '|Options\b|Show this", told)
