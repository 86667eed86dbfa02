"""Every kind of cell is handed over as what it is; nothing is turned into something else."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from campfill_pipeline.intake.findings import CellKind, Parsed
from campfill_pipeline.intake.process.parser import Parser
from campfill_pipeline_tests.intake.workbooks import (
    HEADERS,
    LINE,
    STRICT,
    STRICT_RELATIONS,
    TRANSITIONAL,
    cells_of,
    list_sheet,
    row,
    sheet,
    table_rows,
    workbook,
)

Read = Callable[[Path], Parsed]
TEXT, NUMBER, DATE, ERROR = CellKind.TEXT, CellKind.NUMBER, CellKind.DATE, CellKind.ERROR
NO_VALUE, BLANK = (CellKind.FORMULA_WITHOUT_VALUE, None), (CellKind.BLANK, None)


def with_goals(goals: Sequence[object]) -> str:
    """A list whose third column holds these cells."""
    return list_sheet(*([*LINE[:2], goal, *LINE[3:]] for goal in goals))


def goals(read: Read, path: Path, *cells: object, **options: object) -> list[tuple[CellKind, str | None]]:
    return cells_of(read(workbook(path, with_goals(cells), **options)), "impression_goal")


SHARED = f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<sst xmlns="{TRANSITIONAL}" count="5" uniqueCount="5"><si><t>00123</t></si>
<si><t xml:space="preserve"> a &amp; b </t></si>
<si><r><t>rich </t></r><r><rPr><b/></rPr><t>text</t></r></si>
<si><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh></si><si><t/></si></sst>"""


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        ('<c r="C2" t="s"><v>0</v></c>', (TEXT, "00123")),
        ('<c r="C2" t="s"><v>1</v></c>', (TEXT, " a & b ")),
        ('<c r="C2" t="s"><v>2</v></c>', (TEXT, "rich text")),
        ('<c r="C2" t="s"><v>3</v></c>', (TEXT, "東京")),
        ('<c r="C2" t="s"><v>4</v></c>', BLANK),
        ('<c r="C2" t="inlineStr"><is><t>00123</t></is></c>', (TEXT, "00123")),
        ('<c r="C2" t="inlineStr"><is><r><t>ri</t></r><r><t>ch</t></r></is></c>', (TEXT, "rich")),
        ('<c r="C2" t="str"><f>A1</f><v>1&lt;2</v></c>', (TEXT, "1<2")),
        ('<c r="C2" t="str"><f>A1</f><v></v></c>', BLANK),
        ('<c r="C2" t="str"><f>A1</f></c>', NO_VALUE),
        ('<c r="C2"><f>A1</f></c>', NO_VALUE),
        ('<c r="C2"><f>A1</f><v/></c>', NO_VALUE),
        ('<c r="C2"><f t="shared" si="0"/><v>12</v></c>', (NUMBER, "12")),
        ('<c r="C2"><v>7.5900000000000007</v></c>', (NUMBER, "7.5900000000000007")),
        ('<c r="C2" t="n"><v>2E+09</v></c>', (NUMBER, "2E+09")),
        ('<c r="C2"><v> 5 </v></c>', (NUMBER, "5")),
        ('<c r="C2"><v>five</v></c>', (TEXT, "five")),
        ('<c r="C2" t="b"><v>1</v></c>', (CellKind.BOOLEAN, "TRUE")),
        ('<c r="C2" t="b"><v>0</v></c>', (CellKind.BOOLEAN, "FALSE")),
        ('<c r="C2" t="e"><v>#REF!</v></c>', (ERROR, "#REF!")),
        ('<c r="C2" t="e"><f>1/0</f><v>#DIV/0!</v></c>', (ERROR, "#DIV/0!")),
        ('<c r="C2" s="1"><v>45870</v></c>', (DATE, "2025-08-01")),
        ('<c r="C2" s="2"><v>45870.5</v></c>', (DATE, "2025-08-01T12:00:00")),
        ('<c r="C2" s="1"><v>0.75</v></c>', (DATE, "18:00:00")),
        ('<c r="C2" s="3"><v>1.5</v></c>', (DATE, "PT36H0M0S")),
        ('<c r="C2" s="1"><v>99999999</v></c>', (ERROR, "#VALUE!")),
        ('<c r="C2" t="d"><v>2025-08-01T13:00:00</v></c>', (DATE, "2025-08-01T13:00:00")),
        ('<c r="C2" t="d"><v>2025-08-01T00:00:00</v></c>', (DATE, "2025-08-01")),
        ('<c r="C2" t="d"><v>08:30</v></c>', (DATE, "08:30:00")),
        ('<c r="C2" t="d"><v>10:59:59.9999999999984025</v></c>', (DATE, "10:59:59.999000")),
        ('<c r="C2" t="d"><v>PT36H5M0.000S</v></c>', (DATE, "PT36H5M0S")),
        ('<c r="C2" t="d"><v>-P1DT1.5S</v></c>', (DATE, "-PT24H0M1.500S")),
        ('<c r="C2" t="d"><v>some day</v></c>', (DATE, "some day")),
        ('<c r="C2" s="1"/>', BLANK),
        ('<c r="C2" t="inlineStr"><is><t>a_x000D_b_x005F_x000D_</t></is></c>', (TEXT, "a\rb_x000D_")),
        (
            '<c r="C2" t="inlineStr"><is><t>a_x0000_b_xD83D__xDE00__xD83D_</t></is></c>',
            (TEXT, "a\ufffdb😀\ufffd"),
        ),
        ('<c r="C2"><v>1_</v></c>', (TEXT, "1_")),
        ('<c r="C2" t="inlineStr"><is><t>&#x20AC;&quot;&#10;</t></is></c>', (TEXT, '€"\n')),
        ('<c t="s" r="C2"><v>0</v></c>', (TEXT, "00123")),
        ("<c r='C2'><v>5</v></c>", (NUMBER, "5")),
        ('<c r="C2" s="0" cm="1"><v>5</v></c>', (NUMBER, "5")),
        ('<c r="C2" t="inlineStr"><is><t><![CDATA[<raw>]]></t></is></c>', (TEXT, "<raw>")),
        ('<c r="C2"><v>1<!-- not 2 -->3</v></c>', (NUMBER, "13")),
    ],
)
def test_a_cell_is_what_it_is(
    read: Read, tmp_path: Path, xml: str, expected: tuple[CellKind, str | None]
) -> None:
    assert goals(read, tmp_path / "a.xlsx", xml, shared=SHARED) == [expected]


