"""What the docs show is true: commands exist, settings are listed, links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest
import typer

from campfill_pipeline import cli
from campfill_pipeline.warehouse import catalog
from campfill_pipeline_tests import generated_docs

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
COMMANDS = typer.main.get_command(cli.app)


def _known_commands() -> set[str]:
    found = set()
    for name, command in COMMANDS.commands.items():  # type: ignore[attr-defined]
        found.add(name)
        found |= {f"{name} {sub}" for sub in getattr(command, "commands", {})}
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name} links to {target}, which is not there"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_shown_exists(page: Path) -> None:
    known = _known_commands()
    for line in re.findall(r"`campfill ([a-z][a-z-]+(?: [a-z]+)?)", page.read_text(encoding="utf-8")):
        words = line.split()
        assert words[0] in known, f"{page.name} shows `campfill {line}`"
        if words[0] == "db" and len(words) > 1:
            assert line in known, f"{page.name} shows `campfill {line}`"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_target_shown_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    for target in re.findall(r"`make ([a-z-]+)", page.read_text(encoding="utf-8")):
        assert target in targets, f"{page.name} shows `make {target}`"


def test_the_settings_page_lists_every_setting_with_its_default_and_meaning() -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    for row in generated_docs.settings_rows():
        assert row in text


def test_the_tables_page_says_what_the_database_says(connection: psycopg.Connection) -> None:
    shown = (ROOT / "docs" / "tables.md").read_text(encoding="utf-8")
    assert shown == generated_docs.tables_page(connection), "run: make docs"


def test_every_column_people_rely_on_is_explained(connection: psycopg.Connection) -> None:
    unexplained = [
        f"{table}.{column.name}"
        for table in generated_docs.CONTRACT
        for column in catalog.describe(connection, table).columns
        if not column.comment
    ]
    assert unexplained == []
