"""The job that makes a backup every night and proves it. A job of an op, not an asset: it makes nothing to look at."""

import shutil
from datetime import datetime

import dagster as dg

from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.domain import disk_room
from campfill_pipeline.settings import Settings, SettingsError
from campfill_pipeline.storage import originals
from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.postgres import housekeeping, kept_backups
from campfill_pipeline.warehouse.postgres.kept_backups import Made
from campfill_pipeline.warehouse.readers import status

BACKUP_JOB = "backup"


def back_up(settings: Settings, url: str, *, now: datetime) -> Made:
    """One proven backup in the folder of the settings. Raises SettingsError where no folder is set."""
    if settings.backup_dir is None:
        raise SettingsError(
            "CAMPFILL_BACKUP_DIR",
            "",
            "give a folder for backups in .env, best on another disk, then try again",
        )
    with database.connect(url) as connection:
        names = status.archived(connection)
    _check_room(settings, url)
    originals.bring_all(settings, names)
    return kept_backups.make(
        url,
        settings.archive,
        settings.backup_dir,
        settings.work / "backup-trial",
        settings.backup_keep,
        now=now,
    )


def _check_room(settings: Settings, url: str) -> None:
    """Raise KeptBackupError where the copy that proves the backup would fill the disk on which the database lives."""
    needed = housekeeping.size(url) + disk_room.LEAST_BYTES
    free = shutil.disk_usage(settings.home).free
    if free < needed:
        raise kept_backups.KeptBackupError(
            f"No backup was made: to prove one, {needed / 1e6:,.0f} MB are needed for a while where CAMPFILL_HOME lies "
            f"({settings.home}), and {free / 1e6:,.0f} MB are free.",
            "Make room there. Older backups are as they were, and the next night tries again.",
        )


@dg.op(required_resource_keys={"campfill"})
def back_up_the_home(context: dg.OpExecutionContext) -> None:
    """Write a backup, put it back on a server of its own, compare every table; then let go of old ones by the rule."""
    campfill: Campfill = context.resources.campfill
    made = back_up(campfill.settings, campfill.url, now=campfill.clock())
    context.add_output_metadata(
        {
            "file": str(made.backup.file),
            "bytes": made.backup.size,
            "tables compared": len(made.backup.tables),
            "rows compared": made.backup.rows,
            "originals copied": made.originals_copied,
            "originals lost": made.originals_lost,
            "no longer kept": ", ".join(made.gone) or "none",
        }
    )


@dg.job(
    name=BACKUP_JOB,
    executor_def=dg.in_process_executor,
    description="A backup of every night, restored elsewhere and compared. Now: campfill db backup --auto",
)
def backup_job() -> None:
    """One op."""
    back_up_the_home()
