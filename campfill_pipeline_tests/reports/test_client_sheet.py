"""A sheet for one client: their lines, nothing of anybody else's, prices only where asked for, checkable by them."""

from __future__ import annotations

import csv
import re
import subprocess
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Literal

import psycopg
import pytest
from playwright.sync_api import Browser
from python_calamine import CalamineWorkbook

from campfill_pipeline.domain import client_text
from campfill_pipeline.domain.client_words import words
from campfill_pipeline.domain.figures import LineRow
from campfill_pipeline.domain.fulfillment import Band, FulfillmentRules, Lifecycle
from campfill_pipeline.domain.kinds import LineKind
from campfill_pipeline.domain.names import NOT_SET, buyer_parts
from campfill_pipeline.language.speaking import Language
from campfill_pipeline.reports.client import files, sheet
from campfill_pipeline.warehouse.readers.page import client
from campfill_pipeline_tests.reports.conftest import Demo

RULES = FulfillmentRules()
EN, DE = words(Language.ENGLISH), words(Language.GERMAN)


@pytest.fixture
def told(demo: Demo, demo_connection: psycopg.Connection) -> Iterator[psycopg.Connection]:
    """The demo's lines with agencies and advertisers, as a list brings them, each with a price of its own; undone."""
    with demo_connection.transaction(force_rollback=True):
        for number, name, buyer in demo_connection.execute(
            "SELECT line_no, name, buyer FROM line_register"
        ).fetchall():
            agency = None if buyer == NOT_SET else buyer_parts(buyer).agency
            advertiser = name.split("_")[5] if name.count("_") >= 6 else None
            demo_connection.execute(
                "UPDATE line_register SET agency = %s, advertiser = %s, cpm_eur = %s WHERE line_no = %s",
                [agency, advertiser, Decimal("9013.0137") + Decimal(number) / 1000, number],
            )
        demo_connection.execute(
            "UPDATE fulfillment f SET cpm_eur = l.cpm_eur FROM line_register l WHERE l.line_no = f.line_no"
        )
        yield demo_connection


def biggest(connection: psycopg.Connection) -> str:
    row = connection.execute(
        "SELECT agency FROM line WHERE agency IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
    ).fetchone()
    assert row is not None
    return str(row[0])


def load(connection: psycopg.Connection, demo: Demo, **who: str) -> client.ClientData:
    found = client.find(connection, **who)
    return client.load(connection, found, RULES, as_of=demo.as_of)


def every_byte(written: files.ClientFiles) -> bytes:
    """All that a client gets, workbooks unzipped."""
    found = [path.read_bytes() for path in (written.page, written.figures, written.text_file, written.sums)]
    with zipfile.ZipFile(written.workbook) as book:
        found += [book.read(name) for name in book.namelist()]
    found.append(" ".join(path.name for path in (written.page, written.workbook)).encode())
    return b"\n".join(found)


@pytest.mark.parametrize("prices", [False, True], ids=["without prices", "with prices"])
@pytest.mark.parametrize("by", ["buyer", "advertiser"])
def test_no_other_clients_name_line_or_price_is_anywhere_in_the_files(
    told: psycopg.Connection, demo: Demo, tmp_path: Path, by: str, prices: bool
) -> None:
    column = "agency" if by == "buyer" else "advertiser"
    row = told.execute(
        f"SELECT {column} FROM line WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1".encode()
    ).fetchone()
    assert row is not None
    data = load(told, demo, **{by: row[0]})
    assert len(data.lines) > 1
    own = {line.id for line in data.lines}
    held = every_byte(files.write(tmp_path, data, EN, demo.now, prices=prices))
    others = told.execute(
        "SELECT id, name, buyer, agency, advertiser, cpm_eur, seat FROM line WHERE NOT id = ANY (%s)",
        [list(own)],
    ).fetchall()
    mine = " ".join(f"{line.name} {line.buyer} {line.advertiser}" for line in data.lines)
    secrets = {
        str(value) for one in others for value in one[:6] if value is not None and str(value) not in mine
    }
    secrets |= {EN.number(one[5], 4) for one in others}
    assert len(secrets) > 200 and len({one[4] for one in others}) > 10
    leaked = [
        text
        for text in secrets - {NOT_SET}
        if text.encode() in held or text.replace("&", "&amp;").encode() in held
    ]
    assert leaked == []
    for line in data.lines:
        assert line.name.replace("&", "&amp;").encode() in held
        assert (EN.number(line.cpm_eur, 4).encode() in held) == prices


