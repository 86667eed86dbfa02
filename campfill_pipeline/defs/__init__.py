"""Dagster: assets, checks, jobs, sensors, schedules, resources.

Belongs here: wiring between the rooms and what the web UI shows. Does not belong here: rules, SQL, parsing.
"""

import warnings

# Dagster announces its own beta and preview features (single-run backfills, partitioned checks), which we use
# knowingly; the notices tell users nothing they could mend.
warnings.filterwarnings("ignore", message=r".*is currently in (beta|preview)")
