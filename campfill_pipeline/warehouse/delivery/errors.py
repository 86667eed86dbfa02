"""What can be wrong with delivery that is to be stored, each with its facts and the mend.

Belongs here: the exceptions of the delivery modules. Does not belong here: anything that raises them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from campfill_pipeline.domain.errors import CampfillError
from campfill_pipeline.domain.row_identities import named
from campfill_pipeline.language.speaking import say


class DeliveryError(CampfillError):
    """Delivery was not stored, or stored delivery cannot be read; nothing was changed."""


@dataclass(frozen=True)
class Contradiction:
    """One identity that came with different figures in the same answer; `impressions` as they came."""

    hour_utc: datetime
    site: str
    campaign_id: str | None
    deal_id: str | None
    impressions: tuple[Decimal, ...]

    def __str__(self) -> str:
        told = {"identity": named(vars(self)), "figures": " / ".join(map(str, self.impressions))}
        if len(set(self.impressions)) > 1:
            return say("{identity}: {figures} impressions", **told)
        return say("{identity}: {figures} impressions, other figures differ", **told)


class ContradictingRowsError(DeliveryError):
    """The same hour, site, campaign and deal came twice with different figures: which one holds cannot be known."""

    def __init__(self, source: str, total: int, examples: Sequence[Contradiction]) -> None:
        self.source, self.total, self.examples = source, total, tuple(examples)
        listed = "; ".join(str(example) for example in examples)
        mend = (
            "Fetch the day again; if it stays so, ask the owner of the reporting API."
            if not source.startswith("csv")
            else "Export the report again, with one row for each hour, campaign and deal."
        )
        super().__init__(
            f"{total} rows contradict others of the same answer, so none was stored: {listed}.", mend
        )


class DividedRowsError(DeliveryError):
    """Rows have the hour, site, campaign and deal of others, but say something else in columns that are not read."""

    def __init__(self, day: date, rows: int, columns: Sequence[str], keys: Sequence[str]) -> None:
        self.day, self.rows, self.columns, self.keys = day, rows, tuple(columns), tuple(keys)
        named = ", ".join(f"“{name}”" for name in columns[:12])
        beside = f" Of {'; '.join(keys)}." if keys else ""
        super().__init__(
            f"{rows:,} rows for {day} have the hour, site, campaign and deal of another row, but differ from it in "
            f"what the connector does not read ({named}). They may be parts of one figure, so none was dropped or "
            f"added, and the day stays as it was.{beside}",
            'If they are parts, write `same_key = "sum"` into [detail] of the connector; if they are the same row told '
            'twice, `same_key = "once"`.',
        )


class SiteSumsError(DeliveryError):
    """Rows without a site came beside rows with sites of the same hour, campaign and deal: most likely their sum."""

    def __init__(self, day: date, places: Sequence[str]) -> None:
        self.day, self.places = day, tuple(places)
        listed = "; ".join(places[:10]) + (" …" if len(places) > 10 else "")
        super().__init__(
            f"For {day} {len(places):,} times a row without a site stands beside rows with sites of the same hour and "
            f"line: as a sum over them it would count twice, so the day stays as it was. {listed}.",
            "Ask the API for sites only, or leave the sums out (answer.drop_rows). If such rows are delivery of their "
            'own, write `without_site = "add"` into [detail] of the connector.',
        )


class SummedSiteError(DeliveryError):
    """One site has exactly what all the others have together: most likely it is their sum under a name of its own."""

    def __init__(self, day: date, site: str) -> None:
        self.day, self.site = day, site
        super().__init__(
            f"The site “{site}” has on {day} exactly the impressions of all other sites together: as their sum it "
            "would count twice, so the day stays as it was.",
            f"Ask the API for single sites only, or leave the sums out (answer.drop_rows). {_accept(day)}",
        )


def _accept(day: date) -> str:
    return f"If it is right, take it with `campfill refresh --from {day} --to {day} --accept`."


class CollapsedError(DeliveryError):
    """A day, or a part of it, would lose too many of its rows: more likely the answer is not whole."""

    def __init__(self, day: date, held: int, came: int, window: tuple[datetime, datetime] | None) -> None:
        self.day, self.held, self.came, self.window = day, held, came, window
        where = ""
        if window is not None:
            where = f" between {window[0]:%Y-%m-%dT%H:%MZ} and {window[1]:%Y-%m-%dT%H:%MZ}"
        super().__init__(
            f"{day} held {held:,} rows{where}, and the answer leaves {came:,}: it is hardly whole, so the day stays as "
            "it was.",
            f"Ask the owner of the reporting API. {_accept(day)}",
        )


class LostImpressionsError(DeliveryError):
    """The rows of a day came, but with so much less in them that they are hardly right."""

    def __init__(self, day: date, held: Decimal, left: Decimal) -> None:
        self.day, self.held, self.left = day, held, left
        super().__init__(
            f"{day} held {held:,.0f} impressions, and the answer leaves {left:,.0f}: it is hardly right, so the day "
            "stays as it was.",
            f"See whether the API's figures are still written as the connector says (values.numbers). {_accept(day)}",
        )


class GrownError(DeliveryError):
    """The rows of a finished day came with so much more in them that they are hardly in the same unit."""

    def __init__(self, day: date, held: Decimal, came: Decimal) -> None:
        self.day, self.held, self.came = day, held, came
        super().__init__(
            f"Rows of {day} held {held:,.0f} impressions, and the answer says {came:,.0f} for the same ones: it is "
            "hardly right, so the day stays as it was.",
            f"See whether the API's figures are still written as the connector says (values.numbers). {_accept(day)}",
        )


class LostLinesError(DeliveryError):
    """Single lines would lose too much of what the day holds for them: gone, or told under another id."""

    def __init__(self, day: date, lost: Sequence[tuple[str, Decimal, Decimal]]) -> None:
        self.day, self.lost = day, tuple(lost)
        listed = "; ".join(f"{line}: {held:,.0f}, now {left:,.0f}" for line, held, left in lost[:5])
        many = "One line" if len(lost) == 1 else f"{len(lost):,} lines"
        more = " …" if len(lost) > 5 else ""
        super().__init__(
            f"{many} would lose most of the impressions that {day} holds, though the rest of the day came: it is "
            f"hardly right, so the day stays as it was. {listed}{more}.",
            "See whether the API names its campaigns and deals by the same ids as before, and ask its owner. "
            f"{_accept(day)}",
        )


class LostSitesError(DeliveryError):
    """Single sites would lose most of what the day holds for them, and no other site has it now."""

    def __init__(self, day: date, lost: Sequence[tuple[str, Decimal, Decimal]]) -> None:
        self.day, self.lost = day, tuple(lost)
        listed = "; ".join(f"“{site}”: {held:,.0f}, now {left:,.0f}" for site, held, left in lost[:5])
        many = "One site" if len(lost) == 1 else f"{len(lost):,} sites"
        more = " …" if len(lost) > 5 else ""
        super().__init__(
            f"{many} would lose most of the rows that {day} holds, though the rest of the day came: it is hardly "
            f"right, so the day stays as it was. {listed}{more}.",
            f"See whether the API still gives all sites to this token, and ask its owner. {_accept(day)}",
        )


class UnlikeDaysError(DeliveryError):
    """A day came with so much more in each row than the days before that it is hardly in the same unit."""

    def __init__(self, day: date, usual: Decimal, came: Decimal) -> None:
        self.day, self.usual, self.came = day, usual, came
        super().__init__(
            f"The rows of {day} hold {came:,.0f} impressions, and as many rows of the same campaigns and deals held "
            f"{usual:,.0f} on the seven days before: it is hardly right, so nothing of it was stored.",
            f"See whether the API's figures are still written as the connector says (values.numbers). {_accept(day)}",
        )


class RefusedLinesError(DeliveryError):
    """All rows of a line were refused, and nothing of it is stored: the day would show it without delivery."""

    def __init__(self, day: date, ids: Sequence[str], example: str) -> None:
        self.day, self.ids, self.example = day, tuple(ids), example
        listed = ", ".join(ids[:5]) + (" …" if len(ids) > 5 else "")
        super().__init__(
            f"No row of {listed} for {day} could be read, and nothing is stored of it: without them it would seem to "
            f"have delivered nothing. The first: {example}",
            f"Compare these rows of the API's answer with the connector. {_accept(day)}",
        )


class RefusedRowsError(DeliveryError):
    """So many rows of a window could not be read that the others are not believed either."""

    def __init__(self, day: date, came: int, refused: int, example: str) -> None:
        self.day, self.came, self.refused, self.example = day, came, refused, example
        which = "None of the" if refused >= came else f"{refused:,} of the"
        could = "could be read" if refused >= came else "could not be read"
        super().__init__(
            f"{which} {came:,} rows for {day} {could}, so the day stays as it was. The first: {example}",
            f"Compare the connector's columns and time zone with the API's answer. {_accept(day)}",
        )


class MissingColumnError(DeliveryError):
    """A column without which no row can be read is in none of them: it was renamed, or taken away."""

    def __init__(self, day: date, columns: Sequence[str], found: Sequence[str]) -> None:
        self.day, self.columns, self.found = day, tuple(columns), tuple(found)
        named = ", ".join(f"“{name}”" for name in columns)
        others = ", ".join(f"“{name}”" for name in found[:12])
        beside = f" There are columns that the connector does not know: {others}." if found else ""
        super().__init__(
            f"No row for {day} has the column {named}, so the day stays as it was.{beside}",
            "Name it as the API does now in the connector's columns.",
        )


class ShiftedHoursError(DeliveryError):
    """As many hours came as were asked for, one after the other, but other ones: the source's clock is another."""

    def __init__(self, day: date, by: timedelta) -> None:
        self.day, self.by = day, by
        hours = abs(by) // timedelta(hours=1)
        many = "1 hour" if hours == 1 else f"{hours} hours"
        side = "later" if by > timedelta() else "earlier"
        super().__init__(
            f"The hours that came for {day} are the asked ones moved {many} {side}, as a whole: the reporting API "
            "counts in another time zone than the connector says. The day stays as it was.",
            f"Set values.time_zone in the connector, and how the window is asked for. {_accept(day)}",
        )