def test_without_being_asked_no_amount_of_money_is_in_them(
    told: psycopg.Connection, demo: Demo, tmp_path: Path
) -> None:
    held = every_byte(
        files.write(tmp_path, load(told, demo, buyer=biggest(told)), DE, demo.now, prices=False)
    )
    for sign in ("€", "EUR", "TKP", "CPM"):
        assert sign.encode() not in held.replace(b'\\ \xe2\x82\xac"', b""), sign


def test_the_figures_are_those_of_the_house_and_can_be_checked_without_it(
    told: psycopg.Connection, demo: Demo, tmp_path: Path
) -> None:
    data = load(told, demo, buyer=biggest(told))
    written = files.write(tmp_path, data, EN, demo.now, prices=False)
    sums: dict[str, Decimal] = defaultdict(Decimal)
    with written.figures.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            sums[row["line_id"]] += Decimal(row["impressions"])
    assert {line: sum_ for line, sum_ in sums.items() if sum_} == {
        str(line.id): line.delivered for line in data.lines if line.delivered
    }
    page = written.page.read_text(encoding="utf-8")
    assert subprocess.run(["sha256sum", "--check", written.sums.name], cwd=tmp_path).returncode == 0
    printed = subprocess.run(
        ["sha256sum", written.figures.name], cwd=tmp_path, capture_output=True, text=True
    )
    assert printed.stdout.split()[0] in page
    assert EN.number(sum(sums.values(), Decimal(0)), 4) in page
    book = CalamineWorkbook.from_path(written.workbook)
    rows = book.get_sheet_by_name("Lines").to_python()[1:]
    assert [row[0] for row in rows] == [line.name for line in data.lines]
    days = book.get_sheet_by_name("By day").to_python()[1:]
    assert sum(float(str(row[3])) for row in days if row[3] != "") == pytest.approx(float(sum(sums.values())))


def test_a_day_of_which_nothing_is_known_is_not_told_as_a_day_without_delivery(
    told: psycopg.Connection, demo: Demo, tmp_path: Path
) -> None:
    names = told.execute(
        """SELECT l.agency FROM line l JOIN fulfillment f USING (line_no) WHERE l.agency IS NOT NULL
           GROUP BY 1 HAVING bool_or(f.covered AND f.delivered > 0)
                             AND bool_or(f.days_fetched = 0 AND f.lifecycle = 'ended_final')
           ORDER BY count(*) DESC, 1 LIMIT 1"""
    ).fetchone()
    assert names is not None
    data = load(told, demo, buyer=names[0])
    lines = sheet.one_by_one(data, EN)
    unknown = [
        one for one in lines if one.row.days_fetched == 0 and one.row.lifecycle == Lifecycle.ENDED_FINAL
    ]
    assert all(day.delivered is None and day.so_far is None for one in unknown for day in one.days)
    known = [one for one in lines if one.row.covered and one.row.lifecycle == Lifecycle.ENDED_FINAL]
    assert known and all(day.delivered is not None for one in known for day in one.days)
    assert all(day.delivered is None for one in lines for day in one.days if day.day == demo.as_of)
    book = CalamineWorkbook.from_path(files.write(tmp_path, data, EN, demo.now, prices=False).workbook)
    rows = [row for row in book.get_sheet_by_name("By day").to_python() if row[0] == unknown[0].row.name]
    assert rows and all(row[3:] == ["", "", ""] for row in rows)
    assert book.sheet_names[-3:] == ["Corrections", "Since when each day is known", "How to check this"]


