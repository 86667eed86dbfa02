"""The page as a file: whole, small, without any address, safe with hostile names, replaced in one move."""

from __future__ import annotations

import base64
import re
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest

from campfill_pipeline.domain.figures import Packed, packed
from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.reports import page, payload
from campfill_pipeline.reports.both import write_reports
from campfill_pipeline.reports.files import replace_file
from campfill_pipeline.warehouse.readers.page.rows import AttentionRow
from campfill_pipeline_tests.reports.conftest import Demo, Written
from campfill_pipeline_tests.reports.invented import NOW, invent, invent_details

RULES = FulfillmentRules()


def unpacked(text: str, name: str) -> Any:
    found = re.search(rf'id="{name}">([^<]*)<', text)
    assert found is not None
    return orjson.loads(zlib.decompress(base64.b64decode(found[1])))


def test_seven_thousand_lines_fit_into_five_megabytes(big_page: Written) -> None:
    assert big_page.facts.bytes == big_page.path.stat().st_size < 5_000_000
    assert big_page.facts.lines == 7057
    assert big_page.facts.lines_with_detail > 1000


def test_it_points_nowhere(big_page: Written) -> None:
    text = big_page.path.read_text(encoding="utf-8")
    assert re.findall(r'(?:src|href|action)="(?!#|data:|\$)[^"]*"', text) == []
    assert "default-src 'none'" in text
    addresses = set(re.findall(r"https?://[^\"'\s)<>]+", text))
    formats = ("w3.org", "github.com/ecomfe", "schemas.openxmlformats.org")
    names = {address for address in addresses if any(name in address for name in formats)}
    assert addresses == names, "only names of XML formats and of a licence, which nothing ever asks for"


def test_exact_decimals_travel_as_they_are() -> None:
    data = invent(60)
    text, _ = page.render(data, invent_details(data), RULES, NOW)
    columns = unpacked(text, "lines")
    assert columns["id"] == [line.id.hex for line in data.lines]
    for name in packed(Packed.EXACT):
        assert columns[name] == [payload.exact(getattr(line, name)) for line in data.lines]


def test_hostile_names_end_no_script() -> None:
    data = invent(5)
    evil = "</script><img src=x onerror=alert(1)><!--<script>"
    first = replace(data.lines[0], name=evil)
    data = replace(data, lines=(first, *data.lines[1:]), attention=(AttentionRow(first.id, evil, None),))
    text, _ = page.render(data, [], RULES, NOW)
    assert "<img src=x" not in text
    assert text.count("</script>") == text.count("<script")


def test_details_are_packed_most_wanted_first_until_the_budget_is_spent() -> None:
    data = invent(1500)
    details = invent_details(data)
    packed = payload.pack_details(details, budget=150_000)
    assert sum(len(block.text) for block in packed.blocks) < 180_000
    kept = [detail.id for detail in details if detail.id in packed.chunk_of]
    assert kept == [detail.id for detail in details[: len(kept)]]
    assert packed.left_out == len(details) - len(kept) > 0
    assert packed.trimmed > 0, (
        "towards the end of the budget hours and sites are left out before whole lines are"
    )


def test_very_many_lines_still_work() -> None:
    data = invent(300)
    repeated = replace(data, lines=data.lines * 170)
    text, facts = page.render(repeated, invent_details(data), RULES, NOW)
    assert facts.lines == 51_000
    assert len(text) < 12_000_000


def test_an_empty_warehouse_gives_a_page_too() -> None:
    nothing = replace(invent(0), trend=(), windows=(), attention=(), reconciliation=(), uploads=())
    text, facts = page.render(nothing, [], RULES, NOW)
    assert facts.lines == 0
    assert "Fulfillment as of 23 Nov 2026" in text


def test_a_failed_write_leaves_the_old_page_alone(tmp_path: Path) -> None:
    target = tmp_path / "fulfillment.html"
    target.write_text("old", encoding="utf-8")

    def fail(path: Path) -> None:
        path.write_text("half", encoding="utf-8")
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        replace_file(target, fail)
    assert target.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_the_page_of_a_database_is_written_and_described(
    demo: Demo, demo_connection: psycopg.Connection, tmp_path: Path
) -> None:
    written = write_reports(demo_connection, tmp_path / "new", RULES, demo.as_of, demo.now)
    text, facts = written.page.read_text(encoding="utf-8"), written.facts
    stored = demo_connection.execute(
        "SELECT replace(line_id::text, '-', ''), shortfall FROM fulfillment ORDER BY shortfall DESC, line_id"
    ).fetchall()
    columns = unpacked(text, "lines")
    assert list(zip(columns["id"], columns["shortfall"], strict=True)) == [
        (line_id, payload.exact(shortfall)) for line_id, shortfall in stored
    ]
    assert facts.lines == len(stored)
