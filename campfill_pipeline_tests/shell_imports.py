"""What the door and `campfill` commands import, most of it when it is first needed, for the process shell.py forks."""

import alembic.command as alembic_command
import holidays.countries as holidays_countries
import pandera.backends.pandas.register as pandera_register
import pandera.strategies.pandas_strategies as pandera_strategies
import rich.traceback as rich_traceback
import upath.implementations.local as upath_local
from babel.messages import pofile

from campfill_pipeline import cli
from campfill_pipeline.commands import ingest
from campfill_pipeline.defs import build, local_runs, storage
from campfill_pipeline.defs import ingest as defs_ingest
from campfill_pipeline.defs.assets import delivery, uploads
from campfill_pipeline.door import server

__all__ = [
    "alembic_command",
    "build",
    "cli",
    "defs_ingest",
    "delivery",
    "holidays_countries",
    "ingest",
    "local_runs",
    "pandera_register",
    "pandera_strategies",
    "pofile",
    "rich_traceback",
    "server",
    "storage",
    "upath_local",
    "uploads",
]  # fmt: skip