class RowsOutsideDayError(DeliveryError):
    """Rows do not belong to the local day they were fetched for."""

    def __init__(self, day: date, found: datetime, start: datetime, end: datetime) -> None:
        self.day, self.found, self.start, self.end = day, found, start, end
        super().__init__(
            f"An hour {found:%Y-%m-%dT%H:%MZ} came for the local day {day}, which is {start:%Y-%m-%dT%H:%MZ} until "
            f"{end:%Y-%m-%dT%H:%MZ}. Nothing was stored.",
            "Check the connector's window parameters and time zone.",
        )


class MonthDetachedError(DeliveryError):
    """Rows of a month that was detached from the hourly table cannot be replaced."""

    def __init__(self, month: date, table: str) -> None:
        self.month, self.table = month, table
        super().__init__(
            f"The hourly rows of {month:%Y-%m} were put aside in table {table}.",
            "Attach the month again before its days are fetched or read by the hour.",
        )


class FigureTooLargeError(DeliveryError):
    """A count is beyond what one site can do in one hour, and beyond what is stored."""

    def __init__(self, column: str, value: int) -> None:
        self.column, self.value = column, value
        super().__init__(
            f"{column} of {value} in one hour at one site is beyond 2,147,483,647 and cannot be right. "
            "Nothing was stored.",
            "Check the connector's mapping of this column.",
        )


class MixedGrainsError(DeliveryError):
    """Days of an export are known by hours from another, or the other way round: they must not stand side by side."""

    def __init__(self, *, by_day: bool, days: Sequence[date]) -> None:
        self.by_day, self.days = by_day, tuple(days)
        mine, other = ("whole days", "hours") if by_day else ("hours", "whole days")
        listed = ", ".join(day.isoformat() for day in days[:5]) + (" …" if len(days) > 5 else "")
        super().__init__(
            f"The export tells {mine}, and exports that are stored tell the same campaigns by {other}: {listed}. "
            "Together they would count twice.",
            "Undo the other export first (campfill revert), or export the same grain again.",
        )