def test_corrections_and_the_time_each_day_was_known_are_in_it(
    told: psycopg.Connection, demo: Demo, tmp_path: Path
) -> None:
    data = load(told, demo, buyer=biggest(told))
    assert data.known and all(day.first_complete_at for day in data.known[:-1])
    assert {one.line_id for one in data.contracts} == {line.id for line in data.lines}
    corrected = replace(
        data,
        corrections=(
            client.Correction(
                data.lines[0].id, data.known[0].day, Decimal("1234.5"), Decimal("1300.25"), demo.now
            ),
        ),
    )
    written = files.write(tmp_path, corrected, DE, demo.now, prices=False)
    assert "1.234,5000" in written.page.read_text(encoding="utf-8")
    assert "65,7500" in written.page.read_text(encoding="utf-8")


def test_an_agency_is_found_over_its_seats_in_any_letter_case_and_an_unknown_name_is_told_the_nearest(
    told: psycopg.Connection,
) -> None:
    agency = biggest(told)
    seats = {row[0] for row in told.execute("SELECT buyer FROM line WHERE agency = %s", [agency]).fetchall()}
    found = client.find(told, buyer=f"  {agency.lower()} ")
    assert (found.name, len(found.lines)) == (
        agency,
        told.execute("SELECT count(*) FROM line WHERE agency = %s", [agency]).fetchone()[0],  # type: ignore[index]
    )
    one_seat = client.find(told, buyer=min(seats))
    assert 0 < len(one_seat.lines) <= len(found.lines)
    with pytest.raises(client.UnknownClientError, match=agency):
        client.find(told, buyer=agency[:-1] + "x")
    with pytest.raises(client.NoBuyerError):
        client.find(told, buyer="not set")


def test_names_that_contain_or_resemble_each_other_are_clients_of_their_own(
    told: psycopg.Connection,
) -> None:
    names = ("Acme", "ACME", "Acme Media", "Straßer", "Strasser", "Müller & Söhne", "MÜLLER & SÖHNE")
    numbers = [
        one for (one,) in told.execute("SELECT line_no FROM line_register ORDER BY 1 LIMIT 7").fetchall()
    ]
    for number, name in zip(numbers, names, strict=True):
        told.execute("UPDATE line_register SET agency = %s WHERE line_no = %s", [name, number])
    for asked, own in (
        ("acme", (0, 1)), ("acme  media", (2,)), ("STRAßER", (3,)), ("strasser", (4,)), ("müller & söhne", (5, 6)),
    ):  # fmt: skip
        assert client.find(told, buyer=asked).lines == tuple(numbers[at] for at in own), asked
    advertised = [numbers[0], numbers[2]]  # one advertiser under two agencies
    told.execute("UPDATE line_register SET advertiser = 'Zwei Häuser' WHERE line_no = ANY (%s)", [advertised])
    assert client.find(told, advertiser="zwei häuser").lines == tuple(advertised)


def test_the_page_opens_in_a_browser_asks_for_nothing_and_fits(
    told: psycopg.Connection, demo: Demo, tmp_path: Path, chromium: Browser
) -> None:
    data = load(told, demo, buyer=biggest(told))
    written = files.write(tmp_path, data, DE, demo.now, prices=True)
    requests: list[str] = []
    context = chromium.new_context(viewport={"width": 390, "height": 800})
    tab = context.new_page()
    tab.on("request", lambda request: requests.append(request.url))
    tab.goto(written.page.as_uri())
    assert requests == [written.page.as_uri()]
    assert tab.locator("tbody").first.locator("tr").count() == len(data.lines)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    assert tab.locator("html").get_attribute("lang") == "de"
    shown: tuple[tuple[int, Literal["screen", "print"]], ...] = ((1200, "screen"), (718, "print"))
    for width, media in shown:  # in print: a sheet of A4 with usual margins
        tab.set_viewport_size({"width": width, "height": 800})
        tab.emulate_media(media=media)
        tables = "[...document.querySelectorAll('.scroll')].map((one) => one.scrollWidth - one.clientWidth)"
        assert not any(tab.evaluate(tables)), (width, media)
    context.close()


