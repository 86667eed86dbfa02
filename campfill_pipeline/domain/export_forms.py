"""Exports as advertising platforms write them: by which header each is known, and what its columns are.

Belongs here: the platforms' own column names, how they write dates, whether their rows are hours or days. Does not
belong here: reading files (intake/), verdicts on rows (intake/judge/exports.py).
Sources: docs/platforms.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from functools import cache, cached_property

from campfill_pipeline.domain.columns import Column, normal_header

_IN_ZONE = re.compile(r" \(in [a-z]{2,5}\)$")
_SLASHED = re.compile(r"\s*(\d{1,2})[/](\d{1,2})[/](\d{4})\b")


@dataclass(frozen=True)
class ExportForm:
    """One platform's export. `headers` are its columns by our fields, each with alternatives; `needed` are fields
    without which a header is another's. Numbers are written the English way unless the column shows otherwise.
    """

    name: str
    title: str
    headers: Mapping[str, tuple[str, ...]]
    needed: tuple[str, ...] = ("date", "campaign_id", "impressions")

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """Its columns, as a header is looked for."""
        return tuple(
            Column(field, names[0], required=field in self.needed) for field, names in self.headers.items()
        )

    @cached_property
    def _by_header(self) -> Mapping[str, Column]:
        return {normal_header(name): column for column in self.columns for name in self.headers[column.field]}

    def fits(self, plain: Set[str]) -> bool:
        """Whether headers (in the form in which they are compared) hold all that it needs."""
        known = {
            self._by_header[header].field for header in map(_any_zone, plain) if header in self._by_header
        }
        return known.issuperset(self.needed)

    def column(self, header: str) -> Column | None:
        """The column that this header means, or None."""
        return self._by_header.get(_any_zone(normal_header(header)))

    def preferred(self, field: str, headers: Mapping[int, str]) -> list[int]:
        """Of several columns that mean one field, by their places: those with the first of its alternatives."""
        names = [normal_header(name) for name in self.headers[field]]
        ranks = {index: names.index(_any_zone(normal_header(header))) for index, header in headers.items()}
        return [index for index, rank in ranks.items() if rank == min(ranks.values())]


def decimal_comma(headers: Iterable[str]) -> bool:
    """Whether these headers, of columns that were found, are words of a language that writes a decimal comma."""
    return any(normal_header(header) in _with_decimal_comma() for header in headers)


@cache
def _with_decimal_comma() -> frozenset[str]:
    words = (
        *_DAYS,
        *_CAMPAIGN_IDS,
        *_CAMPAIGNS,
        *_CAMPAIGN_NAMES,
        *_IMPRESSIONS,
        "Datum",
        "Werbebuchung",
        "Startdatum (in UTC)",
    )
    return frozenset(map(normal_header, words))


def _any_zone(normal: str) -> str:
    """A header in the form in which they are compared, with any zone that it names as UTC."""
    return _IN_ZONE.sub(" (in utc)", normal)


# As the platforms write them in German, French, Spanish, Italian and Dutch.
_DAYS = ("Tag", "Jour", "Día", "Giorno", "Dag")
_CAMPAIGN_IDS = (
    "Kampagnen-ID", "ID de la campagne", "ID de campagne", "ID de la campaña", "ID de campaña",
    "Identificador de la campaña", "ID campagna", "Campagne-ID",
)  # fmt: skip
_CAMPAIGNS = ("Kampagne", "Campagne", "Campaña", "Campagna")
_CAMPAIGN_NAMES = (
    "Kampagnenname", "Nom de la campagne", "Nombre de la campaña", "Nome della campagna", "Campagnenaam",
    "Naam van campagne",
)  # fmt: skip
_IMPRESSIONS = ("Impressionen", "Impresiones", "Impressioni", "Vertoningen", "Weergaven")
_HOURS = ("Hour", "Hour of day", "Stunde")
FORMS: tuple[ExportForm, ...] = (
    ExportForm(
        "gam",
        "Google Ad Manager report (CSV_DUMP)",
        {
            "date": ("Dimension.DATE",),
            "hour_of_day": ("Dimension.HOUR",),
            "campaign_id": ("Dimension.LINE_ITEM_ID",),
            "campaign_name": ("Dimension.LINE_ITEM_NAME",),
            "impressions": (
                "Column.TOTAL_LINE_ITEM_LEVEL_IMPRESSIONS",
                "Column.AD_SERVER_IMPRESSIONS",
                "Column.TOTAL_IMPRESSIONS",
            ),
            "site": ("Dimension.AD_UNIT_NAME", "Dimension.PLACEMENT_NAME"),
        },
    ),
    ExportForm(
        "dv360",
        "Display & Video 360 report",
        {
            "date": ("Date", "Datum"),
            "hour_of_day": ("Time of Day",),
            "campaign_id": ("Line Item ID", "Insertion Order ID", "Werbebuchungs-ID", "Anzeigenauftrags-ID"),
            "campaign_name": ("Line Item", "Insertion Order", "Werbebuchung", "Anzeigenauftrag"),
            "impressions": ("Impressions", "Impressionen"),
            "site": ("App/URL",),
        },
        needed=("date", "campaign_id", "campaign_name", "impressions"),
    ),
    ExportForm(
        "microsoft_advertising",
        "Microsoft Advertising report",
        {
            "date": ("TimePeriod", "Time period", "Gregorian date", "Gregorianisches Datum"),
            "hour_of_day": ("HourOfDay", "Hour of day"),
            "campaign_id": ("CampaignId", "Campaign ID", *_CAMPAIGN_IDS),
            "campaign_name": ("CampaignName", "Campaign name", "Campaign", *_CAMPAIGNS, *_CAMPAIGN_NAMES),
            "impressions": ("Impressions", *_IMPRESSIONS),
        },
    ),
    ExportForm(
        "meta",
        "Meta Ads Manager export",
        {
            "date": ("Day", *_DAYS),
            "hour_of_day": ("Time of day (ad account time zone)",),
            "campaign_id": ("Campaign ID", *_CAMPAIGN_IDS),
            "campaign_name": ("Campaign name", *_CAMPAIGN_NAMES),
            "impressions": ("Impressions", *_IMPRESSIONS),
        },
        needed=("date", "campaign_id", "campaign_name", "impressions"),
    ),
    ExportForm(
        "linkedin",
        "LinkedIn Campaign Manager report",
        {
            "date": ("Start Date (in UTC)", "Date (in UTC)", "Startdatum (in UTC)"),
            "last_day": ("End Date (in UTC)", "Enddatum (in UTC)"),
            "campaign_id": ("Campaign ID", *_CAMPAIGN_IDS),
            "campaign_name": ("Campaign Name", *_CAMPAIGN_NAMES),
            "impressions": ("Impressions", *_IMPRESSIONS),
        },
        needed=("date", "campaign_id", "campaign_name", "impressions"),
    ),
    ExportForm(
        "google_ads",
        "Google Ads report",
        {
            "date": ("Day", *_DAYS),
            "hour_of_day": ("Hour of the day", *_HOURS),
            "campaign_id": ("Campaign ID", *_CAMPAIGN_IDS),
            "campaign_name": ("Campaign", *_CAMPAIGNS),
            "impressions": ("Impr.", "Impressions", *_IMPRESSIONS),
        },
        needed=("date", "campaign_id", "campaign_name", "impressions"),
    ),
    ExportForm(
        "xandr",
        "Xandr (Microsoft Monetize) report",
        {
            "date": ("hour", "day"),
            "campaign_id": ("line_item_id", "insertion_order_id"),
            "campaign_name": ("line_item_name", "line_item", "insertion_order_name"),
            "deal_id": ("deal_id",),
            "deal_name": ("deal_name",),
            "impressions": ("imps",),
            "site": ("placement_name", "site_name"),
        },
    ),
    ExportForm(
        "ga4",
        "Google Analytics 4 export",
        {
            "date": ("Date", "Date + hour (YYYYMMDDHH)", "dateHour"),
            "hour_of_day": ("Hour",),
            "campaign_id": ("Session campaign ID", "Campaign ID", "Session Google Ads campaign ID"),
            "campaign_name": ("Session campaign", "Campaign"),
            "impressions": ("Publisher ad impressions", "Ad impressions", "Impressions"),
        },
    ),
)
"""Tried in this order; a header with more of a form's columns is the better one (intake/layout.py)."""

