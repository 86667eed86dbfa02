"""CSV in any common delimiter and encoding; what was detected is said."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from campfill_pipeline.intake.findings import CellKind, Parsed
from campfill_pipeline_tests.intake.workbooks import HEADERS, LINE, table_rows

Read = Callable[[Path], Parsed]
KOELN = ("Köln größer – „Straße“", *map(str, LINE[1:]))


def text(
    delimiter: str, *lines: tuple[str, ...], ending: str = "\r\n", quoting: int = csv.QUOTE_MINIMAL
) -> str:
    target = io.StringIO()
    writer = csv.writer(target, delimiter=delimiter, lineterminator=ending, quoting=quoting)  # type: ignore[arg-type]
    writer.writerows([HEADERS, *lines])
    return target.getvalue()


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_any_delimiter_is_found(
    read: Read, tmp_path: Path, delimiter: str, ending: str, quoting: int
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(text(delimiter, KOELN, ending=ending, quoting=quoting).encode())
    parsed = read(path)
    found = table_rows(parsed)
    assert [line["budget_eur"] for line in found] == ["1.234,50"]
    assert [(line["row_no"], line["id_kind"]) for line in found] == [(2, CellKind.TEXT)]
    assert parsed.format == "csv"


@pytest.mark.parametrize(
    ("codec", "said"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "byte-order mark"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "without a byte-order mark"),
        ("utf-16-be", "without a byte-order mark"),
        ("utf-32", "UTF-32"),
        ("cp1252", "Windows-1252"),
        ("mac-roman", "Mac Roman"),
    ],
)
def test_any_encoding_is_found_and_said(read: Read, tmp_path: Path, codec: str, said: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(text(";", KOELN).encode(codec))
    parsed = read(path)
    assert [line["name"] for line in table_rows(parsed)] == [KOELN[0]]
    assert said in parsed.notes[0]
    assert "semicolon" in parsed.notes[0]


@pytest.mark.parametrize("codec", ["cp850", "iso8859-15"])
def test_older_encodings_are_found(read: Read, tmp_path: Path, codec: str) -> None:
    plain = text(";", ("Köln Größe Übung Straße", *KOELN[1:]))
    path = tmp_path / "a.csv"
    path.write_bytes(plain.replace("€", "EUR" if codec == "cp850" else "€").encode(codec))
    assert [line["name"] for line in table_rows(read(path))] == ["Köln Größe Übung Straße"]


def test_excels_sep_line_is_obeyed(read: Read, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("sep=|\n" + text("|", KOELN), encoding="utf-8")
    assert [(line["row_no"], line["name"]) for line in table_rows(read(path))] == [(3, KOELN[0])]


def test_quoted_fields_may_hold_line_breaks_and_delimiters(read: Read, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text(",", ('two\nlines, "quoted"', *KOELN[1:]), KOELN), encoding="utf-8", newline="")
    assert [(line["row_no"], line["name"]) for line in table_rows(read(path))] == [
        (2, 'two\nlines, "quoted"'),
        (3, KOELN[0]),
    ]


def test_title_lines_blank_lines_and_short_lines_are_borne(read: Read, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    body = text(";", KOELN).replace("\r\n", "\n")
    path.write_text(f"Campaign list, made in March\n\n{body}\n;;;\nTotal;;120000\n", encoding="utf-8")
    parsed = read(path)
    assert [line["row_no"] for line in table_rows(parsed)] == [4, 7]
    assert (parsed.tables[0].header_row, parsed.tables[0].blank_rows) == (3, 2)
    assert table_rows(parsed)[1]["buyer_kind"] == CellKind.BLANK


def test_text_stays_text(read: Read, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text(";", ("00123", *KOELN[1:])), encoding="utf-8")
    line = table_rows(read(path))[0]
    assert (line["name"], line["name_kind"]) == ("00123", CellKind.TEXT)


def test_a_nul_within_the_text_is_replaced(read: Read, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    padding = text(";", *([KOELN] * 20_000))
    path.write_bytes(padding.encode() + b"a\x00b;" + ";".join(KOELN[1:]).encode())
    assert table_rows(read(path))[-1]["name"] == "a\ufffdb"


def test_the_reporting_export_is_recognised(read: Read, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text(
        "Date,Core DSP Campaign Name,Core DSP Campaign ID,Deal Name,Deal ID,Campaign Purchase Type,"
        'Deal Purchase Type,Total Impressions\n2025-08-04T00:00:00.000Z,,,D,x,,guaranteed,"12.149,71"\n',
        encoding="utf-8",
    )
    parsed = read(path)
    assert parsed.kind == "report_csv"
    assert table_rows(parsed)[0]["impressions"] == "12.149,71"


def test_an_endless_quotation_is_corrupt(read: Read, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text(";", KOELN) + '"never closed\n' + "x" * 17_000_000, encoding="utf-8")
    assert read(path).reason == "corrupt"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"   \r\n \n", "empty_file"),
        (b"Dear all,\nplease find the list attached.\n", "no_header"),
        (b"a;b;c\n1;2;3\n", "no_header"),
        (b"<!DOCTYPE html><html><table><tr><td>x", "not_a_workbook"),
        (b'{"rows": []}', "no_header"),
        (
            b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
            "unsupported_format",
        ),
        (b"\x00\x01\x02\x03" * 100, "not_a_workbook"),
        (bytes(range(1, 256)) * 10, "not_a_workbook"),
    ],
)
def test_other_text_is_rejected_with_the_right_reason(
    read: Read, tmp_path: Path, content: bytes, reason: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    parsed = read(path)
    assert parsed.reason == reason
    assert parsed.message and parsed.hint