def test_a_column_may_mix_all_kinds(read: Read, tmp_path: Path) -> None:
    cells = [
        '<c r="C2" t="s"><v>0</v></c>',
        '<c r="C3"><v>5</v></c>',
        '<c r="C4" t="e"><v>#N/A</v></c>',
        '<c r="C5" s="1"><v>45870</v></c>',
        '<c r="C6" t="inlineStr"><is><t>x</t></is></c>',
    ]
    expected = [(TEXT, "00123"), (NUMBER, "5"), (ERROR, "#N/A"), (DATE, "2025-08-01"), (TEXT, "x")]
    assert goals(read, tmp_path / "a.xlsx", *cells, shared=SHARED) == expected


def test_dates_count_from_1904_where_the_workbook_says_so(read: Read, tmp_path: Path) -> None:
    cell, said = '<c r="C2" s="1"><v>44408</v></c>', '<workbookPr date1904="1"/>'
    assert goals(read, tmp_path / "a.xlsx", cell, workbook_properties=said) == [(DATE, "2025-08-01")]


def test_days_before_march_1900_allow_for_the_leap_day_that_never_was(read: Read, tmp_path: Path) -> None:
    cells = ['<c r="C2" s="1"><v>59</v></c>', '<c r="C3" s="1"><v>61</v></c>']
    assert goals(read, tmp_path / "a.xlsx", *cells) == [(DATE, "1900-02-28"), (DATE, "1900-03-01")]


def test_strict_workbooks_are_read_like_all_others(read: Read, tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx", list_sheet(LINE, main=STRICT), main=STRICT, relations=STRICT_RELATIONS
    )
    assert [found["name"] for found in table_rows(read(path))] == [LINE[0]]


def test_names_may_carry_a_prefix(read: Read, tmp_path: Path) -> None:
    plain = list_sheet(LINE, LINE)
    prefixed = (
        plain.replace("</", "</x:")
        .replace("<", "<x:")
        .replace("<x:/x:", "</x:")
        .replace("xmlns=", "xmlns:x=")
    )
    path = workbook(tmp_path / "a.xlsx", prefixed)
    assert [found["cpm_eur"] for found in table_rows(read(path))] == ["7.59", "7.59"]


