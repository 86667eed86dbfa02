"""The page's head: what its first level needs, as plain JSON, so that it is drawn at once.

Belongs here: counts and parts of the first level, how fresh the page is and how long it stays so. Does not belong here:
the packed rest (`payload`), words (`wording`), the file (`page`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from markupsafe import Markup

from campfill_pipeline.domain import figures
from campfill_pipeline.domain.back_test import LEAST_LINE_DAYS
from campfill_pipeline.domain.fulfillment import NEVER_JUDGED, Band, FulfillmentRules, Lifecycle
from campfill_pipeline.language import currencies
from campfill_pipeline.language.retelling import retold
from campfill_pipeline.language.speaking import Language, Sentence, in_each, speaking, spoken, word
from campfill_pipeline.reports import payload, wording
from campfill_pipeline.warehouse.readers.page.rows import Freshness, LineRow, PageData

AT_MINUTE = timedelta(minutes=5)
TO_MAKE = timedelta(minutes=30)


def _text(value: object) -> object:
    """Decimals as exact text, dates as ISO: what the head's JSON holds."""
    if isinstance(value, Decimal):
        return payload.exact(value)
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _category(kind: str, purchase_type: str) -> str:
    return f"{kind}/{purchase_type}"


def _trend(data: PageData) -> dict[str, dict[str, list[object]]]:
    columns: dict[str, dict[str, list[object]]] = defaultdict(
        lambda: {"days": [], "pct": [], "change": [], "trend": []}
    )
    for row in data.trend:
        column = columns[_category(row.kind, row.purchase_type)]
        column["days"].append(row.day)
        column["pct"].append(row.fulfilled_pct)
        column["change"].append(row.change)
        column["trend"].append(row.trend)
    return columns


def _live(lines: Iterable[LineRow]) -> dict[str, dict[str, object]]:
    counted: Counter[str] = Counter()
    euros: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        if line.lifecycle == Lifecycle.LIVE and line.covered and line.pace:
            counted[line.pace] += 1
            euros[line.pace] += line.value_at_risk_eur or Decimal(0)
    return {str(pace): {"lines": counted[pace], "eur": euros[pace]} for pace in wording.PACES}


def _piles(data: PageData) -> list[dict[str, object]]:
    """How many disagreements of each kind; those about lines that were not fully fetched are told apart."""
    counted = Counter(row.kind_of_issue for row in data.reconciliation)
    unfetched = Counter(
        row.kind_of_issue for row in data.reconciliation if row.detail.get("covered") is False
    )
    known = {line.id for line in data.lines}
    lines: dict[str, set[UUID]] = defaultdict(set)
    for row in data.reconciliation:
        if row.line_id in known:
            lines[row.kind_of_issue].add(row.line_id)
    return [
        {"kind_of_issue": kind, "count": count, "unfetched": unfetched[kind], "lines": len(lines[kind])}
        for kind, count in counted.most_common()
    ]


def fresh(freshness: Freshness, made_at: datetime, as_of: date, zone: ZoneInfo) -> dict[str, object]:
    """The part of the head that may change while all figures stay as they are."""
    told = {name: value for name, value in asdict(freshness).items() if name != "gaps"}
    return {
        "made_at": made_at,
        "renewed_by": renewed_by(made_at, as_of, zone, hourly=freshness.asked),
        "freshness": {
            **told,
            "failure": freshness.failure and in_each(Sentence(retold, (freshness.failure,))),
            "gaps": day_ranges(gap.day for gap in freshness.gaps),
            "doubt_note": in_each(Sentence(wording.doubt_note, (freshness,))),
        },
    }


def renewed_by(made_at: datetime, as_of: date, zone: ZoneInfo, *, hourly: bool) -> datetime | None:
    """When a page of today should have been made again, with half an hour for the making; None for other days' pages.

    Delivery is asked for five minutes after each hour; where nobody is asked, the page still changes with the day.
    """
    local = made_at.astimezone(zone)
    if local.date() != as_of:
        return None
    hour = local.replace(minute=0, second=0, microsecond=0).astimezone(UTC)
    if hourly:
        return hour + (AT_MINUTE if local.minute < 5 else timedelta(hours=1) + AT_MINUTE) + TO_MAKE
    tomorrow = datetime.combine(as_of + timedelta(days=1), time.min, zone)
    return tomorrow.astimezone(UTC) + AT_MINUTE + TO_MAKE


