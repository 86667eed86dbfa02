"""The pages of docs/ that are made from the product itself: `make docs` writes them, a test compares them."""

from __future__ import annotations

import tempfile
from pathlib import Path

import psycopg

from campfill_pipeline.domain import issue_codes
from campfill_pipeline.settings import SETTINGS
from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.postgres import server
from campfill_pipeline.warehouse.readers import catalog
from campfill_pipeline_tests import counts_example, snapshots
from campfill_pipeline_tests.documented_commands import commands_page
from campfill_pipeline_tests.learn import drawing

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
ENV_EXAMPLE = ROOT / ".env.example"
CONTRACT = (
    "upload", "upload_issue", "line", "line_revision", "delivery_hourly", "report_row", "delivery_fetch",
    "delivery_restatement", "delivery_daily", "fulfillment", "fulfillment_window", "fulfillment_trend",
    "shortfall_cause", "reconciliation", "site_week", "incident", "line_care", "make_good",
    "second_count", "count_billing", "frozen_month", "frozen_line", "count_discrepancy",
)  # fmt: skip
"""The tables and views that users and scripts rely on."""

_TABLES_HEAD = """# Tables

All in the schema `campfill`; an SQL prompt is one command away: `campfill db psql`. The role `campfill_reader` may
read and nothing else. These tables and views are kept stable for users and scripts. The same texts stand in the
database as comments, so that every SQL client shows them.
"""


def tables_page(connection: psycopg.Connection) -> str:
    """docs/tables.md, from the comments in the database."""
    parts = [_TABLES_HEAD]
    for name in CONTRACT:
        comment = connection.execute("SELECT obj_description(to_regclass(%s))", [name]).fetchone()
        parts.append(
            f"## {name}\n\n{(comment and comment[0]) or ''}\n\n| column | type | meaning |\n|---|---|---|"
        )
        for column in catalog.describe(connection, name).columns:
            parts[-1] += f"\n| `{column.name}` | {column.type} | {(column.comment or '').replace('|', '/')} |"
    return "\n\n".join(parts) + "\n"


def analysis_page(connection: psycopg.Connection, text: str) -> str:
    """docs/analysis.md with its views renewed, from the comments in the database; the rest is written by hand."""
    begin, end = "<!-- views: made by `make docs` -->\n", "<!-- end of views -->"
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    asked = "SELECT relname, obj_description(oid) FROM pg_class WHERE relkind = 'v'"
    asked += " AND relnamespace = 'reporting'::regnamespace ORDER BY relname"
    parts = []
    for name, comment in connection.execute(asked.encode()).fetchall():
        told = comment.partition(" Made from ")[0]
        parts.append(f"### {name}\n\n{told}\n\n| column | type | meaning |\n|---|---|---|")
        for column in catalog.columns(connection, f"reporting.{name}"):
            parts[-1] += f"\n| `{column.name}` | {column.type} | {(column.comment or '').replace('|', '/')} |"
    return before + begin + "\n" + "\n\n".join(parts) + "\n\n" + end + after


def settings_rows() -> list[str]:
    """The rows of the table in docs/settings.md."""
    return [
        f"| `{s.variable}` | {f'`{s.default}`' if s.default else '–'} | {s.reader.takes} | {s.meaning} |"
        for s in SETTINGS
    ]


def env_example() -> str:
    """`.env.example`: every setting with its default, as comments."""
    head = "# Copy to .env, beside which campfill is started; take the # away from what you set. docs/settings.md\n"
    told = (f"# {s.meaning}: {s.reader.takes}\n#{s.variable}={s.default}\n" for s in SETTINGS)
    return "\n".join((head, *told))


def _code_rows(door: str) -> list[str]:
    return [
        f"| `{code.code}` | {code.severity} | {told.meaning} | {told.mend} |"
        for code, told in issue_codes.documented(door)
    ]


_CODE_HEAD = ["| code | severity | what it means | mend |", "|---|---|---|---|"]


def sections() -> dict[str, dict[str, list[str]]]:
    """The parts of otherwise hand-written pages that are made from the product: page → name → lines."""
    return {
        "campaign-lists.md": {
            "list-codes": [*_CODE_HEAD, *_code_rows("lists")],
            "file-reasons": [
                "| reason | what it means | mend |",
                "|---|---|---|",
                *(
                    f"| `{r}` | {told.meaning} | {told.mend} |"
                    for r, told in issue_codes.FILE_REASONS.items()
                ),
            ],
        },
        "settings.md": {
            "settings": [
                "| variable | default | takes | meaning |",
                "|---|---|---|---|",
                *settings_rows(),
            ],
        },
        "second-count.md": {"example": counts_example.lines()},
        "connect-your-api.md": {
            "export-codes": [*_CODE_HEAD, *_code_rows("exports")],
            "api-codes": [*_CODE_HEAD, *_code_rows("apis")],
        },
    }


def with_sections(page: str, text: str) -> str:
    """The text of a page of docs/ with its made parts renewed; each stands between two comments with its name."""
    for name, lines in sections()[page].items():
        begin, end = f"<!-- {name}: made by `make docs` -->\n", f"<!-- end of {name} -->"
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        text = before + begin + "".join(f"{line}\n" for line in lines) + end + after
    return text


def main() -> None:
    """Write the generated pages and the course's pictures."""
    for page in sections():
        file = DOCS / page
        file.write_text(with_sections(page, file.read_text(encoding="utf-8")), encoding="utf-8")
    ENV_EXAMPLE.write_text(env_example(), encoding="utf-8")
    snapshots.write()
    drawing.write()
    with tempfile.TemporaryDirectory(prefix="campfill-docs-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        running = server.start(Path(folder))
        try:
            database.migrate(running.url("postgres"))
            with database.connect(running.url("postgres"), autocommit=True) as connection:
                (DOCS / "tables.md").write_text(tables_page(connection), encoding="utf-8")
                analysis = DOCS / "analysis.md"
                told = analysis_page(connection, analysis.read_text(encoding="utf-8"))
                analysis.write_text(told, encoding="utf-8")
                connection.execute("CREATE DATABASE typed")
            typed = Path(folder) / "typed"
            typed.mkdir()
            (DOCS / "commands.md").write_text(commands_page(running.url("typed"), typed), encoding="utf-8")
        finally:
            server.stop(running)


if __name__ == "__main__":
    main()
