"""The accounts that one connector asks for, each in its own time zone.

Belongs here: which accounts there are, and how times of each are read. Does not belong here: asking (client.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from campfill_pipeline.domain.report_rows import Notation
from campfill_pipeline.reporting.description import templates
from campfill_pipeline.reporting.description.columns import zone_named
from campfill_pipeline.reporting.description.connector import Connector
from campfill_pipeline.reporting.errors import ReportingError


@dataclass(frozen=True)
class Account:
    """One account: its part of the templates, and how its times and numbers are written. Its windows are in `zone`."""

    names: Mapping[str, object]
    zone: ZoneInfo
    notation: Notation


def whole_days(start: datetime, end: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The hours of all days of a zone that a window touches."""
    first = start.astimezone(zone).date()
    last = (end - timedelta(microseconds=1)).astimezone(zone).date() + timedelta(days=1)
    return (
        datetime.combine(first, time(), zone).astimezone(UTC),
        datetime.combine(last, time(), zone).astimezone(UTC),
    )


def named(connector: Connector, names: Mapping[str, object], days: ZoneInfo | None) -> tuple[Account, ...]:
    """The accounts, or one without a name where the description knows of none.

    `days` is the zone in which delivery days are counted: a whole day is named, not timed, and is stored as the first
    hour of the local day of that name. Raises ReportingError.
    """
    described = connector.accounts
    if described is None:
        return (_account(connector, {}, _zone(connector, names), days),)
    listed = described.ids
    ids = [str(templates.fill(item, names)) for item in ([listed] if isinstance(listed, str) else listed)]
    if isinstance(listed, str):
        ids = [part.strip() for part in ids[0].split(",")]
    ids = list(dict.fromkeys(one for one in ids if one))
    if not ids:
        raise ReportingError(
            "No account is named that the reporting API could be asked for.",
            mend="Fill accounts.ids of the connector, or the variable it names.",
            connector=connector.name,
        )
    own = {account: zone_named(zone) for account, zone in described.time_zones.items()}
    usual = _zone(connector, names)
    return tuple(
        _account(connector, {"account": templates.FromApi(account)}, own.get(account, usual), days)
        for account in ids
    )


def _zone(connector: Connector, names: Mapping[str, object]) -> ZoneInfo:
    try:
        return zone_named(str(templates.fill(connector.values.time_zone, names)))
    except ValueError as error:
        raise ReportingError(
            f"values.time_zone: {error}.",
            mend="Correct the variable that holds it.",
            connector=connector.name,
        ) from None


def _account(
    connector: Connector, names: Mapping[str, object], zone: ZoneInfo, days: ZoneInfo | None
) -> Account:
    values = connector.values
    zone = (days or zone) if values.granularity == "day" else zone
    return Account(names, zone, values.notation(zone, connector.detail.columns["hour"].pattern))
