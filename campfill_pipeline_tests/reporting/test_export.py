"""A dropped CSV export: exact rows, every fault at its cell, the same rules as for the API's rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from campfill_pipeline.domain.cells import CellKind
from campfill_pipeline.domain.columns import EXPORT_COLUMNS
from campfill_pipeline.domain.report_schema import broken_promises
from campfill_pipeline.domain.verdict import Verdict
from campfill_pipeline.intake.findings import ColumnFound, Parsed, TableFound
from campfill_pipeline.intake.judge.exports import validate_export
from campfill_pipeline.intake.process.parser import ParseLimits, Parser

FIELDS = [column.field for column in EXPORT_COLUMNS]
CAMPAIGN = "0F2B4FCF-63CE-4178-ADD5-17E4F602A115"
DEAL = "39862ef2-1276-45c3-b809-14c30bf6b389"
HOUR = "2025-08-04T13:00:00.000Z"


def record(**changes: Any) -> dict[str, Any]:
    base: dict[str, Any] = dict.fromkeys(FIELDS)
    base |= {
        "date": HOUR,
        "campaign_name": "Parent > Sommer",
        "campaign_id": CAMPAIGN,
        "deal_name": "A deal",
        "deal_id": DEAL,
        "campaign_purchase_type": "Guaranteed",
        "deal_purchase_type": "unguaranteed",
        "impressions": "12.149,71",
    }
    return base | changes


def parsed(tmp_path: Path, records: Sequence[dict[str, Any]], per_batch: int = 3, **more: Any) -> Parsed:
    """What the reader hands over: values may be (text, kind) for cells that are no text."""
    file = tmp_path / "table-1.arrow"
    schema = pa.schema(
        [("row_no", pa.int32())]
        + [item for f in FIELDS for item in ((f, pa.string()), (f"{f}_kind", pa.int8()))]
    )
    with pa.ipc.new_stream(str(file), schema) as stream:
        for start in range(0, len(records), per_batch):
            rows = []
            for number, values in enumerate(records[start : start + per_batch], start=start + 2):
                row: dict[str, Any] = {"row_no": number}
                for name, value in values.items():
                    text, kind = value if isinstance(value, tuple) else (value, CellKind.TEXT if value else 0)
                    row |= {name: text, f"{name}_kind": int(kind)}
                rows.append(row)
            stream.write_batch(pa.RecordBatch.from_pylist(rows, schema=schema))
    columns = tuple(
        ColumnFound(column.field, index, column.header) for index, column in enumerate(EXPORT_COLUMNS)
    )
    headers = tuple(column.header for column in EXPORT_COLUMNS)
    table = TableFound(None, 1, columns, headers, len(records) + 1, len(records), 0, file)
    return Parsed("report_csv", None, "", "", "csv", (table,), **more)


def judged(tmp_path: Path, *records: dict[str, Any]) -> tuple[Verdict, pa.Table, list[dict[str, Any]]]:
    verdict = validate_export(parsed(tmp_path, records), tmp_path / "work")
    with pa.ipc.open_stream(str(verdict.lines)) as rows, pa.ipc.open_stream(str(verdict.issues)) as issues:
        return verdict, rows.read_all(), issues.read_all().to_pylist()


def test_rows_become_canonical_and_exact(tmp_path: Path) -> None:
    verdict, rows, issues = judged(tmp_path, record(), record(campaign_id=None, impressions="231.810.865"))
    assert (verdict.status, verdict.reason, verdict.rows_read, verdict.rows_accepted) == (
        "loaded",
        None,
        2,
        2,
    )
    assert issues == []
    assert broken_promises(rows) == ()
    first, second = rows.to_pylist()
    assert first == {
        "hour_utc": datetime(2025, 8, 4, 13, tzinfo=UTC),
        "site": "",
        "campaign_id": CAMPAIGN.lower(),
        "campaign_name": "Sommer",
        "campaign_purchase_type": "guaranteed",
        "deal_id": DEAL,
        "deal_name": "A deal",
        "deal_purchase_type": "unguaranteed",
        "impressions": Decimal("12149.7100"),
        "bids": None,
        "wins": None,
        "plays": None,
    }
    assert (second["campaign_id"], second["impressions"]) == (None, Decimal(231810865))


@pytest.mark.parametrize(
    ("changes", "cell", "code"),
    [
        ({"date": None}, "A3", "missing_value"),
        ({"date": "yesterday"}, "A3", "not_a_date"),
        ({"date": "2025-08-04T13:30:00Z"}, "A3", "not_on_the_hour"),
        ({"impressions": None}, "H3", "missing_value"),
        ({"impressions": "abc"}, "H3", "not_a_number"),
        ({"impressions": "-5"}, "H3", "out_of_range"),
        ({"impressions": ("#REF!", CellKind.ERROR)}, "H3", "error_cell"),
        ({"impressions": (None, CellKind.FORMULA_WITHOUT_VALUE)}, "H3", "formula_without_value"),
        ({"campaign_id": "#N/A"}, "C3", "error_cell"),
        ({"campaign_id": None, "deal_id": None}, "E3", "missing_value"),
    ],
)
def test_a_fault_rejects_its_row_at_its_cell(
    tmp_path: Path, changes: dict[str, Any], cell: str, code: str
) -> None:
    verdict, rows, issues = judged(tmp_path, record(), record(**changes), record(deal_id="other"))
    assert (verdict.status, verdict.rows_accepted, verdict.rows_rejected) == ("partly_loaded", 2, 1)
    assert rows.num_rows == 2
    (issue,) = issues
    assert (issue["cell"], issue["row_no"], issue["code"], issue["severity"]) == (cell, 3, code, "error")
    assert issue["column_name"] == EXPORT_COLUMNS[ord(cell[0]) - ord("A")].header
    assert issue["message"] and issue["hint"]


def test_every_code_is_explained_to_users() -> None:
    page = (Path(__file__).parents[2] / "docs" / "connect-your-api.md").read_text("utf-8")
    table = page.split("Drop its CSV export")[1].split("## ")[0]
    explained = set(re.findall(r"`([a-z_]+)`", table))
    faults = {"not_a_date", "not_on_the_hour", "out_of_range", "not_a_number", "error_cell", "missing_value"}
    told = {
        "rounded",
        "unknown_purchase_type",
        "duplicate_row",
        "duplicate_id",
        "total_row",
        "note_row",
        "too_long",
    }
    assert explained == faults | told | {"hidden_sheet", "formula_without_value"}


def test_every_fault_of_a_row_is_listed(tmp_path: Path) -> None:
    verdict, _, issues = judged(tmp_path, record(date="x", impressions="y"), record())
    assert [issue["cell"] for issue in issues] == ["A2", "H2"]
    assert verdict.errors == 2
    assert verdict.rows_rejected == 1


def test_a_number_cell_loses_its_binary_noise(tmp_path: Path) -> None:
    _, rows, issues = judged(tmp_path, record(impressions=("7.5900000000000007", CellKind.NUMBER)))
    assert rows["impressions"].to_pylist() == [Decimal("7.5900")]
    assert issues == []


def test_a_date_cell_is_read(tmp_path: Path) -> None:
    _, rows, _ = judged(
        tmp_path, record(date=("2025-08-04T13:00:00", CellKind.DATE)), record(date="04.08.2025 14:00")
    )
    assert [hour.hour for hour in rows["hour_utc"].to_pylist()] == [13, 14]


def test_equal_rows_load_once(tmp_path: Path) -> None:
    verdict, rows, issues = judged(
        tmp_path, record(), record(deal_id="b"), record(), record(deal_id="c"), record(impressions="12149,71")
    )
    assert rows.num_rows == 3
    assert (verdict.status, verdict.rows_read, verdict.rows_skipped) == ("loaded", 3, 2)
    assert [(i["cell"], i["code"], i["severity"]) for i in issues] == [
        ("E4", "duplicate_row", "warning"),
        ("E6", "duplicate_row", "warning"),
    ]


def test_rows_that_contradict_each_other_are_all_rejected(tmp_path: Path) -> None:
    verdict, rows, issues = judged(tmp_path, record(), record(deal_id="b"), record(impressions="1"))
    assert rows["deal_id"].to_pylist() == ["b"]
    assert (verdict.rows_read, verdict.rows_accepted, verdict.rows_rejected) == (3, 1, 2)
    assert [(issue["cell"], issue["code"]) for issue in issues] == [
        ("E2", "duplicate_id"),
        ("E4", "duplicate_id"),
    ]


def test_totals_and_notes_are_passed_over(tmp_path: Path) -> None:
    nothing = dict.fromkeys(FIELDS)
    verdict, rows, issues = judged(
        tmp_path,
        record(),
        nothing | {"date": "Summe", "impressions": "99.999"},
        nothing | {"campaign_name": "exported by M."},
    )
    assert (verdict.status, rows.num_rows, verdict.rows_skipped) == ("loaded", 1, 2)
    assert [(issue["code"], issue["severity"]) for issue in issues] == [
        ("total_row", "info"),
        ("note_row", "info"),
    ]


def test_a_purchase_type_never_seen_is_loaded_and_told(tmp_path: Path) -> None:
    verdict, rows, issues = judged(tmp_path, record(campaign_purchase_type="Preferred"))
    assert rows["campaign_purchase_type"].to_pylist() == ["preferred"]
    assert (verdict.status, issues[0]["cell"], issues[0]["code"]) == ("loaded", "F2", "unknown_purchase_type")


def test_nothing_acceptable_rejects_the_file(tmp_path: Path) -> None:
    verdict, rows, _ = judged(tmp_path, record(impressions="x"))
    assert (verdict.status, verdict.reason, rows.num_rows) == ("rejected", "no_rows", 0)


def test_an_unreadable_file_keeps_its_reason(tmp_path: Path) -> None:
    unreadable = Parsed("unknown", "corrupt", "It is damaged.", "Export it again.", "csv")
    verdict = validate_export(unreadable, tmp_path)
    assert (verdict.status, verdict.reason, verdict.rows_read) == ("rejected", "corrupt", 0)


def test_a_file_as_exported_is_read_from_its_bytes_to_its_rows(tmp_path: Path) -> None:
    header = ";".join(column.header for column in EXPORT_COLUMNS)
    lines = [
        f"2025-08-04T13:00:00.000Z;Parent > Sommer;{CAMPAIGN};A deal;{DEAL};Guaranteed;unguaranteed;12.149,71",
        f"2025-08-04T13:00:00.000Z;;;Köln > B;{DEAL[:-1]}0;;guaranteed;231.810.865",
        f"2025-08-04T13:00:00.000Z;;;C;{DEAL[:-1]}1;;guaranteed;keine",
    ]
    file = tmp_path / "export.csv"
    file.write_text("\r\n".join([header, *lines, ""]), "utf-8-sig")
    with Parser(ParseLimits(10**6, 2048, 60)) as parser:
        found = parser.parse(file, file.name, tmp_path / "work")
    verdict = validate_export(found, tmp_path / "work")
    with pa.ipc.open_stream(str(verdict.lines)) as stream:
        rows = stream.read_all()
    assert rows["impressions"].to_pylist() == [Decimal("12149.71"), Decimal(231810865)]
    assert rows["campaign_id"].to_pylist() == [CAMPAIGN.lower(), None]
    assert rows["deal_name"].to_pylist() == ["A deal", "B"]
    with pa.ipc.open_stream(str(verdict.issues)) as stream:
        (issue,) = stream.read_all().to_pylist()
    assert (issue["cell"], issue["code"], issue["value"]) == ("H4", "not_a_number", "keine")
