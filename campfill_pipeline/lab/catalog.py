"""The labs there are, in the order of the course."""

from __future__ import annotations

from campfill_pipeline.lab.frame import Lab
from campfill_pipeline.lab.labs.bad_row.lab import BadRow
from campfill_pipeline.lab.labs.same_file_twice.lab import SameFileTwice

LABS: tuple[Lab, ...] = (SameFileTwice(), BadRow())
