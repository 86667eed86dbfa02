"""Lists as other houses and platforms write them: read right, proposed right, or refused at their place."""

# ruff: noqa: E501 - rows of lists stand as they are written

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from campfill_pipeline.domain.proposals import Proposal
from campfill_pipeline.intake.findings import UnreadableError
from campfill_pipeline.intake.lists.corrected import COLUMN, SETTING, TITLE, read_corrected
from campfill_pipeline_tests.intake.described import Judged, parsed

DV360 = """Line Item ID,Line Item,Insertion Order,Start Date,End Date,Budget Type,Budget Amount,CPM,Impression Goal,Status,Advertiser
20001,Display,IO 1,2026/03/01,2026/03/31,Amount,"1,500.00",€7.50,"200,000",Active,ACME
20002,Video,IO 1,2026/04/01,2026/04/30,Amount,"2,000.00",€8.00,"250,000",Archived,ACME
"""
PREAMBLE = """Campaign export
Generated: 2026-05-01

Order number;Campaign;From;To;Booked impressions;CPM (EUR);Agency
O-1;One;2026-05-01T00:00:00;2026-05-31T23:59:59;1.200.000;12,50;Havas
O-2;Two;2026-06-01T00:00:00Z;2026-06-30T21:59:59Z;900 000;11,00;Havas
"""
FRENCH = """N° campagne;Nom de la campagne;Date de début;Date de fin;Objectif d'impressions;CPM €;Budget €;Annonceur;Statut
F-1;Été gare;01/07/2026;31/07/2026;1 200 000;12,50;15 000,00;SNCF;En cours
F-2;Hiver;13/12/2026;31/12/2026;800 000;11,00 €;8 800,00;RATP;Annulée
"""
SPANISH = """ID campaña;Campaña;Fecha de inicio;Fecha de fin;Objetivo de impresiones;CPM €;Presupuesto €;Anunciante;Estado
E-1;Verano;01/07/2026;31/07/2026;1.200.000;12,50;15.000,00;ONCE;Activa
E-2;Invierno;13/12/2026;31/12/2026;800.000;11,00;8.800,00;RENFE;Cancelada
"""
DUTCH = """Campagne-ID;Campagnenaam;Startdatum;Einddatum;Aantal impressies;CPM €;Adverteerder
N1;Een;01-03-2026;31-03-2026;120.000;5,50;KPN
"""
ITALIAN = """ID ordine;Campagna;Data inizio;Data fine;Impression prenotate;CPM €;Cliente
I-1;Uno;05/03/2026;20/03/2026;120.000;5,50;TIM
"""
AMERICAN = """Deal ID\tDeal\tStart\tEnd\tGoal\tCPM\tBuyer\tCurrency
D1\tA\t3/4/2026\t03/31/2026\t1,000\t2.50\tX\tEUR
D2\tB\t3/4/2026\t03/31/2026\t1,000\t2.50\tX\tUSD
D3\tC\t3/4/2026\t03/31/2026\t1,000\t$2.50\tX\tEUR
D4\tD\t13/4/2026\t03/31/2026\t1,000\t2.50\tX\tEUR
"""


def accepted(proposal: Proposal, **said: str) -> tuple[str, str]:
    """Name and text of the description that the sheet makes with what a person has said."""
    rows = [
        (1, {0: TITLE}),
        (2, {0: SETTING}),
        *enumerate(({0: k, 1: said.get(k, v)} for k, v in proposal.settings), 3),
    ]
    columns = [{0: column.header, 1: column.means} for column in proposal.columns]
    found = read_corrected([*rows, (40, {0: COLUMN}), *enumerate(columns, 41)])
    return found.name, found.text


