"""The faults of the simulated campaign list, and the truth that a reader of the list should arrive at.

Belongs here: which rows are damaged and how. Does not belong here: writing the file (`campaign_list`).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from campfill_pipeline.domain.kinds import LineKind
from campfill_pipeline.simulator.notations import Cell
from campfill_pipeline.simulator.roster import WorldLine
from campfill_pipeline.simulator.world import World


@dataclass(frozen=True, slots=True)
class ListFault:
    """An issue that a reader of the list has to find. `row` counts from 1 in the sheet, `field` names the
    column.
    """

    row: int
    field: str
    code: str
    severity: str


@dataclass(frozen=True)
class ListTruth:
    """What is in a list: the lines to be accepted, as they are to be read, the faults, and the counts of
    rows.
    """

    accepted: dict[str, WorldLine]
    faults: tuple[ListFault, ...]
    rows_read: int
    rows_rejected: int
    rows_skipped: int


@dataclass(frozen=True, slots=True)
class Damage:
    """A value that cannot be read, and the issue it leads to."""

    field: str
    value: Cell
    code: str


DAMAGES: tuple[Damage, ...] = (
    Damage("impression_goal", "abc", "not_a_number"),
    Damage("impression_goal", 1000.5, "not_whole"),
    Damage("impression_goal", "#REF!", "error_cell"),
    Damage("impression_goal", "=1/0", "error_cell"),
    Damage("impression_goal", 0, "out_of_range"),
    Damage("impression_goal", "3.000.000.000", "out_of_range"),
    Damage("budget_eur", "1,5 Mio", "not_a_number"),
    Damage("budget_eur", "12.345", "ambiguous_number"),
    Damage("cpm_eur", "12%", "not_a_number"),
    Damage("runtime", "04.-06.09.2025", "runtime_format"),
    Damage("runtime", "01.09.2025-31.09.2025", "runtime_no_such_date"),
    Damage("runtime", "30.09.2025-01.09.2025", "runtime_reversed"),
    Damage("id", None, "missing_value"),
    Damage("id", "order 11573, position 6", "not_a_uuid"),
    Damage("buyer", None, "missing_value"),
    Damage("name", "   ", "missing_value"),
)


@dataclass(frozen=True)
class Marks:
    """Which lines are written with a fault, by line id; the same in every version."""

    damages: dict[str, Damage]
    rounded: frozenset[str]
    repeated: frozenset[str]
    contradicted: str
    near_misses: dict[str, str]


_NEAR_MISSES = ("not set", "NOT SET", "Not Set")


def budget_mismatched(line: WorldLine) -> bool:
    """Is the budget more than 2 % off goal times price?"""
    fair = Decimal(line.goal) / 1000 * line.cpm
    return line.budget is not None and abs(line.budget - fair) > Decimal("0.02") * fair


def make_marks(world: World) -> Marks:
    """Faulty are only lines that ended long ago, so that the demo's figures are whole."""
    rng = np.random.default_rng([world.seed, 8])
    sound = [line for line in world.lines if line.era == "past" and not budget_mismatched(line)]
    picks = [sound[int(i)] for i in rng.permutation(len(sound))]
    damaged, picks = picks[: len(DAMAGES)], picks[len(DAMAGES) :]
    return Marks(
        damages={line.id: damage for line, damage in zip(damaged, DAMAGES, strict=True)},
        rounded=frozenset(line.id for line in picks[:2]),
        repeated=frozenset(line.id for line in picks[2:4]),
        contradicted=picks[4].id,
        near_misses=dict(
            zip((x.id for x in picks[5:] if x.kind == LineKind.CAMPAIGN), _NEAR_MISSES, strict=False)
        ),
    )
