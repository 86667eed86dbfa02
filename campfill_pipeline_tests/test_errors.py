"""Every error of ours says what happened and how to mend it, and the command line shows both."""

import ast
import importlib
import inspect
import re
from pathlib import Path

import pytest

import campfill_pipeline
from campfill_pipeline import cli
from campfill_pipeline.domain.errors import CampfillError

PACKAGE = Path(campfill_pipeline.__file__).parent


def _exception_classes() -> list[str]:
    """`module:class` of every class of ours whose name ends in Error."""
    found = []
    for file in sorted(PACKAGE.rglob("*.py")):
        text = file.read_text(encoding="utf-8")
        if not re.search(r"class\s+\w+Error\b", text):  # each process asks this while it collects: parse few
            continue
        module = ".".join(("campfill_pipeline", *file.relative_to(PACKAGE).with_suffix("").parts))
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ClassDef) and node.name.endswith("Error"):
                found.append(f"{module}:{node.name}")
    return found


@pytest.mark.parametrize("address", _exception_classes())
def test_every_error_of_ours_descends_from_the_one_root(address: str) -> None:
    module, name = address.split(":")
    error = getattr(importlib.import_module(module), name)
    assert inspect.isclass(error)
    assert issubclass(error, CampfillError), f"let {address} descend from domain.errors.CampfillError"


def test_the_command_line_shows_problem_and_mend(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CAMPFILL_RESTATE_DAYS", "some")
    with pytest.raises(SystemExit) as ended:
        cli.main(["status"])
    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert said.startswith("campfill: CAMPFILL_RESTATE_DAYS='some' cannot be used: give a whole number")


def test_an_error_reads_as_problem_and_mend() -> None:
    error = CampfillError("The cup is empty.", "Fill it.")
    assert (error.problem, error.mend, str(error)) == (
        "The cup is empty.",
        "Fill it.",
        "The cup is empty. Fill it.",
    )