def read(folder: Path, text: str, **said: str) -> tuple[list[tuple[Any, ...]], list[tuple[str | None, str]]]:
    """The lines of a list that proposed itself, and what was found in it."""
    file = folder / "list.csv"
    file.write_text(text, encoding="utf-8")
    proposal = parsed(file, folder / "before").proposal
    assert proposal is not None
    name, description = accepted(proposal, **said)
    judged = Judged(file, folder / "after", {name: description})
    return [
        (
            line["external_id"],
            line["runtime"],
            line["impression_goal"],
            float(line["cpm_eur"]),
            line["cancelled"],
        )
        for line in judged.lines
    ], [one for one in judged.found if one[1] != "budget_mismatch"]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (DV360, [("20001", "01.03.2026-31.03.2026", 200_000, 7.5, False), ("20002", "01.04.2026-30.04.2026", 250_000, 8.0, True)]),
        (PREAMBLE, [("O-1", "01.05.2026-31.05.2026", 1_200_000, 12.5, False), ("O-2", "01.06.2026-30.06.2026", 900_000, 11.0, False)]),
        (FRENCH, [("F-1", "01.07.2026-31.07.2026", 1_200_000, 12.5, False), ("F-2", "13.12.2026-31.12.2026", 800_000, 11.0, True)]),
        (SPANISH, [("E-1", "01.07.2026-31.07.2026", 1_200_000, 12.5, False), ("E-2", "13.12.2026-31.12.2026", 800_000, 11.0, True)]),
        (DUTCH, [("N1", "01.03.2026-31.03.2026", 120_000, 5.5, False)]),
        (ITALIAN, [("I-1", "05.03.2026-20.03.2026", 120_000, 5.5, False)]),
    ],
    ids=["dv360", "preamble", "french", "spanish", "dutch", "italian"],
)  # fmt: skip
def test_a_list_of_another_house_is_proposed_right(
    tmp_path: Path, text: str, lines: list[tuple[Any, ...]]
) -> None:
    assert read(tmp_path, text, kind="campaign") == (lines, [])


def test_months_first_other_money_and_days_that_are_none_are_told_at_their_cells(tmp_path: Path) -> None:
    lines, found = read(tmp_path, AMERICAN, dates="us")
    assert lines == [("D1", "04.03.2026-31.03.2026", 1000, 2.5, False)]
    assert found == [("H3", "other_currency"), ("F4", "not_a_number"), ("C5", "runtime_no_such_date")]


HEAD = "Order ID,Campaign,Start,End,{},{},Advertiser\n"
ROWS = "1,A,2026-01-01,2026-01-31,120,2.5,X\n2,B,2026-01-01,2026-01-31,150,2.5,X\n"


@pytest.mark.parametrize(
    ("goal", "cpm", "lacking"),
    [
        ("Impressions (000)", "CPM €", "goal"),
        ("Impressions in Tsd.", "CPM €", "goal"),
        ("Booked impressions k", "CPM €", "goal"),
        ("Goal", "CPM micros €", "cpm"),
        ("Goal", "CPM € in cents", "cpm"),
        ("Clicks", "CPM €", "goal"),
        ("Goal", "CPC €", "cpm"),
    ],
)
def test_figures_in_thousands_in_parts_or_of_something_else_are_not_proposed(
    tmp_path: Path, goal: str, cpm: str, lacking: str
) -> None:
    with pytest.raises(UnreadableError, match=f"“{lacking}”"):
        read(tmp_path, HEAD.format(goal, cpm) + ROWS)


def test_what_may_be_something_else_is_doubtful(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(
        "Campaign ID,Order ID,Campaign,Start,End,Impressions,CPM,Advertiser\n1,2,A,2026-01-01,2026-01-31,9,2,X\n"
    )
    proposal = parsed(file, tmp_path / "work").proposal
    assert proposal is not None
    assert {column.means for column in proposal.columns if column.sure == "doubtful"} == {"id", "goal"}
    assert dict(proposal.settings)["currency"] == ""


def test_a_goal_of_clicks_or_for_each_day_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    head = "Line item ID,Line item,Start,End,Goal type,Goal,CPM,Advertiser\n"
    row = "{},A,2026-01-01,2026-01-31,{},11934,2.5,X\n"
    file.write_text(
        head + "".join(row.format(n, of) for n, of in enumerate(("Impressions", "Clicks", "DAILY", ""), 1))
    )
    judged = Judged(file, tmp_path / "work")
    assert [line["external_id"] for line in judged.lines] == ["1"]
    assert judged.found == [("E3", "other_goal_type"), ("E4", "other_goal_type"), ("E5", "missing_value")]


def test_a_list_of_clicks_alone_is_not_ready_until_its_words_are_said(tmp_path: Path) -> None:
    text = HEAD.format("Goal,Goal type", "CPM €,Cost type") + ROWS.replace("120", "120,Clicks").replace(
        "150", "150,Clicks"
    )
    text = text.replace("2.5", "2.5,CPC")
    with pytest.raises(UnreadableError, match="words for a"):
        read(tmp_path, text)
