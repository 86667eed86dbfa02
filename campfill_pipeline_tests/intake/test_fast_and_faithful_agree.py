"""The pattern that reads regular rows and the events that read everything give the same, on any sheet."""

from __future__ import annotations

from xml.sax.saxutils import escape

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campfill_pipeline.intake.findings import CellKind, UnreadableError
from campfill_pipeline.intake.xlsx import sheet_rows
from campfill_pipeline.intake.xlsx.cells import CellReader
from campfill_pipeline.intake.xlsx.number_formats import DateStyle
from campfill_pipeline.intake.xlsx.sheet_rows import SheetScan
from campfill_pipeline.intake.xlsx.xml_text import IrregularError
from campfill_pipeline_tests.intake.workbooks import letters, sheet

READER = CellReader(pa.array(["zero", "", "two & a half"], pa.large_string()), {1: DateStyle.MOMENT}, False)
Found = dict[tuple[int, int], tuple[int, str | None]]

texts = st.text(st.sampled_from("a<&>\"'_x00 41\n\tä€]"), max_size=12).map(lambda text: escape(text))
numbers = st.one_of(
    st.integers(-(10**6), 10**6).map(str), st.floats(allow_nan=False, allow_infinity=False).map(repr)
)
formulas = st.sampled_from(["", "", "", "<f>A1</f>", '<f t="shared" si="0"/>', "<f/>"])
spaced = st.sampled_from(["<t>", '<t xml:space="preserve">'])
contents = st.one_of(
    st.tuples(st.sampled_from(["", ' t="n"', ' s="0"', ' s="1"']), formulas, numbers.map("<v>{}</v>".format)),
    st.tuples(st.just(' t="s"'), formulas, st.sampled_from(["<v>0</v>", "<v>1</v>", "<v>2</v>"])),
    st.tuples(st.just(' t="str"'), formulas, texts.map("<v>{}</v>".format)),
    st.tuples(
        st.just(' t="inlineStr"'),
        st.just(""),
        st.tuples(spaced, texts).map(lambda p: f"<is>{p[0]}{p[1]}</t></is>"),
    ),
    st.tuples(st.just(' s="1" t="b"'), formulas, st.sampled_from(["<v>0</v>", "<v>1</v>"])),
    st.tuples(st.just(' t="e"'), formulas, st.sampled_from(["<v>#REF!</v>", "<v/>", ""])),
    st.tuples(
        st.sampled_from(["", ' t="str"', ' s="1"', ' t="s"']),
        formulas,
        st.sampled_from(["", "<v/>", "<v></v>"]),
    ),
    st.tuples(
        st.just(' t="inlineStr"'), st.just(""), st.just("<is><r><t>rich</t></r><r><t> text</t></r></is>")
    ),
    st.tuples(st.just(' t="d"'), st.just(""), st.just("<v>2025-08-01</v>")),
)
odd = st.sampled_from(["", "", "", "<!-- c -->", " ", "\n"])


@st.composite
def rows(draw: st.DrawFn) -> str:
    xml, number = "", 0
    for _ in range(draw(st.integers(0, 6))):
        number += draw(st.integers(1, 3))
        cells = "".join(
            f'<c r="{letters(column)}{number}"{attributes}>{formula}{content}</c>' if content or formula or attributes
            else f'<c r="{letters(column)}{number}"/>'
            for column in sorted(draw(st.sets(st.integers(0, 30), max_size=8)))
            for attributes, formula, content in [draw(contents)]
        )  # fmt: skip
        xml += draw(odd) + (
            f'<row r="{number}" spans="1:9">{cells}</row>' if cells else f'<row r="{number}"/>'
        )
    return xml


def collect(scan: SheetScan, blocks: object) -> tuple[Found, dict[int, bool]]:
    found: Found = {}
    anything: dict[int, bool] = {}
    for block in blocks:  # type: ignore[attr-defined]
        assert block.numbers.dtype == np.int32
        for index, number in enumerate(block.numbers.tolist()):
            anything[number] = bool(block.anything[index])
            for column, (column_texts, kinds) in enumerate(block.columns):
                if kinds[index] != CellKind.BLANK:
                    found[(number, column)] = (int(kinds[index]), column_texts[index].as_py())
                else:
                    assert column_texts[index].as_py() is None
    return found, anything


@given(
    rows=rows(),
    columns=st.sets(st.integers(0, 30), min_size=1, max_size=7),
    after=st.integers(0, 4),
    piece=st.sampled_from([9, 77, 400, 10**6]),
)
@settings(max_examples=120, deadline=None)
def test_both_ways_give_the_same_cells(rows: str, columns: set[int], after: int, piece: int) -> None:
    data = sheet(rows).encode()

    def stream() -> object:
        left = [data[at : at + piece] for at in range(0, len(data), piece)][::-1]
        return lambda _count: left.pop() if left else b""

    wanted = sorted(columns)
    faithful = SheetScan(READER, wanted, after_row=after)
    fast = SheetScan(READER, wanted, after_row=after)
    try:
        expected = collect(faithful, faithful.blocks_by_events(stream()))  # type: ignore[arg-type]
    except UnreadableError:
        return
    try:
        found = collect(fast, fast.blocks(stream))  # type: ignore[arg-type]
    except IrregularError:
        return  # said to be beyond it: the sheet is read again by events
    assert found[0] == expected[0]
    assert {row for row, some in found[1].items() if some} >= {
        row for row, some in expected[1].items() if some
    }


def test_rows_without_numbers_are_counted_over_chunks_that_hold_nothing_wanted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sheet_rows, "CHUNK", 64)
    rows = "".join(f"<row><c><v>{number}</v></c></row>" for number in range(1, 60))
    left = [sheet(rows).encode()[at : at + 64] for at in range(0, 10_000, 64)][::-1]
    scan = SheetScan(READER, [0], after_row=40)
    found, _ = collect(scan, scan.blocks(lambda: lambda _count: left.pop() if left else b""))
    assert found == {(number, 0): (CellKind.NUMBER, str(number)) for number in range(41, 60)}


def test_a_needed_column_out_of_its_place_is_not_lost() -> None:
    data = sheet('<row r="1"><c r="B1"><v>2</v></c><c r="A1"><v>1</v></c></row>').encode()
    scan = SheetScan(READER, [0, 1])
    left = [data]
    found, _ = collect(scan, scan.blocks(lambda: lambda _count: left.pop() if left else b""))
    assert found == {(1, 0): (CellKind.NUMBER, "1"), (1, 1): (CellKind.NUMBER, "2")}