def test_two_clients_never_share_a_files_name() -> None:
    names = ["A&B", "A B", "a b", "Ä B", "A-B", "", "日本", "中国", "x" * 70, "x" * 71]
    assert len({files.file_name(name) for name in names}) == len(names)


def test_the_text_says_what_since_when_the_evidence_and_what_is_asked(
    told: psycopg.Connection, demo: Demo
) -> None:
    deals = [
        load(told, demo, buyer=agency)
        for (agency,) in told.execute("SELECT DISTINCT agency FROM line WHERE agency IS NOT NULL").fetchall()
    ]
    short = [line for data in deals for line in data.lines if client_text.falls_short(line)]
    assert short
    asked = {line.cause for line in short}
    for data in deals:
        lines = [line for line in data.lines if client_text.falls_short(line)]
        english, german = sheet.text(data, EN, prices=False), sheet.text(data, DE, prices=False)
        last = any(map(client_text.not_judged, data.lines))
        assert english.count("\n\n") == german.count("\n\n") == len(lines) + last
        for line in lines:
            assert str(line.id) in english and str(line.id) in german
            assert EN.number(line.impression_goal) in english and DE.number(line.impression_goal) in german
        assert "€" not in english and "{" not in english + german
    assert asked & {"too_few_bids", "lost_auctions", "won_but_not_played", "low_audience"}


def test_a_deal_that_nobody_can_judge_is_not_said_to_do_well(told: psycopg.Connection, demo: Demo) -> None:
    data = load(told, demo, buyer=biggest(told))
    deal = replace(
        data.lines[0],
        kind=LineKind.DEAL,
        lifecycle=Lifecycle.ENDED_FINAL,
        covered=False,
        band=Band.CRITICAL_SHORTFALL,
    )
    judged = replace(deal, covered=True, band=Band.GOAL_MET, shortfall=Decimal(0))
    begins = replace(deal, lifecycle=Lifecycle.SCHEDULED)

    def said(*lines: LineRow) -> str:
        return sheet.text(replace(data, lines=lines), EN, prices=False)

    assert "no deal falls short" in said(judged, begins)
    assert "no deal that can be judged falls short" in said(judged, deal)
    assert said(judged, deal, deal).endswith("days of their delivery are missing here: 2.\n")


def test_it_is_behind_since_the_day_after_it_last_had_what_was_due(
    told: psycopg.Connection, demo: Demo
) -> None:
    line = load(told, demo, buyer=biggest(told)).lines[0]
    start = date(2026, 11, 1)
    line = replace(
        line, effective_start=start, end_date=start + timedelta(days=9), flight_days=10, impression_goal=1000
    )
    days = {start + timedelta(days=at): Decimal(given) for at, given in enumerate((100, 100, 90, 10, 10, 10))}
    assert client_text.behind_since(line, days, None, start + timedelta(days=6)) == start + timedelta(days=3)
    assert client_text.behind_since(line, {}, None, start + timedelta(days=6)) == start
    slow = [Decimal(at + 1) / 100 for at in range(10)]
    assert client_text.behind_since(line, days, slow, start + timedelta(days=6)) == start + timedelta(days=5)


