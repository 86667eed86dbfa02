"""What the docs show is true: commands exist, settings are listed, links lead somewhere."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import psycopg
import pytest
import typer

from campfill_pipeline import cli
from campfill_pipeline.intake.receipt.words import CODE_WORDS
from campfill_pipeline.warehouse.readers import catalog
from campfill_pipeline_tests import documented_commands, generated_docs

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
def test_every_link_leads_to_a_file_and_a_heading_in_it(page: Path) -> None:
    for target, heading in re.findall(
        r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)", page.read_text(encoding="utf-8")
    ):
        linked = page.parent / target if target else page
        assert linked.exists(), f"{page.name} links to {target}, which is not there"
        if heading:
            assert heading in _headings(linked), (
                f"{page.name} links to {target}#{heading}, which is not there"
            )


def _headings(page: Path) -> set[str]:
    """The page's headings as GitHub and editors write them in addresses."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize(
    "picture", sorted((ROOT / "docs" / "pictures").glob("*.png")), ids=lambda file: file.name
)
def test_every_picture_is_shown_small_and_taken_by_the_one_command(picture: Path) -> None:
    assert picture.stat().st_size < 200_000
    assert any(f"pictures/{picture.name}" in page.read_text(encoding="utf-8") for page in PAGES)
    assert f'"{picture.stem}' in (picture.parent / "take.py").read_text(encoding="utf-8")


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


def test_the_commands_page_shows_what_the_commands_print(database_url: str, tmp_path: Path) -> None:
    shown = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert shown == documented_commands.commands_page(database_url, tmp_path), "run: make docs"


def _codes_in_code(*calls: str) -> set[str]:
    """The code that the product gives to each call of these names, as its first argument."""
    found = set()
    for room in ("domain", "intake", "reporting"):
        for file in (ROOT / "campfill_pipeline" / room).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                    found |= {str(node.args[0].value)} if name in calls else set()
    return found


LISTS, APIS = (ROOT / "docs" / name for name in ("campaign-lists.md", "connect-your-api.md"))


def _documented(text: str, row: str) -> dict[str, str]:
    """The codes in the first cells of the table rows that `row` finds in `text`, each with its mend."""
    rows = [[cell.strip() for cell in found.strip("|").split("|")] for found in re.findall(row, text, re.M)]
    return {code: cells[-1] for cells in rows for code in re.findall(r"`([a-z_]+)`", cells[0])}


def test_every_issue_code_is_documented_with_its_mend_and_has_words_in_receipts() -> None:
    text = LISTS.read_text(encoding="utf-8") + APIS.read_text(encoding="utf-8")
    documented = _documented(text, r"^\| `[a-z_`, ]+ \| (?:error|warning|info) \|.*$")
    assert set(documented) == set(CODE_WORDS)
    assert all(documented.values())
    assert _codes_in_code("Finding", "Fault") <= set(documented)
    assert all(f"`{code}`" in text for code in _codes_in_code("_remark"))  # of APIs: nothing there to mend


def test_every_reason_for_rejecting_a_file_is_documented_with_its_mend() -> None:
    text = LISTS.read_text(encoding="utf-8")
    documented = _documented(text[text.index("## A whole file is rejected") :], r"^\| `[a-z_]+` \|.*$")
    assert set(documented) == _codes_in_code("UnreadableError") | {"no_rows", "internal_error"}
    assert all(documented.values())


def test_every_column_people_rely_on_is_explained(connection: psycopg.Connection) -> None:
    unexplained = [
        f"{table}.{column.name}"
        for table in generated_docs.CONTRACT
        for column in catalog.describe(connection, table).columns
        if not column.comment
    ]
    assert unexplained == []