def test_indented_xml_is_read(read: Read, tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", list_sheet(LINE).replace("><", ">\n  <"))
    assert [found["impression_goal"] for found in table_rows(read(path))] == ["120000"]


def test_utf_16_parts_are_read(read: Read, tmp_path: Path) -> None:
    text = '<?xml version="1.0" encoding="UTF-16"?>' + list_sheet(("Köln", *LINE[1:]))
    path = workbook(tmp_path / "a.xlsx", {"S": text.encode("utf-16")})  # type: ignore[dict-item]
    assert [found["name"] for found in table_rows(read(path))] == ["Köln"]


def test_rows_and_cells_without_addresses_follow_one_another(read: Read, tmp_path: Path) -> None:
    bare = re.sub(r' r="[A-Z]*\d+"', "", list_sheet(LINE, LINE))
    found = table_rows(read(workbook(tmp_path / "a.xlsx", bare)))
    assert [(line["row_no"], line["buyer"]) for line in found] == [(2, "Not set"), (3, "Not set")]


def test_a_row_may_come_as_one_element_per_cell(read: Read, parser: Parser, tmp_path: Path) -> None:
    xml = list_sheet(LINE, LINE)
    split = re.sub(r'(?<!\d">)<c r="([A-Z]+)(\d+)"', r'</row><row r="\2"><c r="\1\2"', xml)
    path = workbook(tmp_path / "a.xlsx", split)
    found = table_rows(read(path))
    assert [(line["row_no"], line["name"], line["buyer"]) for line in found] == [
        (2, LINE[0], "Not set"),
        (3, LINE[0], "Not set"),
    ]
    assert [cell.text for cell in parser.raw_rows(path, "Campaign list", [3])[0]] == [
        str(value) for value in LINE
    ]


def test_of_merged_cells_only_the_first_holds_a_value(read: Read, tmp_path: Path) -> None:
    after = '<mergeCells count="2"><mergeCell ref="A2:A3"/><mergeCell ref="C3:D3"/></mergeCells>'
    found = table_rows(read(workbook(tmp_path / "a.xlsx", list_sheet(LINE, LINE, LINE, after=after))))
    assert [line["name"] for line in found] == [LINE[0], None, LINE[0]]
    assert [line["name_kind"] for line in found] == [TEXT, CellKind.BLANK, TEXT]
    assert [line["budget_eur"] for line in (found[0], found[2])] == ["1.234,50", "1.234,50"]
    assert (
        "C3:D3" in found[1]["budget_eur"]
    )  # a blank here would be read as no budget: the fault stands in its place
    assert [line["impression_goal"] for line in found] == ["120000"] * 3


def test_a_merged_range_as_large_as_the_sheet_costs_nothing(read: Read, tmp_path: Path) -> None:
    after = '<mergeCells count="1"><mergeCell ref="A2:CZ5000"/></mergeCells>'
    found = table_rows(read(workbook(tmp_path / "a.xlsx", list_sheet(LINE, LINE, after=after))))
    assert [(line["row_no"], line["name"], line["buyer"]) for line in found] == [(2, LINE[0], None)]


def test_hidden_rows_are_read_and_counted(read: Read, tmp_path: Path) -> None:
    rows = [row(1, HEADERS), row(2, LINE), row(3, LINE, attributes=' hidden="1"'), row(4, LINE)]
    parsed = read(workbook(tmp_path / "a.xlsx", sheet(*rows)))
    assert [line["row_no"] for line in table_rows(parsed)] == [2, 3, 4]
    assert any("1 hidden rows were read" in note for note in parsed.notes)


def test_blank_rows_are_left_out_and_counted(read: Read, tmp_path: Path) -> None:
    spaces = ["  ", None, "\u00a0", None, None, None, None, " "]
    only_extra = [None] * 7 + ["a remark"]
    rows = [
        row(1, HEADERS),
        row(2, LINE),
        row(3, [None] * 9),
        '<row r="4"/>',
        row(5, spaces),
        row(8, only_extra),
    ]
    parsed = read(workbook(tmp_path / "a.xlsx", sheet(*rows, row(9, LINE), row(10, [None] * 7))))
    assert [line["row_no"] for line in table_rows(parsed)] == [2, 8, 9]
    table = parsed.tables[0]
    assert (table.rows, table.last_row, table.blank_rows) == (3, 9, 5)


def test_carriage_returns_become_line_feeds_as_xml_says(read: Read, tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", list_sheet(("two\r\nlines\rthree", *LINE[1:])))
    assert cells_of(read(path), "name") == [(TEXT, "two\nlines\nthree")]


def test_the_date_of_the_content_is_found(read: Read, tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEADERS)
        page.write_row(1, 0, LINE)
    parsed = read(path)
    assert parsed.content_date is not None
    assert parsed.content_date.utcoffset() is not None
    assert parsed.format == "xlsx"
