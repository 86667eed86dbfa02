"""What housekeeping keeps, and for how long.

Belongs here: the rules, as numbers with their reasons. Does not belong here: deleting (`defs/maintenance.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta


@dataclass(frozen=True)
class HousekeepingRules:
    """How long Dagster's lists and the receipts reach back. Ledger, register, delivery and archive are never pruned."""

    run_days: int = 7
    """Finished runs. One that made an asset's or a partition's latest state stays for as long as that is looked at."""
    step_days: int = 2
    """What runs that went well did step by step, and the history of each check; what a run made, and what its checks
    said of it, stays on the run's page as long as runs stay. Of one that stays longer, only what is the latest."""
    upload_days: int = 14
    """Partitions of decided uploads in the web UI; the ledger and `campfill status` know every upload for ever."""
    delivery_days: int = 400
    """The latest fetch of each local day: a year, and the month before it to compare with."""
    skipped_tick_days: int = 1
    tick_days: int = 30
    receipt_days: int = 400
    """Receipts, counted from the moment their upload was decided; the originals stay in the archive."""
    notice_days: int = 400
    """What people were told, counted from the moment it was over."""
    months_ahead: int = 2
    """Months of report rows that are made before the first row comes."""
    closed_days: int = 35
    """Months of report rows that ended so long ago are packed: longer than corrections usually come, and than the
    days that causes look back. A later one is stored as ever, and its rows are packed again the night after."""
    vacuum_share: float = 0.2
    """A table is vacuumed when this share of it is dead."""
    rewrite_share: float = 0.5
    """A table of Dagster's is written anew, and its room given back, when this share of its rows went at once."""

    def partition_is_looked_at(self, partition: str, uploads: frozenset[str], today: date) -> bool:
        """Whether people still look at a partition: an upload that has not gone, or a local day that is recent."""
        try:
            day = date.fromisoformat(partition)
        except ValueError:
            return partition in uploads
        return day >= today - timedelta(days=self.delivery_days)

    def closed_before(self, today: date, restate_days: int) -> date:
        """Months that were over before this day are closed; never one that is still fetched again every night."""
        return today - timedelta(days=max(self.closed_days, restate_days + 1))

    def runs_before(self, now: datetime) -> datetime:
        """Finished runs that began before this moment may go."""
        return now - timedelta(days=self.run_days)

    def steps_before(self, now: datetime) -> datetime:
        """Of runs that began before this moment and went well, the single steps go."""
        return now - timedelta(days=self.step_days)

    def uploads_before(self, now: datetime) -> datetime:
        """Partitions of uploads decided before this moment go."""
        return now - timedelta(days=self.upload_days)

    def notices_before(self, now: datetime) -> datetime:
        """What was told and is over since before this moment goes."""
        return now - timedelta(days=self.notice_days)

    def receipts_before(self, now: datetime) -> datetime:
        """Receipts of uploads decided before this moment go."""
        return now - timedelta(days=self.receipt_days)
