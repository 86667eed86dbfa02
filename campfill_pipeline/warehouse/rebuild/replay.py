"""Making every derived table again from the sources: archive, ledger events, report rows.

The ledger's events are replayed in their order into a schema of their own, the result is compared with what is there,
and takes its place at the end, in one transaction. Report rows, their restatements and the ledger's events are sources:
they stay, and the rows are attributed to the lines anew. Belongs here: replaying and swapping. Does not belong here:
reading an archived file (the caller's `validate` does it).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
from psycopg import sql

from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.domain.progress import Progress
from campfill_pipeline.domain.uploads import IN_FORCE, UploadKind
from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.counts import files as counts_files
from campfill_pipeline.warehouse.delivery import attribution, rollups
from campfill_pipeline.warehouse.delivery import zone as delivery_zone
from campfill_pipeline.warehouse.figures import fulfillment
from campfill_pipeline.warehouse.locks import REGISTER_LOCK
from campfill_pipeline.warehouse.rebuild.compare import Difference, compare
from campfill_pipeline.warehouse.register import apply, id_maps, ledger, revert
from campfill_pipeline.warehouse.register.uploads import Counts, Upload
from campfill_pipeline.warehouse.statements import query

REPLAY_SCHEMA = "campfill_rebuild"
REPLAYED = (
    "upload",
    "upload_issue",
    "upload_listing",
    "line_register",
    "line_history",
    "line_overtaken",
    "id_map",
    "second_count",
)
# What is computed from lines and delivery; compared before and after, but for when it was computed.
COMPUTED = (
    "fulfillment",
    "fulfillment_window",
    "fulfillment_trend",
    "shortfall_cause",
    "reconciliation",
    "site_week",
)
_OF_NO_LINES = (revert.is_export, revert.is_map, revert.is_care, counts_files.is_count)
"""Uploads whose taking back is a note in the ledger here: what they brought is a source."""
NOT_COMPARED = ("refreshed_at", "since", "seen_at")


@dataclass(frozen=True)
class Validated:
    """An archived file, read and judged again: Arrow streams and counts, as `JudgedList` takes them."""

    lines: Path
    issues: Path
    counts: Counts
    also_listed: Sequence[UUID] = ()


@dataclass(frozen=True)
class RebuildResult:
    """What was replayed, and every difference to what was there before; none is the normal case."""

    uploads: int
    lines: int
    revisions: int
    differences: tuple[Difference, ...]


Validate = Callable[[Upload], Validated]


def rebuild(
    url: str,
    validate: Validate,
    *,
    rules: FulfillmentRules,
    as_of: date,
    now: datetime,
    progress: Progress = lambda done, total: None,
) -> RebuildResult:
    """Replay everything, swap it in, and compute fulfillment as of `as_of` anew; uploads wait meanwhile.

    `validate` reads an upload's original from the archive. `progress(events done, events in all)`. Whatever is
    raised on the way, by `validate` too, leaves the tables as they were.
    """
    with database.connect(url, autocommit=True) as conn:
        conn.execute("SELECT pg_advisory_lock(%s)", [REGISTER_LOCK])
        _drop_replay(conn)
        database.migrate(url, schema=REPLAY_SCHEMA)
        try:
            done = _replay(conn, 0, validate, rules, progress)
            with conn.transaction():
                conn.execute("LOCK TABLE ledger_event IN SHARE ROW EXCLUSIVE MODE")
                _replay(conn, done, validate, rules, progress)  # what arrived while the rest was replayed
                _number_lines_as_before(conn)
                differences = compare(conn, database.SCHEMA, REPLAY_SCHEMA)
                delivery_zone.move(conn, rules.timezone)
                _keep_computed(conn, rules, as_of, now)
                _swap(conn)
                rollups.roll_up_all(conn, ZoneInfo(rules.timezone))
                attribution.attribute_all(conn)
                fulfillment.refresh(conn, rules, as_of=as_of, now=now, full=True)
                differences += _computed_differences(conn)
        finally:
            _drop_replay(conn)
        [(uploads, lines, revisions)] = conn.execute(
            "SELECT (SELECT count(*) FROM upload), (SELECT count(*) FROM line), (SELECT count(*) FROM revision)"
        ).fetchall()
        return RebuildResult(uploads, lines, revisions, tuple(differences))


def _drop_replay(conn: psycopg.Connection) -> None:
    conn.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(REPLAY_SCHEMA)))


def _replay(
    conn: psycopg.Connection, after: int, validate: Validate, rules: FulfillmentRules, progress: Progress
) -> int:
    """Replay the events after number `after`; return the last number."""
    events = conn.execute(
        "SELECT event_no, at, event, upload_id, detail FROM ledger_event WHERE event_no > %s ORDER BY event_no",
        [after],
    ).fetchall()
    conn.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(REPLAY_SCHEMA)))
    try:
        for done, (event_no, at, event, upload_id, detail) in enumerate(events, start=1):
            # The event that the replay writes gets its old number: revisions refer to it.
            conn.execute(
                "SELECT setval(pg_get_serial_sequence('ledger_event', 'event_no'), %s, false)", [event_no]
            )
            _replay_event(conn, event, at, upload_id, detail, validate, ZoneInfo(rules.timezone))
            progress(done, len(events))
    finally:
        if not conn.broken and conn.info.transaction_status != psycopg.pq.TransactionStatus.INERROR:
            conn.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(database.SCHEMA)))
    return events[-1][0] if events else after


def _replay_event(
    conn: psycopg.Connection,
    event: str,
    at: datetime,
    upload_id: UUID,
    detail: dict[str, Any],
    validate: Validate,
    timezone: ZoneInfo,
) -> None:
    if event == "arrived":
        conn.execute("SELECT setval(pg_get_serial_sequence('upload', 'seq'), %s, false)", [detail["seq"]])
        facts = ("sha256", "file_name", "file_bytes", "archived_as", "door")
        ledger.record_arrival(
            conn, upload_id=upload_id, received_at=at, **{fact: detail[fact] for fact in facts}
        )
    elif event == "attempted":
        ledger.begin_attempt(conn, upload_id, detail["run_id"], at=at)
    elif event == "interrupted":
        ledger.take_back_attempt(conn, detail["run_id"], upload_id=upload_id, at=at)
    elif event == "decided":
        _replay_decision(conn, at, ledger.get(conn, upload_id), detail, validate, timezone)
    elif event == "reverted":
        if any(of(conn, upload_id) for of in _OF_NO_LINES):
            revert.note_export(conn, upload_id, at, detail=detail)
        else:
            revert.revert(conn, upload_id, at)
    elif event == "retry_requested":
        ledger.ask_again(conn, upload_id, at=at)
    elif event == "receipt":
        ledger.set_receipt(conn, upload_id, detail["path"], at=at)


def _replay_decision(
    conn: psycopg.Connection,
    at: datetime,
    upload: Upload,
    detail: dict[str, Any],
    validate: Validate,
    timezone: ZoneInfo,
) -> None:
    content_date = detail["content_date"] and datetime.fromisoformat(detail["content_date"])
    status, kind = detail["status"], detail["kind"]
    if status in IN_FORCE and kind == UploadKind.CAMPAIGN_LIST:
        found = validate(upload)
        judged = apply.JudgedList(
            lines=found.lines, issues=found.issues, counts=found.counts, content_date=content_date,
            also_listed=found.also_listed, description=_description(detail), notes=tuple(detail["notes"]),
        )  # fmt: skip
        apply.apply_list(conn, upload, judged, now=at, timezone=timezone)
        return
    # Read again for its issues only; what was never readable, or given up, has none.
    again = validate(upload) if detail["rows_read"] is not None else None
    issues = None if again is None else again.issues
    if again is not None and status in IN_FORCE and kind == UploadKind.ID_MAP:
        id_maps.keep(conn, upload.upload_id, again.lines)
    if again is not None and status in IN_FORCE and kind == UploadKind.SECOND_COUNT:
        counts_files.keep(conn, upload.upload_id, again.lines)
    counts = None
    if detail["rows_read"] is not None:
        counts = Counts(*(detail[f"rows_{name}"] for name in ("read", "accepted", "rejected", "skipped")))
    changed = None
    if detail["rows_new"] is not None:
        changed = (detail["rows_new"], detail["rows_updated"], detail["rows_unchanged"])
    decision = ledger.Decision(
        status=status, kind=kind, reason=detail["reason"], message=detail["message"], hint=detail["hint"],
        counts=counts, changed=changed, content_date=content_date, notes=tuple(detail["notes"]), issues=issues,
        description=_description(detail),
        detail={name: detail[name] for name in ("duplicate_of",) if name in detail},
    )  # fmt: skip
    ledger.decide(conn, upload.upload_id, decision, at=at)


def _description(detail: dict[str, Any]) -> tuple[str, int] | None:
    """The list description of that decision; decisions made before there were any have none."""
    name, version = detail.get("description_name"), detail.get("description_version")
    return None if name is None or version is None else (str(name), int(version))


def _number_lines_as_before(conn: psycopg.Connection) -> None:
    """Give replayed lines the numbers that report rows know them by; lines never seen before get new ones."""
    conn.execute(
        f"CREATE TEMP TABLE number ON COMMIT DROP AS SELECT r.line_no, COALESCE(l.line_no,"
        f" nextval(pg_get_serial_sequence('{database.SCHEMA}.line_register', 'line_no'))) AS new_no"
        f" FROM {REPLAY_SCHEMA}.line_register r LEFT JOIN {database.SCHEMA}.line_register l USING (id)".encode()
    )
    for table in ("line_register", "line_history", "line_overtaken"):
        # Over negative numbers, so that no two lines ever have the same.
        for step in (
            f"UPDATE {REPLAY_SCHEMA}.{table} t SET line_no = -new_no FROM number n WHERE n.line_no = t.line_no",
            f"UPDATE {REPLAY_SCHEMA}.{table} SET line_no = -line_no",
        ):
            conn.execute(step.encode())
    conn.execute(query("rebuild/replay", "number listings"))


def _keep_computed(conn: psycopg.Connection, rules: FulfillmentRules, as_of: date, now: datetime) -> None:
    """Set the computed figures aside, brought up to date as far as what is there allows, and empty their tables."""
    with contextlib.suppress(psycopg.DatabaseError), conn.transaction():
        # A damaged register is what a rebuild is for: then the figures are compared as they are.
        fulfillment.refresh(conn, rules, as_of=as_of, now=now)
    for table in COMPUTED:
        conn.execute(f"CREATE TEMP TABLE before_{table} ON COMMIT DROP AS SELECT * FROM {table}".encode())
        conn.execute(f"DELETE FROM {table}".encode())


def _swap(conn: psycopg.Connection) -> None:
    for table in REPLAYED:
        columns = ", ".join(
            name
            for (name,) in conn.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped",
                [table],
            )
        )
        conn.execute(f"TRUNCATE {table}".encode())
        conn.execute(
            f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {REPLAY_SCHEMA}.{table}".encode()
        )


def _computed_differences(conn: psycopg.Connection) -> list[Difference]:
    found = []
    for table in COMPUTED:
        names = conn.execute(
            query("rebuild/replay", "computed differences"),
            [table, list(NOT_COMPARED)],
        ).fetchall()
        columns = ", ".join(name for (name,) in names)
        one, other = f"SELECT {columns} FROM before_{table}", f"SELECT {columns} FROM {table}"
        gone = conn.execute(
            f"SELECT t::text FROM ({one} EXCEPT ALL {other}) t ORDER BY 1".encode()
        ).fetchall()
        new = conn.execute(f"SELECT t::text FROM ({other} EXCEPT ALL {one}) t ORDER BY 1".encode()).fetchall()
        if gone or new:
            examples = [f"- {text}" for (text,) in gone[:5]] + [f"+ {text}" for (text,) in new[:5]]
            found.append(Difference(table, len(gone), len(new), tuple(examples)))
    return found
