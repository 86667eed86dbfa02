"""The labs there are, in the order of the course."""

from __future__ import annotations

from campfill_pipeline.lab.frame import Lab
from campfill_pipeline.lab.labs.bad_row.lab import BadRow
from campfill_pipeline.lab.labs.big_file.lab import BigFile
from campfill_pipeline.lab.labs.dead_run.lab import DeadRun
from campfill_pipeline.lab.labs.in_the_background.lab import InTheBackground
from campfill_pipeline.lab.labs.line_301.lab import Line301
from campfill_pipeline.lab.labs.money.lab import Money
from campfill_pipeline.lab.labs.one_file.lab import OneFile
from campfill_pipeline.lab.labs.random_keys.lab import RandomKeys
from campfill_pipeline.lab.labs.same_file_twice.lab import SameFileTwice
from campfill_pipeline.lab.labs.wrong_formula.lab import WrongFormula
from campfill_pipeline.lab.labs.wrong_grain.lab import WrongGrain
from campfill_pipeline.lab.labs.wrong_number.lab import WrongNumber

LABS: tuple[Lab, ...] = (
    OneFile(),
    BigFile(),
    InTheBackground(),
    SameFileTwice(),
    BadRow(),
    Money(),
    RandomKeys(),
    WrongGrain(),
    DeadRun(),
    Line301(),
    WrongNumber(),
    WrongFormula(),
)