def test_prices_and_languages_have_files_of_their_own(
    told: psycopg.Connection, demo: Demo, tmp_path: Path
) -> None:
    data = load(told, demo, buyer=biggest(told))
    plain = files.write(tmp_path, data, EN, demo.now, prices=False)
    before = plain.page.read_bytes()
    files.write(tmp_path, data, EN, demo.now, prices=True)
    files.write(tmp_path, data, DE, demo.now, prices=True)
    assert plain.page.read_bytes() == before
    assert len(list(tmp_path.glob("*.html"))) == 3


def test_a_sheet_of_a_past_day_knows_nothing_later(told: psycopg.Connection, demo: Demo) -> None:
    then = demo.as_of - timedelta(days=6)
    found = client.find(told, buyer=biggest(told))
    data = client.load(told, found, RULES, as_of=then)
    assert max(cell.day for cell in data.site_days) <= then
    assert max(day.day for day in data.known) <= then


def unknown(line: LineRow, lifecycle: Lifecycle, **told: object) -> LineRow:
    """The line, had nothing of it ever been fetched."""
    made: dict[str, object] = {
        "lifecycle": lifecycle, "band": Band.NO_DATA, "covered": False, "days_fetched": 0, "elapsed_days": 20,
        "delivered": Decimal(0), "fulfillment_pct": Decimal(0), "shortfall": Decimal(line.impression_goal),
        "billable_eur": Decimal(0),
    }  # fmt: skip
    return replace(line, **(made | told))  # type: ignore[arg-type]


def test_where_nothing_is_known_there_is_no_figure_in_page_workbook_and_proof_and_no_zero(
    told: psycopg.Connection, demo: Demo, tmp_path: Path
) -> None:
    data = load(told, demo, buyer=biggest(told))
    ended = unknown(data.lines[0], Lifecycle.ENDED_FINAL)
    today = unknown(
        data.lines[1],
        Lifecycle.LIVE,
        covered=True,
        elapsed_days=0,
        effective_start=demo.as_of,
        end_date=demo.as_of + timedelta(days=9),
    )
    empty = replace(
        data, lines=(ended, today), site_days=(), known=(), corrections=(), files=(), contracts=()
    )
    written = files.write(tmp_path, empty, DE, demo.now, prices=True)
    page = written.page.read_text(encoding="utf-8")
    body = page.split("<body")[1]
    assert not re.search(
        r"(?<![\w.,-])0(,0+)?( %| €)?(?![\w,.-])", re.sub(r'<svg.*?</svg>|id="[^"]*"', "", body)
    )
    assert body.count("von der Auslieferung liegt noch nichts vor, nicht beurteilt") == 4
    assert "Beendet und vollständig bekannt ist davon noch keine." in body
    assert DE.check_nothing in body and "von 1 Tagen" not in body
    rows = CalamineWorkbook.from_path(written.workbook)
    head, *lines = rows.get_sheet_by_name(DE.lines).to_python()
    for column in (DE.delivered, DE.fulfilled, DE.value):
        assert [line[head.index(column)] for line in lines] == ["", ""], column
    assert all(line[3:] == ["", "", ""] for line in rows.get_sheet_by_name(DE.by_day).to_python()[1:])


@pytest.mark.parametrize(
    ("here", "of", "said"),
    [
        (0, 5, "bisher liegen 0 von 5 Tagen vor"), (1, 5, "bisher liegt 1 von 5 Tagen vor"),
        (0, 1, "der bisher einzige Tag liegt nicht vollständig vor"), (5, 5, "der erste Tag steht nicht fest"),
    ],
)  # fmt: skip
def test_a_line_that_lacks_days_says_in_good_german_how_many_are_here(
    told: psycopg.Connection, demo: Demo, here: int, of: int, said: str
) -> None:
    line = load(told, demo, buyer=biggest(told)).lines[0]
    lacks = replace(
        line,
        lifecycle=Lifecycle.LIVE,
        band=Band.CRITICAL_SHORTFALL,
        covered=False,
        days_fetched=here,
        elapsed_days=of,
    )
    assert said in sheet.state(lacks, DE)
