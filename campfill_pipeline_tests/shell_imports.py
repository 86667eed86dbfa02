"""What `campfill` commands import, most of it when it is first needed, for the process that shell.py forks from."""

import pandera.backends.pandas.register as pandera_register

from campfill_pipeline import cli
from campfill_pipeline.commands import ingest
from campfill_pipeline.defs import build, local_runs
from campfill_pipeline.defs.assets import delivery, uploads

__all__ = ["build", "cli", "delivery", "ingest", "local_runs", "pandera_register", "uploads"]
