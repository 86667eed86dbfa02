"""An invented state of the warehouse, as the reports read it:

for tests of what is drawn, not of what is computed.
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, get_args, get_type_hints
from uuid import UUID

from campfill_pipeline.domain.due_words import DueCurve, due_curve
from campfill_pipeline.domain.effect import Effect, Verdict
from campfill_pipeline.domain.profile import Basis
from campfill_pipeline.domain.weekdays import Calendar
from campfill_pipeline.warehouse.readers.incidents import IncidentRow, Struck
from campfill_pipeline.warehouse.readers.notes import Note
from campfill_pipeline.warehouse.readers.page.rows import (
    AttentionRow,
    DayRow,
    Evidence,
    FetchRow,
    Freshness,
    LineDetail,
    LineRow,
    LossRow,
    PageData,
    ReconciliationRow,
    RevisionRow,
    SiteRow,
    StageRow,
    TrendRow,
    UnlikelyRow,
    UploadRow,
    WeakSite,
    WindowRow,
)

AS_OF = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 13, 5, tzinfo=UTC)
PLACEMENTS = ("Station", "Infoscreen", "City", "Roadside", "Netzwerk", "Mall", "Public Video")
ADVERTISERS = tuple(
    f"{name} GmbH"
    for name in [
        "Sierra",
        "Nordlicht",
        "Alpen",
        "Morgen",
        "Falke",
        "Linde",
        "Kessler",
        "Hansa",
        "Rhein",
        "Donau",
    ]
)
BUYERS = (
    "DENTSU_AEGIS < Easymedia_rtb (Seat 608194)",
    "GROUPM < DV360 (Seat 12)",
    "Publicis < Adform (Seat 9)",
    "Havas < Xandr (Seat 77)",
    "GROUPM < Xandr (Seat 90)",
)
CAUSES = {
    "campaign": (
        ("not_selected", "system"),
        ("lost_auctions", "resource"),
        ("won_but_not_played", "system"),
        ("low_audience", "resource"),
    ),
    "deal": (
        ("too_few_bids", "unknown"),
        ("lost_auctions", "resource"),
        ("won_but_not_played", "system"),
        ("no_reference", "unknown"),
    ),
}
HINTS = {name: hint for name, hint in get_type_hints(LineRow).items() if name != "id" and hint != UUID | None}
HELPED = Effect(Verdict.BETTER, Decimal("1.31"), Decimal("0.08"), 3, 5)
HUNDRED, THOUSAND = Decimal(100), Decimal(1000)


def _line(random_: random.Random, number: int, upload_id: UUID) -> LineRow:
    kind = random_.choice(("campaign", "deal"))
    purchase = random_.choices(("guaranteed", "unguaranteed", "unknown"), (60, 36, 4))[0]
    start = AS_OF + timedelta(days=random_.randint(-320, 25))
    days = random_.choice((1, 3, 7, 14, 21, 28, 42))
    end = start + timedelta(days=days - 1)
    goal = random_.randint(3_000, 720_000)
    elapsed = min(max((AS_OF - start).days, 0), days)
    lifecycle = (
        "scheduled"
        if start > AS_OF
        else "live"
        if end >= AS_OF
        else "ended_provisional"
        if (AS_OF - end).days <= 3
        else "ended_final"
    )
    covered = random_.random() > 0.04
    level = random_.choices((1.04, 1.0, 0.997, 0.97, 0.7, 0.2), (56, 26, 3, 6, 6, 3))[0]
    done = Decimal(goal) * Decimal(elapsed) / days * Decimal(str(round(level, 3)))
    delivered = done.quantize(Decimal("0.0001")) + (Decimal("0.1234") if elapsed else 0)
    pct = delivered / goal * HUNDRED
    cpm = Decimal(random_.randint(100, 4500)) / HUNDRED
    shortfall = max(goal - delivered, Decimal(0))
    expected = Decimal(goal) * elapsed / days
    projected = None if elapsed == 0 else max(delivered, delivered + delivered / elapsed * (days - elapsed))
    ended = lifecycle.startswith("ended")
    pacing = None if elapsed == 0 else delivered / expected
    band = (
        "no_data"
        if not elapsed
        else "goal_met"
        if pct >= 100
        else "near_goal"
        if pct >= Decimal("99.5")
        else "moderate_shortfall"
        if pct >= 95
        else "critical_shortfall"
    )
    cause, side = random_.choice(CAUSES[kind]) if covered and ended and pct < 95 else (None, None)
    if not covered and lifecycle != "scheduled":
        cause, side = "not_fetched", "unknown"
    placement, advertiser = random_.choice(PLACEMENTS), random_.choice(ADVERTISERS)
    risk = shortfall if ended else None if projected is None else max(goal - projected, Decimal(0))
    told: dict[str, Any] = {
        "id": UUID(int=random_.getrandbits(128)),
        "name": f"2026_{11000 + number}_0006_3_{placement}_{advertiser}_PPV <X> & Co_{start:%d}-{end:%d.%m}._",
        "kind": kind,
        "purchase_type": purchase,
        "buyer": (buyer := "Not set" if kind == "campaign" else random_.choice(BUYERS)),
        "agency": None if kind == "campaign" else buyer.split(" < ")[0],
        "placement": placement if number % 9 else None,
        "advertiser": advertiser if number % 9 else None,
        "runtime": f"{start:%d.%m.%Y}-{end:%d.%m.%Y}",
        "start_date": start,
        "end_date": end,
        "effective_start": start,
        "impression_goal": goal,
        "budget_eur": (goal * cpm / THOUSAND).quantize(Decimal("0.01")),
        "cpm_eur": cpm,
        "lifecycle": lifecycle,
        "band": band,
        "pacing_basis": "measured" if lifecycle == "live" else None,
        "required_factor": Decimal("1.2345") if lifecycle == "live" else None,
        "pace": None
        if lifecycle != "live"
        else "unmeasured"
        if pacing is None
        else "behind"
        if pacing < Decimal("0.95")
        else "ahead"
        if pacing > Decimal("1.05")
        else "on_track",
        "covered": covered,
        "flight_days": days,
        "elapsed_days": elapsed,
        "days_fetched": elapsed if covered else elapsed // 2,
        "delivered": delivered,
        "delivered_before": delivered,
        "delivered_outside_flight": Decimal(0),
        "fulfillment_pct": pct,
        "shortfall": shortfall,
        "surplus": max(delivered - goal, Decimal(0)),
        "expected": expected,
        "pacing_index": pacing,
        "best_week_daily": None if elapsed == 0 else delivered / elapsed,
        "reachable": level >= 0.95,
        "required_daily": None if elapsed == days else shortfall / (days - elapsed),
        "projected": projected,
        "value_at_risk_eur": None if risk is None or lifecycle == "scheduled" else risk / THOUSAND * cpm,
        "delivered_value_eur": delivered / THOUSAND * cpm,
        "billable_eur": min(delivered, Decimal(goal)) / THOUSAND * cpm,
        "cause": cause,
        "side": side,
        "revision": 2 if number % 50 == 7 else 1,
        "upload_id": upload_id,
        "sheet": "Campaign list",
        "row_no": number + 2,
    }
    made: dict[str, Any] = {name: _standing_for(hint, number) for name, hint in HINTS.items()}
    return LineRow(**(made | told))


def _standing_for(hint: Any, number: int) -> object:
    """A value of a figure that is not told here yet: of its type, another for each line."""
    kind = next(kind for kind in get_args(hint) or (hint,) if kind is not type(None))
    made: dict[Any, object] = {
        Decimal: Decimal(f"{number}.75"),
        int: number,
        str: f"text {number}",
        bool: True,
        date: AS_OF,
    }
    return made[kind]


def _starts(as_of: date) -> dict[str, date]:
    return {
        "7d": as_of - timedelta(days=7),
        "30d": as_of - timedelta(days=30),
        "this_year": date(as_of.year, 1, 1),
    }


def _windows(lines: list[LineRow]) -> tuple[list[WindowRow], list[LossRow]]:
    windows, losses = [], []
    for period, start in _starts(AS_OF).items():
        for kind in ("all", "campaign", "deal"):
            for purchase in ("all", "guaranteed", "unguaranteed", "unknown"):
                own = [
                    line
                    for line in lines
                    if line.covered
                    and start <= line.end_date < AS_OF
                    and kind in ("all", line.kind)
                    and purchase in ("all", line.purchase_type)
                ]
                goals = sum(line.impression_goal for line in own)
                met = sum(line.band == "goal_met" for line in own)
                given = sum((line.delivered for line in own), Decimal(0))
                capped = sum((min(line.delivered, Decimal(line.impression_goal)) for line in own), Decimal(0))
                shares = [
                    x / y * HUNDRED if own else None
                    for x, y in ((Decimal(met), len(own) or 1), (given, goals or 1), (capped, goals or 1))
                ]
                windows.append(WindowRow(period, kind, purchase, len(own), met, *shares))
                for side in ("system", "resource", "unknown", "none"):
                    short = [line for line in own if line.shortfall > 0 and (line.side or "none") == side]
                    if short:
                        losses.append(
                            LossRow(
                                period,
                                kind,
                                purchase,
                                side,
                                len(short),
                                sum((s.shortfall for s in short), Decimal(0)),
                                sum((s.value_at_risk_eur or Decimal(0) for s in short), Decimal(0)),
                            )
                        )
    return windows, losses


def _trend(random_: random.Random) -> list[TrendRow]:
    rows = []
    for kind, purchase in (
        ("all", "all"),
        ("campaign", "guaranteed"),
        ("campaign", "unguaranteed"),
        ("deal", "guaranteed"),
        ("deal", "unguaranteed"),
    ):
        known: list[Decimal] = []
        level = 82.0
        for at in range(120):
            level = min(99.0, max(60.0, level + random_.uniform(-3, 3)))
            known.append(Decimal(str(round(level, 6))))
            change = known[at] - known[at - 7] if at >= 7 else None
            word = (
                None
                if change is None
                else "improving"
                if change > 1
                else "declining"
                if change < -1
                else "stable"
            )
            rows.append(TrendRow(AS_OF - timedelta(days=119 - at), kind, purchase, known[at], change, word))
    return rows


def invent(count: int, seed: int = 5) -> PageData:
    """`count` lines of all kinds and fates, worst first, with everything around them."""
    random_ = random.Random(seed)
    uploads = [
        UploadRow(UUID(int=at), f"campaigns-{at}.xlsx", NOW - timedelta(days=30 - at), "loaded")
        for at in (1, 29)
    ]
    lines = [_line(random_, number, uploads[-1].upload_id) for number in range(count)]
    lines.sort(key=lambda line: (-line.shortfall, line.id))
    windows, losses = _windows(lines)
    urgent = sorted(
        (line for line in lines if line.covered and line.pace == "behind" and line.value_at_risk_eur),
        key=lambda line: -(line.value_at_risk_eur or Decimal(0)),
    )
    revised = {
        line.id: (
            RevisionRow(
                1, NOW - timedelta(days=29), "created", uploads[0].upload_id, "Campaign list", 17, {}
            ),
            RevisionRow(
                2,
                NOW - timedelta(days=1),
                "updated",
                uploads[1].upload_id,
                "Campaign list",
                line.row_no,
                {"impression_goal": {"before": "100000", "after": str(line.impression_goal)}},
            ),
        )
        for line in lines
        if line.revision == 2
    }
    struck_lines = [line for line in lines if line.lifecycle == "live" and line.shortfall > 0][:2]
    scheduled = [line for line in lines if line.lifecycle == "scheduled"][:2] if count > 100 else []
    needs = "Starts on 1 Dec 2026. It needs 3.1 times the best week of these sites."
    return PageData(
        as_of=AS_OF,
        timezone="Europe/Berlin",
        refreshed_at=NOW,
        lines=tuple(lines),
        windows=tuple(windows),
        trend=tuple(_trend(random_)),
        losses=tuple(losses),
        attention=tuple(
            AttentionRow(
                line.id,
                "Behind pace: needs 12,300 impressions a day, its best week gave 9,800.",
                line.value_at_risk_eur,
            )
            for line in urgent
        )
        + tuple(AttentionRow(line.id, needs, None) for line in scheduled),
        freshness=Freshness(
            AS_OF - timedelta(days=39),
            AS_OF - timedelta(days=1),
            NOW - timedelta(minutes=20),
            NOW - timedelta(minutes=20),
            (FetchRow("api", AS_OF - timedelta(days=40), "failed", None),),
            "campaigns-29.xlsx",
            NOW - timedelta(days=1),
        ),
        incidents=(
            IncidentRow(
                "Köln Hbf",
                NOW - timedelta(days=3),
                NOW - timedelta(days=3, hours=-6),
                "dark",
                2,
                Decimal("5400.5"),
                Decimal("27.00"),
                Decimal("2700.25"),
                Decimal("13.50"),
                AS_OF - timedelta(days=3),
            ),
        )
        if count > 100
        else (),
        struck=tuple(
            Struck(line.id, "Köln Hbf", NOW - timedelta(days=3), Decimal("2700.25"), place == 0)
            for place, line in enumerate(struck_lines)
        )
        if count > 100
        else (),
        reconciliation=tuple(
            ReconciliationRow("orphan", None, f"{at:032x}", {"impressions": "1234.5"}) for at in range(14)
        )
        + tuple(
            ReconciliationRow("name_differs", line.id, str(line.id), {"listed": line.name, "reported": "x"})
            for line in lines[:9]
        ),
        uploads=tuple(uploads),
        revisions=revised,
        looked_back=_looked_back() if count > 100 else None,
        unlikely=tuple(UnlikelyRow(line.id, AS_OF + timedelta(days=2), needs) for line in scheduled),
    )


def _looked_back() -> dict[str, Any]:
    spans = [(1, 1), (2, 3), (4, 7), (8, None)]
    scores = [
        {
            "rule": rule, "healthy_line_days": 1_234, "false_alarms": alarms, "false_alarms_of_1000": rate,
            "alarms_together": alarms - apart, "apart_of_1000": rate_apart,
            "weak_line_days": 200, "weak_found": 198, "weak_found_pct": "99.0",
            "errors": [
                {"from_day": first, "to_day": last, "projections": 9, "error_pct": error} for first, last in spans
            ],
        }
        for rule, alarms, rate, apart, rate_apart, error in (
            ("measured", 2, "1.6", 1, "0.8", "4.9"), ("even", 213, "172.6", 201, "168.3", "17.8"))
    ]  # fmt: skip
    return {
        "first_day": "2026-09-28", "last_day": "2026-11-19", "days": 14, "days_together": 2, "lines": 321,
        "scores": scores,
    }  # fmt: skip


def _evidence(line: LineRow, stages: dict[str, StageRow]) -> Evidence:
    told = line.cause not in ("not_fetched", "no_reference")
    return Evidence(
        stages=stages if told else None,
        target=Decimal(line.impression_goal),
        days_not_fetched=None if line.covered else line.elapsed_days - line.days_fetched,
        flight_hours=line.flight_days * 24 if line.covered else None,
        hours_comparable=line.flight_days * 19 if line.covered else None,
        hours_without_bid=71 if line.covered else None,
        first_hour="2026-11-04T05:00:00+00:00" if line.covered else None,
        last_hour="2026-11-21T21:00:00+00:00" if line.covered else None,
        reference_basis="history" if told else None,
        reference_purchase_type=line.purchase_type,
        reference_days=28,
        reference_first_day="2026-10-07",
        reference_last_day="2026-11-03",
        weakest_sites=(WeakSite("Köln Hbf", Decimal("12.5"), Decimal("104.1")),) if told else (),
    )


def invent_details(data: PageData, seed: int = 6) -> list[LineDetail]:
    """Details of every begun line with a shortfall, worst first."""
    random_ = random.Random(seed)
    details = []
    for line in data.lines:
        if line.shortfall == 0 or line.lifecycle == "scheduled":
            continue
        days = [line.effective_start + timedelta(days=at) for at in range(line.elapsed_days)]
        per_day = [Decimal(random_.randint(50, 150)) for _ in days]
        total = sum(per_day, Decimal(0)) or Decimal(1)
        shown = [(line.delivered * part / total).quantize(Decimal("0.0001")) for part in per_day]
        hours = {
            (day, hour): given * weight / 100
            for day, given in zip(days, shown, strict=True)
            for hour, weight in enumerate(
                (0, 0, 0, 0, 1, 2, 6, 9, 9, 6, 4, 4, 5, 5, 4, 5, 7, 9, 9, 6, 4, 3, 1, 1)
            )
            if weight
        }
        sites = [
            SiteRow(f"{city} Hbf / U-Bf Public Video Station", line.delivered / at, 900, 500, 480 // at)
            for at, city in enumerate(
                (
                    "München",
                    "Berlin",
                    "Hamburg",
                    "Köln",
                    "Frankfurt (Main)",
                    "Stuttgart",
                    "Leipzig",
                    "Dortmund",
                ),
                2,
            )
        ]
        stage = StageRow(Decimal("0.4512"), Decimal("0.6"), Decimal("0.752"), Decimal("0.8"), False)
        stages = {
            "bids": StageRow(Decimal(12345), Decimal("12800.5"), Decimal("0.9644"), Decimal("0.2"), False),
            "wins": replace(stage, named=True),
            "plays": StageRow(Decimal("0.98"), Decimal("0.97"), Decimal("1.01"), Decimal(0), False),
            "audience": StageRow(Decimal("24.5"), Decimal("24.1"), Decimal("1.016"), Decimal(0), False),
        }
        details.append(
            LineDetail(
                line.id,
                tuple(DayRow(d, g, 900, 500, 480) for d, g in zip(days, shown, strict=True)),
                hours,
                tuple(sites),
                143,
                _evidence(line, stages) if line.side else None,
                _due(line) if line.lifecycle == "live" else None,
                (Note(1, line.id, days[1], NOW, "Floor lowered", HELPED),)
                if line.lifecycle == "live" and len(days) > 2
                else (),
                (("kevel", len(days) - 1), ("mine_day", 1)),
            )
        )
    return details


def _due(line: LineRow) -> DueCurve:
    """A week that is closed on Sundays."""
    week = (*[Decimal(7) / 6] * 6, Decimal(0))
    return due_curve(line.effective_start, line.end_date, week, Basis.MEASURED, 212, Calendar())
