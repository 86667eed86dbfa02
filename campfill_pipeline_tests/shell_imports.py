"""What the door and `campfill` commands import, most of it when it is first needed, for the process shell.py forks."""

import pandera.backends.pandas.register as pandera_register

from campfill_pipeline import cli
from campfill_pipeline.commands import ingest
from campfill_pipeline.defs import build, local_runs
from campfill_pipeline.defs.assets import delivery, uploads
from campfill_pipeline.door import server

__all__ = ["build", "cli", "delivery", "ingest", "local_runs", "pandera_register", "server", "uploads"]
