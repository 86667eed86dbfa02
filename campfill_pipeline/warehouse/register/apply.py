"""The line register: applying a campaign list to it.

Belongs here: what is new, updated, unchanged, absent, and writing it. Does not belong here: undoing it
(`revert`), reading it (`changes`), judging rows (that was done before).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
import pyarrow as pa

from campfill_pipeline.domain.lines import WITHOUT_BUDGET
from campfill_pipeline.domain.uploads import UploadKind, UploadStatus
from campfill_pipeline.language import notation
from campfill_pipeline.language.speaking import say, say_many
from campfill_pipeline.warehouse.arrow_copy import copy_stream
from campfill_pipeline.warehouse.locks import REGISTER_LOCK
from campfill_pipeline.warehouse.register import ledger, revisions
from campfill_pipeline.warehouse.register.changes import LineChange as LineChange
from campfill_pipeline.warehouse.register.changes import changes as changes
from campfill_pipeline.warehouse.register.changes import history as history
from campfill_pipeline.warehouse.register.decision import Decision
from campfill_pipeline.warehouse.register.decision import JudgedList as JudgedList
from campfill_pipeline.warehouse.register.uploads import Upload

LIST_COLUMNS = (
    "sheet", "row_no", "id", "name", "kind", "buyer", "agency", "platform", "seat", "runtime", "start_date",
    "end_date", "impression_goal", "budget_eur", "cpm_eur", "placement", "advertiser",
)  # fmt: skip
LATER_COLUMNS = ("external_id", "cancelled")
_FEW_LINES = 1000  # of fewer the server need not know how they are spread
DEFAULT_TIMEZONE = ZoneInfo("Europe/Berlin")


@dataclass(frozen=True)
class ApplyResult:
    """What a list did to the register: new + updated + unchanged are its accepted rows.

    `notable` of the updated lines changed what was contracted; `absent` lines are newly missing from a full
    list; `status` is the upload's verdict; `notes` are sentences a person should read.
    """

    new: int
    updated: int
    unchanged: int
    notable: int
    absent: int
    status: UploadStatus
    notes: tuple[str, ...] = ()


def apply_list(
    conn: psycopg.Connection,
    upload: Upload,
    judged: JudgedList,
    *,
    now: datetime,
    timezone: ZoneInfo = DEFAULT_TIMEZONE,
) -> ApplyResult:
    """Bring the register to what a validated list says, with revisions, issues and the ledger's verdict.

    One transaction, whole or not at all; uploads that arrive at the same moment wait for each other.
    Raises LedgerError where the upload is decided already.
    """
    content_date = judged.content_date
    with conn.transaction():
        conn.execute("SELECT pg_advisory_xact_lock(%s)", [REGISTER_LOCK])
        if ledger.decide_if_duplicate(conn, upload, at=now):  # another process was quicker with these bytes
            return ApplyResult(0, 0, 0, 0, 0, UploadStatus.DUPLICATE)
        event_no = ledger.add_event(conn, "decided", upload.upload_id, now)
        values = {
            "upload_id": upload.upload_id, "order_no": upload.order_no, "event_no": event_no, "now": now,
            "received_at": upload.received_at, "today": upload.received_at.astimezone(timezone).date(),
            "also_listed": list(judged.also_listed), "content_date": content_date,
            "description": judged.description[0] if judged.description else "",
            **_without_budget(judged.lines),
        }  # fmt: skip

        run = revisions.runner(conn, "apply", values)
        revisions.prepare(conn)
        run("room")
        accepted = copy_stream(conn, judged.lines, "arriving", _told(judged.lines), position="position")
        if accepted > _FEW_LINES:
            run("analyze")
        if values["sheets"]:
            run("keep budgets")
        notes = [
            say(
                "Its content is of {day}, older than that of {file} ({other_day}), which was loaded before; what it "
                "says counts all the same, as it arrived later.",
                day=content_date,
                file=name,
                other_day=date,
            )
            for name, date in (run("newer").fetchall() if content_date else [])
        ]
        late = values["late"] = run("later").fetchone() == (True,)
        if late:
            overtaken = run("overtaken").rowcount
            run("seen earlier")
            notes += [*_left(overtaken), *_budgets_told(run("budgets told").rowcount)]
        returned = updated = notable = 0
        if run("touched").rowcount:
            revisions.write(conn, values, brought=True)
            returned, updated, notable = run("count").fetchall()[0]
        created = run("insert").fetchall()[0][0]
        absent, kept = _absences(run, late=late)
        notes += _lacked(absent, kept)
        revisions.finish(conn, event_no)
        new = created + returned
        if judged.notes is not None:
            notes = list(judged.notes)
        status = UploadStatus.PARTLY_LOADED if judged.counts.rejected else UploadStatus.LOADED
        unchanged = accepted - new - updated
        found = Decision(
            status=status, kind=UploadKind.CAMPAIGN_LIST, counts=judged.counts, changed=(new, updated, unchanged),
            content_date=content_date, notes=tuple(notes), issues=judged.issues,
            description=judged.description,
            detail={"notable": notable, "absent": absent},
        )  # fmt: skip
        ledger.decide(conn, upload.upload_id, found, at=now, event_no=event_no)
        return ApplyResult(new, updated, unchanged, notable, absent, status, tuple(notes))


def _absences(run: revisions.Run, *, late: bool) -> tuple[int, int]:
    """Note which lines the list names, and mark those it lacks; returns how many are newly absent, and how many stay
    as they are though the list does not name them, as it is only a part.
    """
    [(whole, kept)] = run("listing").fetchall()
    if late:  # lists that arrived later than this one may be judged otherwise now
        [(before,)] = run("absent").fetchall()
        run("judge again")
        [(after,)] = run("absent").fetchall()
        return max(int(after) - int(before), 0), 0
    absent = run("missing").rowcount if whole else 0
    return absent, int(kept)


def _lacked(absent: int, kept: int) -> list[str]:
    """What becomes of the lines that a list does not name, as somebody may have filtered it before saving."""
    notes = []
    if absent:
        notes.append(
            say_many(
                "{count} line that has not ended was in the list before and is not in this one: it is marked as "
                "absent. If the list was filtered, drop the whole one.",
                "{count} lines that have not ended were in the list before and are not in this one: they are marked "
                "as absent. If the list was filtered, drop the whole one.",
                absent,
                count=notation.number(absent),
            )
        )
    if kept:
        notes.append(
            say_many(
                "{count} line that has not ended is not in this list, which is taken for a part of all: it stays as "
                "it is.",
                "{count} lines that have not ended are not in this list, which is taken for a part of all: they stay "
                "as they are.",
                kept,
                count=notation.number(kept),
            )
        )
    return notes


def _left(overtaken: int) -> list[str]:
    if not overtaken:
        return []
    return [
        say_many(
            "{lines} line is left as a list that arrived later has set it already.",
            "{lines} lines are left as a list that arrived later has set them already.",
            overtaken,
            lines=notation.number(overtaken),
        )
    ]


def _budgets_told(lines: int) -> list[str]:
    if not lines:
        return []
    return [
        say_many(
            "The budget of {lines} of these lines counts: no list that arrived later says anything of it.",
            "The budgets of {lines} of these lines count: no list that arrived later says anything of it.",
            lines,
            lines=notation.number(lines),
        )
    ]


def _told(lines: Path) -> list[str]:
    """The columns of the register that a stream of lines holds: a stream made before some existed lacks them."""
    with pa.memory_map(str(lines)) as source, pa.ipc.open_stream(source) as reader:
        names = set(reader.schema.names)
    return [*LIST_COLUMNS, *(name for name in LATER_COLUMNS if name in names)]


def _without_budget(lines: Path) -> dict[str, list[str | None] | list[int]]:
    """The rows of a list without a budget column, as sheets with their first and last rows; empty where it has one."""
    with pa.memory_map(str(lines)) as source, pa.ipc.open_stream(source) as reader:
        told = json.loads((reader.schema.metadata or {}).get(WITHOUT_BUDGET, b"[]"))
    return {
        "sheets": [sheet for sheet, _, _ in told],
        "firsts": [first for _, first, _ in told],
        "lasts": [last for _, _, last in told],
    }
