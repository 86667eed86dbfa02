"""What a name tells about a line, and the promise that every canonical line keeps."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from campfill_pipeline.domain.line_columns import readers
from campfill_pipeline.domain.lines import LINES, broken_promises, canonical, judge

ID = "0b5f1d7e-2a64-4c1f-9b5e-1f0c5d1a7e42"
SOUND: dict[str, Any] = {
    "sheet": "S",
    "row_no": 2,
    "id": ID,
    "name": "Summer",
    "kind": "campaign",
    "buyer": "Not set",
    "agency": None,
    "platform": None,
    "seat": None,
    "runtime": "04.09.2025-06.09.2025",
    "start_date": date(2025, 9, 4),
    "end_date": date(2025, 9, 6),
    "impression_goal": 5000,
    "budget_eur": None,
    "cpm_eur": Decimal("7.59"),
    "placement": None,
    "advertiser": None,
}


def lines(**changed: Any) -> pa.Table:
    return pa.Table.from_pylist([{**SOUND, **changed}], schema=LINES)


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"start_date": None, "runtime": "ASAP-06.09.2025"},
        {"kind": "deal", "buyer": "X"},
        {"budget_eur": Decimal(0)},
    ],
)
def test_sound_lines_keep_the_promise(changed: dict[str, Any]) -> None:
    assert broken_promises(lines(**changed)) == []


def test_an_empty_table_keeps_the_promise() -> None:
    assert broken_promises(LINES.empty_table()) == []


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"impression_goal": 0}, "impression_goal"),
        ({"impression_goal": None}, "impression_goal"),
        ({"budget_eur": Decimal("-0.01")}, "budget_eur"),
        ({"cpm_eur": None}, "cpm_eur"),
        ({"id": ID.upper()}, "id"),
        ({"name": ""}, "name"),
        ({"name": "x" * 501}, "name"),
        ({"kind": "line"}, "kind"),
        ({"kind": "deal"}, "kind_of_buyer"),
        ({"start_date": date(2025, 9, 7)}, "starts_before_it_ends"),
        ({"end_date": None}, "end_date"),
        ({"row_no": 0}, "row_no"),
    ],
)
def test_a_breach_is_named(changed: dict[str, Any], named: str) -> None:
    (breach, *_) = broken_promises(lines(**changed))
    assert named in breach


@pytest.mark.parametrize(
    ("name", "placement", "advertiser"),
    [
        (
            "2025_11573_0006_3_Infoscreen_Sierra Germany GmbH_PPV Sonae Sierra PV Berlin_04-06.09._",
            "Infoscreen",
            "Sierra Germany GmbH",
        ),
        ("2025_1_2_A_Große Straße_Müller & Söhne_x", "Große Straße", "Müller & Söhne"),
        ("2025_1_2_3_ City _ Shop _x_y_z", "City", "Shop"),
        ("2025_1_2_3_City_Shop", None, None),
        ("2025_1_2_3_City_Shop_", None, None),
        ("2025_1_2_3__Shop_x_y", None, None),
        ("2025_1_2_3_ _Shop_x_y", None, None),
        ("25_1_2_3_City_Shop_x_y", None, None),
        ("2025_A_2_3_City_Shop_x_y", None, None),
        ("PPV 2025_1_2_3_City_Shop_x_y", None, None),
        ("Summer", None, None),
    ],
)
def test_placement_and_advertiser_come_from_the_names_pattern(
    name: str, placement: str | None, advertiser: str | None
) -> None:
    cells = {
        "name": name,
        "runtime": "04.09.2025-06.09.2025",
        "impression_goal": "5000",
        "cpm_eur": "7.59",
        "id": ID,
        "buyer": "A < B (Seat 5)",
    }
    batch: dict[str, pa.Array] = {"row_no": pa.array([2], pa.int32())}
    for field, text in cells.items():
        batch |= {field: pa.array([text], pa.string()), f"{field}_kind": pa.array([1], pa.int8())}
    judged = judge(pa.RecordBatch.from_pydict(batch), readers({}))
    (found,) = canonical(judged, "S", judged.acceptable).to_pylist()
    assert (found["placement"], found["advertiser"]) == (placement, advertiser)
    assert (found["agency"], found["platform"], found["seat"]) == ("A", "B", "5")
