"""What the docs show is true: commands exist, settings are listed, links lead somewhere."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import psycopg
import pytest
import typer

from campfill_pipeline import cli
from campfill_pipeline.domain.causes import Side
from campfill_pipeline.domain.fulfillment import Band, Lifecycle, Pace
from campfill_pipeline.domain.incidents import Silence
from campfill_pipeline.domain.issue_codes import FILE_REASONS, ISSUE_CODES, Severity
from campfill_pipeline.domain.kinds import LineKind, PurchaseType
from campfill_pipeline.domain.uploads import UploadKind, UploadStatus
from campfill_pipeline.intake.receipt.words import FIELD_WORDS
from campfill_pipeline.reports.workbook import LINE_COLUMNS
from campfill_pipeline.warehouse.readers import catalog
from campfill_pipeline_tests import documented_commands, generated_docs, snapshots

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
)
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
        assert row in text, "run: make docs"


def test_the_env_file_to_copy_names_every_setting() -> None:
    shown = generated_docs.ENV_EXAMPLE.read_text(encoding="utf-8")
    assert shown == generated_docs.env_example(), "run: make docs"


def test_the_tables_page_says_what_the_database_says(connection: psycopg.Connection) -> None:
    shown = (ROOT / "docs" / "tables.md").read_text(encoding="utf-8")
    assert shown == generated_docs.tables_page(connection), "run: make docs"


def test_the_analysis_page_says_what_the_views_say(connection: psycopg.Connection) -> None:
    shown = (ROOT / "docs" / "analysis.md").read_text(encoding="utf-8")
    assert shown == generated_docs.analysis_page(connection, shown), "run: make docs"


def test_the_commands_page_shows_what_the_commands_print(database_url: str, tmp_path: Path) -> None:
    shown = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert shown == documented_commands.commands_page(database_url, tmp_path), "run: make docs"


@pytest.mark.parametrize("page", generated_docs.sections())
def test_the_made_parts_of_a_page_are_those_of_the_registry(page: str) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    for name in generated_docs.sections()[page]:
        assert f"<!-- {name}: made by `make docs` -->" in text
    assert text == generated_docs.with_sections(page, text), "run: make docs"


def test_every_registered_code_is_told_somewhere_with_its_mend() -> None:
    for code in ISSUE_CODES.values():
        told = [door for door in (code.lists, code.exports, code.apis) if door]
        assert told, f"say in domain/issue_codes.py where {code.code} occurs (lists, exports or apis)"
        assert all(door.meaning and door.mend for door in told)
        assert code.words
    assert all(told.meaning and told.mend for told in FILE_REASONS.values())


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


def test_every_code_that_the_product_gives_is_registered_and_none_is_left_over() -> None:
    given = _codes_in_code("Finding", "Fault", "_remark")
    missing = given - set(ISSUE_CODES)
    assert not missing, f"enter {sorted(missing)} in domain/issue_codes.py (recipe: CONTRIBUTING.md)"
    texts = " ".join(
        file.read_text(encoding="utf-8")
        for room in ("domain", "intake", "reporting")
        for file in (ROOT / "campfill_pipeline" / room).rglob("*.py")
        if file.name != "issue_codes.py"
    )
    assert [code for code in ISSUE_CODES if f'"{code}"' not in texts] == []


def test_every_reason_against_a_file_that_the_product_gives_is_registered_and_none_is_left_over() -> None:
    assert set(FILE_REASONS) == _codes_in_code("UnreadableError") | {
        "no_rows", "internal_error", "mixed_grains", "bad_care",  # told elsewhere than by reading
    }  # fmt: skip


def test_every_decision_record_is_in_the_index() -> None:
    index = (snapshots.DECISIONS / "README.md").read_text(encoding="utf-8")
    added = snapshots.with_all_decisions(index)
    assert index == added, f"add to docs/decisions/README.md, under its question: {added[len(index) :]}"


GLOSSARY = ROOT / "docs" / "glossary.md"


def test_every_word_of_the_tables_the_code_and_the_page_is_in_the_glossary() -> None:
    text = GLOSSARY.read_text(encoding="utf-8")
    terms = set(re.findall(r"\*\*(.+?)\*\*", text))
    spelled = set(re.findall(r"`([a-z_]+)`", text))
    words = [LineKind, PurchaseType, Lifecycle, Band, Pace, UploadKind, UploadStatus, Severity, Side, Silence]
    missing = {str(word) for enum in words for word in enum} - spelled
    assert not missing, f"explain in docs/glossary.md, in backticks: {sorted(missing)}"
    receipt = {word for word in FIELD_WORDS.values() if word not in {"Name", "ID", "Bought by"}}
    unknown = {word for word in receipt if not any(word.lower() in term.lower() for term in terms)}
    assert not unknown, f"the receipt says {sorted(unknown)}; give it an entry in docs/glossary.md"
    shown = {
        "delivered",
        "shortfall",
        "surplus",
        "expected",
        "projected",
        "billable",
        "value at risk",
        "pacing index",
    }
    heads = {column.header.lower().removesuffix(" €") for column in LINE_COLUMNS}
    assert shown <= heads
    assert not (lost := {word for word in shown if not any(word in term.lower() for term in terms)}), lost
    assert "(docs/glossary.md)" in (ROOT / "README.md").read_text(encoding="utf-8")


REPORT = {
    "commands/report.py",  # page and workbook
    "domain/report_hours.py",
    "domain/report_keys.py",
    "domain/report_rows.py",
    "domain/report_schema.py",
    "domain/report_values.py",  # rows of reporting
    "reports",
    "ReportFailedError",  # an API prepares reports of its own
}


def test_report_means_report_rows_or_page_and_workbook_and_nothing_else() -> None:
    package = ROOT / "campfill_pipeline"
    paths = [path for path in package.rglob("*report*") if path.suffix == ".py" or path.is_dir()]
    named = {path.relative_to(package).as_posix() for path in paths if "reporting" not in path.name}
    for file in package.rglob("*.py"):
        classes = re.findall(r"^class (\w*Report(?!ing)\w*)", file.read_text(encoding="utf-8"), re.MULTILINE)
        named |= set(classes)
    assert named == REPORT, f"find another word (docs/glossary.md, under Report): {sorted(named ^ REPORT)}"


@pytest.mark.parametrize("page", [ROOT / "CONTRIBUTING.md"], ids=lambda page: page.name)
def test_every_file_that_contributing_names_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = re.findall(r"`([a-z_]+/[\w./-]+\.(?:py|sql|md|js|toml))`", text)
    assert len(named) > 10
    real = [name for name in named if not {"NNNN", "NAME"} & set(re.split(r"[/._]", name))]
    places = (ROOT, ROOT / "campfill_pipeline")
    missing = [name for name in real if not any((place / name).exists() for place in places)]
    assert not missing, f"CONTRIBUTING.md names {missing}, which is not there"


def test_every_column_people_rely_on_is_explained(connection: psycopg.Connection) -> None:
    unexplained = [
        f"{table}.{column.name}"
        for table in generated_docs.CONTRACT
        for column in catalog.describe(connection, table).columns
        if not column.comment
    ]
    assert unexplained == []


MOST_MODULES = 16


def test_no_room_has_more_modules_than_one_can_look_over() -> None:
    package = ROOT / "campfill_pipeline"
    full = {}
    for name in ("warehouse", "intake", "reporting"):
        for folder in (package / name, *(package / name).rglob("*")):
            room = folder.relative_to(package).as_posix()
            modules = [file for file in folder.glob("*.py") if file.name != "__init__.py"]
            if len(modules) > MOST_MODULES and "migrations" not in folder.parts:
                full[room] = len(modules)
    assert not full, (
        f"more than {MOST_MODULES} modules; make a room within, with its own __init__ and contract: {full}"
    )