def day_ranges(days: Iterable[date]) -> list[tuple[date, date]]:
    """Days as unbroken ranges, first and last inclusive, oldest first."""
    ranges: list[tuple[date, date]] = []
    for day in sorted(set(days)):
        if ranges and (day - ranges[-1][1]).days == 1:
            ranges[-1] = ranges[-1][0], day
        else:
            ranges.append((day, day))
    return ranges


def _strangers(data: PageData) -> dict[str, int] | None:
    """How many lines' ids reporting does not know, if that is most of them while it knows ids of no line."""
    orphans = sum(row.kind_of_issue == "orphan" for row in data.reconciliation)
    begun = [line for line in data.lines if line.lifecycle not in NEVER_JUDGED and line.days_fetched]
    unknown = sum(line.band == Band.NO_DATA for line in begun)
    return (
        {"lines": unknown, "of": len(begun), "orphans": orphans}
        if orphans and 2 * unknown > len(begun)
        else None
    )


def _words(rules: FulfillmentRules) -> dict[str, dict[str, dict[str, str]]]:
    """By language and group: the words of codes and tiles."""
    words = {}
    for language in Language:
        with speaking(language):
            tiles = {shown["title"]: currencies.in_home(word(shown["title"])) for shown in figures.tiles()}
            words[str(language)] = {**wording.page_words(rules.bands), "tiles": tiles}
    return words


def head(data: PageData, rules: FulfillmentRules, made_at: datetime, left_out: int) -> dict[str, object]:
    """What the first level needs, uncompressed, so that it is drawn at once."""
    by_id = {line.id: line for line in data.lines}
    # One that starts today has no day to be judged by yet.
    begun = [
        line
        for line in data.lines
        if line.lifecycle not in NEVER_JUDGED and (line.elapsed_days or not line.covered)
    ]
    cancelled = sum(line.lifecycle == Lifecycle.CANCELLED for line in data.lines)
    return {
        "as_of": data.as_of,
        **fresh(data.freshness, made_at, data.as_of, ZoneInfo(data.timezone)),
        "timezone": data.timezone,
        "currency": {"code": currencies.counted_in(), "sign": currencies.sign()},
        "known": data.known,
        "language": spoken(),
        "words": _words(rules),
        "tiles": figures.tiles(),
        "no_zero": figures.NO_ZERO,
        "windows": [asdict(row) for row in data.windows],
        "trend": _trend(data),
        "losses": [asdict(row) for row in data.losses],
        "attention": [
            {
                "id": item.line_id,
                "reason": in_each(item.reason),
                "value_at_risk_eur": item.value_at_risk_eur,
                "name": by_id[item.line_id].name,
                "kind": by_id[item.line_id].kind,
                "purchase_type": by_id[item.line_id].purchase_type,
            }
            for item in data.attention[: payload.MOST_ATTENTION]
        ],
        "attention_count": len(data.attention),
        "unlikely": [
            {"id": row.line_id, "name": by_id[row.line_id].name, "reason": in_each(row.reason)}
            for row in data.unlikely[: payload.MOST_ATTENTION]
        ],
        "unlikely_count": len(data.unlikely),
        "looked_back": data.looked_back,
        "least_line_days": LEAST_LINE_DAYS,
        "incidents": [asdict(row) for row in data.incidents],
        "strangers": _strangers(data),
        "live": _live(data.lines),
        "reconciliation": _piles(data),
        "coverage": {
            "begun": len(begun),
            "judged": sum(line.covered for line in begun),
            "scheduled": len(data.lines) - len(begun) - cancelled,
            "reported": sum(line.band != Band.NO_DATA for line in begun),
        },
        "uploads": [{"file_name": u.file_name, "received_at": u.received_at} for u in data.uploads],
        "left_out": left_out,
        "reconciliation_sheet": word("Reconciliation"),
        "limits": {
            "pct": [
                float(limit) for limit in (rules.bands.goal_met, rules.bands.near_goal, rules.bands.moderate)
            ],
            "pace": [float(rules.behind_below)],
        },
    }


def as_json(content: object) -> Markup:
    """JSON that may stand in a script element; decimals as exact text."""
    text = orjson.dumps(content, default=_text, option=orjson.OPT_UTC_Z).decode("utf-8")
    return Markup(text.replace("<", "\\u003c"))
