"""Files shaped like those made to do harm, and files that are something else: a clean verdict within seconds, always.

None of them can harm other software: the limits are lowered to meet them, instead of the files being raised.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from campfill_pipeline.intake.findings import Parsed
from campfill_pipeline.intake.process.parser import ParseLimits, Parser
from campfill_pipeline_tests.intake.workbooks import (
    HEADERS,
    LINE,
    TRANSITIONAL,
    list_sheet,
    parts,
    row,
    sheet,
    table_rows,
    workbook,
    write,
)

Read = Callable[[Path], Parsed]


def good(path: Path, lines: int = 50) -> Path:
    """A sound list as xlsxwriter writes it."""
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("Campaign list")
        page.write_row(0, 0, HEADERS)
        for number in range(lines):
            page.write_row(number + 1, 0, (f"{LINE[0]}{number}", *LINE[1:]))
    return path


def write_huge_member(
    path: Path,
    members: dict[str, str | bytes],
    name: str,
    unit: bytes,
    megabytes: int,
    *,
    claimed: int | None = None,
) -> Path:
    """A workbook whose member `name` unpacks to so many MB, and says so or claims another size: a small file.

    A deflate stream may repeat a block that was packed once and flushed.
    """
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(unit * (1_000_000 // len(unit))) + packer.flush(zlib.Z_FULL_FLUSH)
    packed = block * megabytes + packer.flush()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for other, content in members.items():
            if other != name:
                archive.writestr(other, content)
        archive.writestr(zipfile.ZipInfo(name), packed)  # stored, then called deflated
        info = archive.getinfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.file_size = claimed if claimed is not None else megabytes * 10**6
    return path


def test_a_sparse_corner_costs_nothing(read: Read, tmp_path: Path) -> None:
    corner = '<row r="5000"><c r="CZ5000"><v>1</v></c></row>'
    parsed = read(workbook(tmp_path / "a.xlsx", sheet(row(1, HEADERS), row(2, LINE), corner)))
    assert [line["row_no"] for line in table_rows(parsed)] == [2, 5000]
    parsed = read(workbook(tmp_path / "b.xlsx", sheet('<row r="1"><c r="A1"><v>1</v></c></row>', corner)))
    assert parsed.reason == "no_header"


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"])
def test_more_white_space_than_is_allowed_is_too_large(tmp_path: Path, part: str) -> None:
    members = parts({"Campaign list": list_sheet(LINE)}, shared=f'<sst xmlns="{TRANSITIONAL}"/>')
    path = tmp_path / "a.xlsx"
    write_huge_member(path, members, part, b" " * 1000, 12)
    assert path.stat().st_size < 30_000
    with Parser(ParseLimits(10**8, 700, 120, max_inflated_bytes=10_000_000)) as parser:
        parsed = parser.parse(path, "a.xlsx", tmp_path / "work")
    assert parsed.reason == "too_large"
    assert "unpacked" in parsed.message or "unpack" in parsed.message


def test_a_part_that_claims_to_be_small_is_stopped_there(read: Read, tmp_path: Path) -> None:
    members = parts({"Campaign list": list_sheet(LINE)})
    path = tmp_path / "a.xlsx"
    write_huge_member(path, members, "xl/worksheets/sheet1.xml", b" " * 1000, 12, claimed=100_000)
    assert read(path).reason == "corrupt"


def test_white_space_within_the_limits_is_read_past(read: Read, tmp_path: Path) -> None:
    rows = [row(1, HEADERS), " " * 30_000_000, row(2, LINE), " " * 30_000_000]
    assert len(table_rows(read(workbook(tmp_path / "a.xlsx", sheet(*rows))))) == 1


def test_too_many_cells_are_counted_not_stored(tmp_path: Path) -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}"/><c r="B{n}"/></row>' for n in range(3, 100_000))
    plain = workbook(tmp_path / "a.xlsx", sheet(row(1, HEADERS), rows))
    bare = workbook(
        tmp_path / "b.xlsx", sheet(row(1, HEADERS), '<row r="2">', "<c/>" * 15_000, "</row>" + rows)
    )
    with Parser(ParseLimits(10**8, 700, 120, max_cells=10_000)) as parser:
        assert parser.parse(plain, "a.xlsx", tmp_path / "work").reason == "too_many_cells"
        assert parser.parse(bare, "b.xlsx", tmp_path / "work").reason == "too_many_cells"


ENTITIES = '<!DOCTYPE list [<!ENTITY a "one"><!ENTITY i "&a;&a;">'  # of a kind that can be nested without end


@pytest.mark.parametrize("part", ["sheet", "strings", "workbook", "styles", "types"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_of_a_file_are_refused_in_every_part(
    read: Read, tmp_path: Path, part: str, encoding: str
) -> None:
    entities = f'<?xml version="1.0" encoding="{encoding}"?>{ENTITIES}]>'
    members = parts(
        {"S": list_sheet(("&i;", *LINE[1:])).replace("&amp;i;", "&i;")},
        shared=f'<sst xmlns="{TRANSITIONAL}"><si><t>&i;</t></si></sst>' if part == "strings" else None,
    )
    name = {
        "sheet": "xl/worksheets/sheet1.xml",
        "strings": "xl/sharedStrings.xml",
        "workbook": "xl/workbook.xml",
        "styles": "xl/styles.xml",
        "types": "[Content_Types].xml",
    }[part]
    if part != "sheet":
        members["xl/worksheets/sheet1.xml"] = list_sheet(LINE)
    members[name] = (entities + str(members[name])).encode(encoding)
    parsed = read(write(tmp_path / "a.xlsx", members))
    assert parsed.reason == "corrupt"
    assert "entities" in parsed.message


def test_a_document_type_alone_is_refused(read: Read, tmp_path: Path) -> None:
    xml = f'<?xml version="1.0"?><!DOCTYPE worksheet SYSTEM "http://127.0.0.1:9/x.dtd">{list_sheet(LINE)}'
    assert read(workbook(tmp_path / "a.xlsx", xml)).reason == "corrupt"


def test_external_entities_are_refused_and_never_fetched(read: Read, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("root:")
    xml = f'<!DOCTYPE x [<!ENTITY other SYSTEM "{secret.as_uri()}">]>' + list_sheet(LINE).replace(
        "Infoscreen", "&other;"
    )
    parsed = read(workbook(tmp_path / "a.xlsx", xml))
    assert parsed.reason == "corrupt"
    assert "root:" not in repr(parsed)


def test_member_names_that_climb_out_are_never_followed(read: Read, tmp_path: Path) -> None:
    members = parts({"Campaign list": list_sheet(LINE)}) | {
        "../../../escaped.xml": "x",
        "/tmp/escaped.xml": "x",
    }
    assert len(table_rows(read(write(tmp_path / "a.xlsx", members)))) == 1
    assert not list(tmp_path.parent.rglob("escaped.xml"))
    assert not Path("/tmp/escaped.xml").exists()


@pytest.mark.parametrize("claimed", [10, 500, 5_000_000])
def test_a_member_that_lies_about_its_size_is_corrupt(read: Read, tmp_path: Path, claimed: int) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts({"Campaign list": list_sheet(*([LINE] * 100))}).items():
            archive.writestr(name, content)
        archive.getinfo("xl/worksheets/sheet1.xml").file_size = claimed
    parsed = read(path)
    assert parsed.reason == "corrupt" or len(table_rows(parsed)) == 100


def test_a_million_character_cell_is_read(read: Read, tmp_path: Path) -> None:
    long = "x" * 1_000_000
    assert table_rows(read(workbook(tmp_path / "a.xlsx", list_sheet((long, *LINE[1:])))))[0]["name"] == long


def test_an_empty_file_is_said_to_be_empty(read: Read, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"")
    assert read(path).reason == "empty_file"


def test_a_file_above_the_limit_is_not_opened(read: Read, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with path.open("wb") as file:
        file.truncate(21_000_000)
    parsed = read(path)
    assert parsed.reason == "too_large"
    assert "21 MB" in parsed.message


@pytest.mark.parametrize(
    ("head", "what"),
    [
        (b"%PDF-1.7\n", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"GIF89a", "GIF"),
        (b"{\\rtf1", "RTF"),
        (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"\x00\x00\x00\x20ftypisom", "film"),
    ],
)
def test_other_files_under_a_workbooks_name_are_recognised(
    read: Read, tmp_path: Path, head: bytes, what: str
) -> None:
    path = tmp_path / "campaigns.xlsx"
    path.write_bytes(head + bytes(range(256)) * 20)
    parsed = read(path)
    assert parsed.reason == "not_a_workbook"
    assert what in parsed.message


def _ole(*names: str, first: bytes = b"") -> bytes:
    """A minimal OLE2 file with streams of these names."""
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<H", header, 30, 9)
    struct.pack_into("<I", header, 48, 1)
    struct.pack_into("<109I", header, 76, 0, *[0xFFFFFFFF] * 108)
    fat = struct.pack("<128I", 0xFFFFFFFD, 0xFFFFFFFE, 0xFFFFFFFE, *[0xFFFFFFFF] * 125)
    directory = b""
    for name in names:
        entry = bytearray(128)
        encoded = name.encode("utf-16-le") + b"\x00\x00"
        entry[: len(encoded)] = encoded
        struct.pack_into("<H", entry, 64, len(encoded))
        struct.pack_into("<I", entry, 116, 2)
        directory += bytes(entry)
    return bytes(header) + fat + directory.ljust(512, b"\x00") + first.ljust(512, b"\x00")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (_ole("Root Entry", "EncryptionInfo", "EncryptedPackage"), "encrypted"),
        (_ole("Root Entry", "Workbook", first=struct.pack("<HHHH", 0x809, 0, 0x2F, 4)), "encrypted"),
        (_ole("Root Entry", "Workbook", first=struct.pack("<HHHH", 0x809, 0, 0x42, 2)), "unsupported_format"),
        (_ole("Root Entry", "WordDocument"), "not_a_workbook"),
        (_ole("Root Entry", "PowerPoint Document"), "not_a_workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "not_a_workbook"),
        (b"\x09\x04\x06\x00\x00\x00\x10\x00", "unsupported_format"),
    ],
)
def test_old_and_encrypted_workbooks_are_told_apart(
    read: Read, tmp_path: Path, content: bytes, reason: str
) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(content)
    parsed = read(path)
    assert parsed.reason == reason
    assert parsed.hint


def test_a_million_digits_that_are_no_number_cost_nothing(read: Read, tmp_path: Path) -> None:
    digits = "1" * 1_000_000 + "x"
    path = workbook(tmp_path / "a.xlsx", list_sheet(LINE).replace("<v>120000</v>", f"<v>{digits}</v>"))
    assert table_rows(read(path))[0]["impression_goal"] == digits


GOAL = '<c r="C2"><v>120000</v></c>'


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"[Content_Types].xml": None}, "corrupt"),
        ({"xl/workbook.xml": "<workbook"}, "corrupt"),
        ({"xl/worksheets/sheet1.xml": None}, "corrupt"),
        ({"xl/worksheets/sheet1.xml": list_sheet(LINE).replace("</row>", "</wor>", 1)}, "corrupt"),
        ({"xl/worksheets/sheet1.xml": list_sheet(LINE)[:-40]}, "corrupt"),
        ({"xl/worksheets/sheet1.xml": list_sheet(LINE).replace('r="A2"', 'r="A7"')}, "corrupt"),
        ({"xl/worksheets/sheet1.xml": list_sheet(LINE).replace(GOAL, '<c r="C2" t="s"><v>7</v></c>')}, "corrupt"),
        ({"xl/worksheets/sheet1.xml": list_sheet(LINE).replace("Sierra", "Si&erra;")}, "corrupt"),
        ({"xl/worksheets/sheet1.xml": list_sheet(LINE).replace("Sierra", "Si\x01rra")}, "corrupt"),
        ({"xl/worksheets/sheet1.xml": list_sheet(LINE).encode().replace(b"Sierra", b"Si\xe4rra")}, "corrupt"),
        ({"xl/worksheets/sheet1.xml": b""}, "corrupt"),
        ({"xl/worksheets/sheet1.xml": sheet(row(1, HEADERS), row(3, LINE), row(2, LINE))}, "corrupt"),
    ],
)  # fmt: skip
def test_a_damaged_part_makes_the_workbook_corrupt(
    read: Read, tmp_path: Path, change: dict[str, str | None], reason: str
) -> None:
    members = {**parts({"Campaign list": list_sheet(LINE)}), **change}
    path = write(
        tmp_path / "a.xlsx", {name: content for name, content in members.items() if content is not None}
    )
    assert read(path).reason == reason


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"a.txt": "x"}, "not_a_workbook"),
        ({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}, "unsupported_format"),
        ({"mimetype": "application/vnd.oasis.opendocument.spreadsheet",
          "META-INF/manifest.xml": "<manifest:encryption-data/>"}, "encrypted"),
        ({"mimetype": "application/vnd.oasis.opendocument.text"}, "not_a_workbook"),
        ({"[Content_Types].xml": '<Types><Override PartName="/word/document.xml" ContentType="application/'
          'vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'}, "not_a_workbook"),
        ({"[Content_Types].xml": '<Types><Override PartName="/xl/workbook.bin" ContentType="application/'
          'vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>'}, "unsupported_format"),
        ({}, "not_a_workbook"),
    ],
)  # fmt: skip
def test_other_zips_are_told_apart(read: Read, tmp_path: Path, members: dict[str, str], reason: str) -> None:
    assert read(write(tmp_path / "a.xlsx", members)).reason == reason


def test_an_encrypted_zip_is_encrypted(read: Read, tmp_path: Path) -> None:
    path = good(tmp_path / "a.xlsx")
    data = bytearray(path.read_bytes())
    for magic, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.find(magic)
        while place >= 0:
            data[place + at] |= 1
            place = data.find(magic, place + 4)
    path.write_bytes(data)
    assert read(path).reason == "encrypted"


@pytest.mark.parametrize("tenth", range(1, 10))
def test_a_file_truncated_anywhere_is_corrupt(read: Read, tmp_path: Path, tenth: int) -> None:
    data = good(tmp_path / "whole.xlsx").read_bytes()
    path = tmp_path / "a.xlsx"
    path.write_bytes(data[: len(data) * tenth // 10])
    assert read(path).reason == "corrupt"


def test_flipped_bytes_never_crash_or_change_values(read: Read, tmp_path: Path) -> None:
    data = good(tmp_path / "whole.xlsx").read_bytes()
    expected = table_rows(read(tmp_path / "whole.xlsx"))
    path = tmp_path / "a.xlsx"
    for place in range(7, len(data), max(1, len(data) // 40)):
        flipped = bytearray(data)
        flipped[place] ^= 0x55
        path.write_bytes(flipped)
        parsed = read(path)
        assert parsed.reason in (
            "corrupt",
            "not_a_workbook",
            "unsupported_format",
            "encrypted",
            "no_header",
        ) or (table_rows(parsed) == expected)


def test_a_macro_workbook_is_read_and_its_macros_are_not(read: Read, tmp_path: Path) -> None:
    members = parts({"Campaign list": list_sheet(LINE)}) | {"xl/vbaProject.bin": b"\xcc\x61" * 50}
    members["[Content_Types].xml"] = str(members["[Content_Types].xml"]).replace(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    )
    parsed = read(write(tmp_path / "a.xlsm", members))
    assert (parsed.format, len(table_rows(parsed))) == ("xlsm", 1)


def test_thousands_of_members_are_refused(read: Read, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for number in range(20_001):
            archive.writestr(str(number), b"")
    path = tmp_path / "a.xlsx"
    path.write_bytes(buffer.getvalue())
    assert read(path).reason == "too_large"