_BY_NAME = {form.name: form for form in FORMS}
_BASE = ("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%Y%m%d")
_TIMES = ("", " %H:%M:%S", " %H:%M", "T%H:%M:%S", " %H")
_MONTH_FIRST, _DAY_FIRST = "%m/%d/%Y", "%d/%m/%Y"
_HAS_TIME = re.compile(r"\d[T ]\d{1,2}(:|$)|^\s*\d{10}\s*$")
_LEADING_HOUR = re.compile(r"\s*(\d{1,2})(?=\D|$)(?::\d{2})*\s*(?:([ap])\.?m\b)?", re.I)


def form_named(name: str | None) -> ExportForm | None:
    """The form of this name; None where it is no platform's."""
    return _BY_NAME.get(name or "")


def date_patterns(texts: Iterable[str | None]) -> tuple[str, ...]:
    """How the dates of one column are written, by all of them together.

    04/08/2025 is April or August; where nothing in the column shows which, no pattern reads it: nothing is guessed.
    """
    firsts, seconds = 0, 0
    for text in texts:
        match = _SLASHED.match(text or "")
        if match is not None:
            firsts, seconds = max(firsts, int(match[1])), max(seconds, int(match[2]))
    days = list(_BASE)
    if firsts > 12 >= seconds:
        days.append(_DAY_FIRST)
    if seconds > 12 >= firsts:
        days.append(_MONTH_FIRST)
    return (*(day + time for day in days for time in _TIMES), "%Y%m%d%H")


def has_time(text: str | None) -> bool:
    """Whether a date names an hour, too."""
    return text is not None and _HAS_TIME.search(text) is not None


def with_hour(day: str | None, hour: str | None) -> str | None:
    """A platform's date and hour of two columns as one text; the hour may be a span (`07:00:00 - 07:59:59`)."""
    if day is None or hour is None or not day.strip() or not hour.strip():
        return None
    match = _LEADING_HOUR.match(hour)
    if match is None:
        return f"{day} and {hour}"
    number, half = int(match[1]), match[2]
    if half is not None:
        number = number % 12 + 12 * (half in "pP") if 1 <= number <= 12 else 99
    return f"{day.strip()[:10]} {number:02}"
