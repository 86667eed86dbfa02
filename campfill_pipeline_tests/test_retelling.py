"""Sentences stored in English are said in German to who reads German: every fact people are told, its figures too."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from campfill_pipeline.domain.attention import Situation, sentence
from campfill_pipeline.domain.causes import Cause
from campfill_pipeline.domain.notices import thread_of_file
from campfill_pipeline.intake import refusals
from campfill_pipeline.intake.findings import UnreadableError
from campfill_pipeline.language import catalogue
from campfill_pipeline.language.retelling import retold
from campfill_pipeline.language.speaking import Language, say, speaking
from campfill_pipeline.reporting.errors import RefusedError
from campfill_pipeline.warehouse.delivery.errors import ContradictingRowsError, Contradiction
from campfill_pipeline.warehouse.register.ledger import partition_key
from campfill_pipeline_tests import messages

STORED = ("warehouse/notices/", "defs/watch.py")
"""Where facts are worded that are kept."""

FIGURES = {
    "day": ("2026-11-24", "24.11.2026"),
    "moment": ("24 Nov 2026 14:00 UTC", "24.11.2026 14:00 UTC"),
    "pace": (" at 48.4 % of its pace", " mit 48,4 % des Solls"),
}


def facts() -> list[str]:
    """Every message of a fact, in each of its forms."""
    said = messages.gathered().values()
    wholes = [whole for whole, places in said if any(part in place for part in STORED for place in places)]
    return [form for whole in wholes for form in ([whole] if isinstance(whole, str) else whole)]


def of_kinds() -> list[Situation]:
    """A line of every kind that can be told of."""
    return [
        Situation(
            lifecycle=lifecycle,
            purchase_type=purchase,
            end_date=date(2026, 11, 24),
            reported=reported,
            elapsed_days=9,
            days_left=left,
            fulfillment_pct=Decimal("48.4"),
            pacing_index=pacing,
            required_daily=required,
            best_week_daily=Decimal("1234.5"),
            reachable=reachable,
            missing=Decimal(74094),
            value_at_risk_eur=Decimal("1504.71"),
            cause=cause,
            incident_site=site,
            incident_day=date(2026, 11, 3),
        )
        for lifecycle in ("live", "ended_final")
        for purchase in ("guaranteed", "unguaranteed")
        for reported in (True, False)
        for left, pacing, required, reachable in (
            (1, Decimal("0.6"), Decimal("2345.6"), True),
            (16, Decimal("0.6"), Decimal("2345.6"), False),
            (3, None, None, None),
        )
        for cause in (None, *Cause)
        for site in (None, "Berlin Hbf: Halle, at risk of 3 days")
    ]


def test_every_fact_that_is_kept_is_told_in_german() -> None:
    told = facts()
    assert len(told) > 25
    for message in told:
        names = messages.places(message)
        english = {name: FIGURES.get(name, ("Halle, 5", ""))[0] for name in names}
        german = {name: FIGURES.get(name, ("", "Halle, 5"))[1] for name in names}
        stored = message.format(**english)
        with speaking(Language.GERMAN):
            assert retold(stored) == catalogue.translated("de", message).format(**german)


def test_what_was_said_of_a_line_is_the_same_as_if_it_had_been_said_in_german() -> None:
    for now in of_kinds():
        stored = say("{line}: {told}", line="2026_1: Ended on, 1,234.5 impressions", told=sentence(now))
        with speaking(Language.GERMAN):
            told = say("{line}: {told}", line="2026_1: Ended on, 1,234.5 impressions", told=sentence(now))
            assert retold(stored) == told
        assert retold(stored) == stored


@pytest.mark.parametrize("text", ["", "A sentence that nobody says.", "Läuft mit 3 %."])
def test_what_nobody_says_stays_as_it_is(text: str) -> None:
    with speaking(Language.GERMAN):
        assert retold(text) == text


@pytest.mark.parametrize(
    ("refusal", "told"),
    [
        (
            refusals.incomplete("sheet “A, B”, row 3", ["CPM €", "Buyer"], [], near={"CPM €": "CPM netto"}),
            "In den Überschriften (Blatt „A, B“, Zeile 3) fehlen die Spalten „CPM €“ und „Buyer“. „CPM netto“ kommt"
            " „CPM €“ am nächsten. Ergänzen Sie die Spalten „CPM €“ und „Buyer“ mit genau diesen Überschriften."
            " Legen Sie die Datei dann erneut ab.",
        ),
        (
            refusals.incomplete("row 5", ["CPM €"], [], description="agentur"),
            "In den Überschriften (Zeile 5, gelesen mit der Listenbeschreibung „agentur“) fehlt die Spalte „CPM €“."
            " Ergänzen Sie die Spalte „CPM €“ mit genau dieser Überschrift. Legen Sie die Datei dann erneut ab.",
        ),
        (
            refusals.incomplete("the document’s first object", ["CPM €"], []),
            "In den Überschriften (das erste Objekt des Dokuments) fehlt die Spalte „CPM €“."
            " Ergänzen Sie die Spalte „CPM €“ mit genau dieser Überschrift. Legen Sie die Datei dann erneut ab.",
        ),
        (
            refusals.not_a_workbook("a Word document"),
            "Dies ist ein Word-Dokument, keine Arbeitsmappe und keine CSV-Datei. Legen Sie die Kampagnenliste als"
            " Excel-Arbeitsmappe (.xlsx) oder CSV ab, oder den Reporting-Export als CSV.",
        ),
        (
            refusals.corrupt("its part xl/a.b. c.xml is missing"),
            "Die Arbeitsmappe ist beschädigt: ihr Teil xl/a.b. c.xml fehlt. Exportieren oder speichern Sie die"
            " Arbeitsmappe neu, prüfen Sie, ob Excel sie öffnet, und legen Sie sie erneut ab.",
        ),
    ],
)
def test_why_a_file_was_rejected_is_told_in_german_too(refusal: UnreadableError, told: str) -> None:
    stored = say(
        "{file} was rejected: {told}", file="März 3.5.xlsx", told=f"{refusal.problem} {refusal.mend}"
    )
    with speaking(Language.GERMAN):
        assert retold(stored) == f"März 3.5.xlsx wurde abgelehnt: {told}"


def test_a_failure_of_an_api_is_told_with_what_was_asked_and_with_its_mend() -> None:
    error = RefusedError(
        "The reporting API does not know the token (status 401).", request="GET /v1/detail?limit=10",
        mend="Get a valid token and run `campfill token` (or set CAMPFILL_REPORTING_TOKEN).",
    )  # fmt: skip
    with speaking(Language.GERMAN):
        told = retold(str(error))
    assert told == (
        "Die Reporting-API kennt das Token nicht (Status 401). Abgerufen wurde: GET /v1/detail?limit=10. Besorgen Sie"
        " ein gültiges Token und führen Sie `campfill token` aus (oder setzen Sie CAMPFILL_REPORTING_TOKEN)."
    )


@pytest.mark.parametrize(
    "name",
    ["list.xlsx", "000001-list.receipt.xlsx", "list.receipt.receipt.xlsx", "000001-list.receipt (1).xlsx",
     "list.receipt - Kopie.xlsx"],
)  # fmt: skip
def test_names_do_not_grow_however_a_receipt_comes_back(name: str) -> None:
    assert partition_key(7, name) == "000007-list.xlsx"
    assert thread_of_file(name) == thread_of_file("list.xlsx")


def test_what_a_check_of_the_web_ui_says_is_told_in_german() -> None:
    said = say(
        "{count} of {lines} lines are not judged, as not every day of their flight was fetched, for example {line}. "
        "campfill status shows which days are here.",
        count="6,884", lines="7,036", line="2024_1: Halle",
    )  # fmt: skip
    stored = say("The check {id} says: {told}", id="fulfillment, every_line_judged", told=said)
    with speaking(Language.GERMAN):
        assert retold(stored).startswith(
            "Die Prüfung fulfillment, every_line_judged meldet: „6.884 von 7.036 Buchungen sind nicht bewertet"
        )
    kept = say("The check {id} says: {told}", id="a, b", told="What nobody says.")
    with speaking(Language.GERMAN):
        assert retold(kept) == "Die Prüfung a, b meldet: „What nobody says.“"


def test_rows_that_contradict_each_other_are_named_in_german() -> None:
    hour = datetime(2026, 11, 24, 10, tzinfo=UTC)
    at_a_site = Contradiction(hour, "Halle, Ost", "k-1", "1,200", (Decimal("1234.5"), Decimal(2)))
    at_none = Contradiction(hour, "", None, "d-1", (Decimal(2), Decimal(2)))
    stored = str(ContradictingRowsError("api", 2, [at_a_site, at_none]))
    with speaking(Language.GERMAN):
        told = retold(stored)
    assert (
        "Kampagne k-1, Deal 1,200 an Halle, Ost, Stunde 2026-11-24T10:00Z: 1.234,5 / 2 Impressions; " in told
    )
    assert "; Deal d-1, Stunde 2026-11-24T10:00Z: 2 / 2 Impressions, andere Zahlen weichen ab" in told
