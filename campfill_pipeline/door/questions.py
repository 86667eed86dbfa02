"""What the door's routes ask: thin words around the ledger and the readers.

Belongs here: opening a transaction and calling what knows. Does not belong here: HTTP, SQL, rules.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from campfill_pipeline.domain.care import CareError
from campfill_pipeline.domain.count_bills import CountsError
from campfill_pipeline.domain.count_days import Days
from campfill_pipeline.domain.errors import CampfillError, UnknownLineError
from campfill_pipeline.domain.plain_json import plain
from campfill_pipeline.door.problems import ProblemError
from campfill_pipeline.intake.inbox.settling import is_dropped_file
from campfill_pipeline.settings import Settings
from campfill_pipeline.storage import published
from campfill_pipeline.warehouse.counts import bills, comparing
from campfill_pipeline.warehouse.database import Connection
from campfill_pipeline.warehouse.figures import fulfillment as figures
from campfill_pipeline.warehouse.kept_connections import KeptConnections
from campfill_pipeline.warehouse.notices import care as care_ledger
from campfill_pipeline.warehouse.readers import attention, lists, one_line, upload_answer, upload_list, watch
from campfill_pipeline.warehouse.register import announced, uploads
from campfill_pipeline.warehouse.register.uploads import Upload

ISSUES_AT_ONCE = 2_000
_NO_ISSUES = b'"issues":[]'  # stands in no text of JSON: there, quotation marks are escaped
DECIDED = frozenset({"loaded", "partly_loaded", "rejected", "duplicate"})


@dataclass(frozen=True)
class Questions:
    """Everything that can be asked of one home."""

    settings: Settings
    kept: KeptConnections

    def upload(self, upload_id: UUID, most_issues: int | None = None) -> tuple[str, Iterator[bytes]]:
        """How far an upload is, and the answer on it as JSON, its issues piece by piece. Raises ProblemError."""
        with self.kept.ask() as connection:
            upload = uploads.find(connection, upload_id)
            file = None if upload else announced.find(connection, upload_id)
        if upload:
            head = upload_answer.of_upload(upload, [])
        elif file:
            head = upload_answer.of_announced(file)
        else:
            raise ProblemError("unknown_upload", f"{upload_id} never arrived.")
        if head["status"] not in DECIDED:
            head["status"], most_issues = self._how_far(upload), 0
        return head["status"], self._answer(upload_id, head, most_issues)

    def _answer(self, upload_id: UUID, head: dict[str, Any], most: int | None) -> Iterator[bytes]:
        left = None if most is None else max(0, most - len(head["issues"]))
        first = b",".join(orjson.dumps(issue, default=plain) for issue in head["issues"][:most])
        before, mark, after = orjson.dumps({**head, "issues": []}, default=plain).partition(_NO_ISSUES)
        yield before + mark[:-1] + first
        number, joint = 0, b"," if first else b""
        while left != 0:
            size = ISSUES_AT_ONCE if left is None else min(left, ISSUES_AT_ONCE)
            with self.kept.ask() as connection:
                number, issues = uploads.issues_behind(connection, upload_id, number, size)
            if not issues:
                break
            yield joint + b",".join(orjson.dumps(asdict(issue), default=plain) for issue in issues)
            joint, left = b",", None if left is None else left - len(issues)
        yield b"]" + after

    def receipt(self, upload_id: UUID) -> Path:
        """The receipt's file. Raises ProblemError where there is none."""
        path: str | None = self.state(upload_id)["receipt"]
        file = self.settings.home / path if path else None
        if file is None:
            raise ProblemError("no_receipt", f"Nothing was written for {upload_id} so far.")
        shown = published.shown(self.settings, file)
        if not shown.is_file():
            raise ProblemError("receipt_gone", f"{path} is no longer there.")
        return shown

    def uploads(self, before: int | None, limit: int) -> list[dict[str, Any]]:
        """The uploads, latest first; on the first page those that still lie in the inbox come before all."""
        with self.kept.ask() as connection:
            return upload_list.latest(connection, before=before, limit=limit)

    def state(self, upload_id: UUID) -> dict[str, Any]:
        """How far an upload is, in few words: what its events tell. Raises ProblemError."""
        with self.kept.ask() as connection:
            upload = uploads.find(connection, upload_id)
            if upload is None:
                if announced.find(connection, upload_id) is None:
                    raise ProblemError("unknown_upload", f"{upload_id} never arrived.")
                return {"upload_id": str(upload_id), "status": "received", "decided": False, "receipt": None}
            decided = upload.status in DECIDED
            status = upload.status if decided else self._how_far(upload)
            return {
                "upload_id": str(upload_id), "status": status, "decided": decided, "reason": upload.reason,
                "message": upload.message, "hint": upload.hint, "receipt": upload.receipt,
            }  # fmt: skip

    def revert(self, upload_id: UUID, *, dry_run: bool, again: bool | None = None) -> dict[str, Any]:
        """Take an upload back, or only say what that would change. Raises ProblemError."""
        from campfill_pipeline.intake.taking_back import (
            take_back,  # pyarrow is heavy: only who takes back needs it
        )

        now = datetime.now(UTC)
        with self.kept.connect() as connection:
            if uploads.find(connection, upload_id) is None:
                raise ProblemError("unknown_upload", f"{upload_id} is no upload of the ledger.")
            try:
                return take_back(self.settings, connection, upload_id, now, again=again, dry_run=dry_run)
            except CampfillError as error:  # the ledger's no, an original that is gone, a month put aside
                raise ProblemError("nothing_to_take_back", str(error)) from error

    def lines(
        self, kind: str | None, buyer: str | None, after: UUID | None, limit: int
    ) -> list[dict[str, Any]]:
        """The lines as they stand, by id."""
        with self.kept.connect() as connection:
            return lists.lines(connection, kind=kind, buyer=buyer, after=after, limit=limit)

    def line(self, line_id: UUID) -> dict[str, Any]:
        """Everything about one line. Raises ProblemError."""
        with self.kept.connect() as connection:
            found = one_line.line_life(connection, line_id, self.settings.rules, as_of=self._today())
        if found is None:
            raise ProblemError("unknown_line", f"No list ever had {line_id}.")
        return asdict(found)

    def fulfillment(
        self,
        as_of: date | None,
        contract: figures.Knowledge,
        known: figures.Knowledge,
        kind: str | None,
        band: str | None,
        buyer: str | None,
        after: UUID | None,
        limit: int,
    ) -> list[dict[str, Any]]:
        """The fulfillment of lines, worst first. Raises ProblemError."""
        day = as_of or self._today()
        if not date(1990, 1, 1) <= day <= date(2190, 1, 1):
            raise ProblemError("bad_request", f"as_of: {day} is too far away.")
        with self.kept.connect() as connection:
            ids = None if buyer is None else lists.ids_of_buyer(connection, buyer)
            found = figures.compute(
                connection, self.settings.rules, as_of=day, contract=contract, known=known, kind=kind, band=band,
                line_ids=ids, after=after, limit=limit,
            )  # fmt: skip
            if (
                after
                and not found
                and not figures.compute(
                    connection,
                    self.settings.rules,
                    as_of=day,
                    contract=contract,
                    known=known,
                    line_ids=[after],
                )
            ):
                raise _lost_place(after)  # an empty page would say that nothing follows
            return found

    def attention(self, after: UUID | None, limit: int) -> list[dict[str, Any]]:
        """The lines to look at today, the most urgent first, then those that have not begun and ask too much."""
        with self.kept.connect() as connection:
            found = [asdict(item) | {"unlikely_goal": None} for item in attention.attention(connection)]
            known = {item["line_id"] for item in found}
            found += [asdict(item) for item in attention.not_begun(connection) if item.line_id not in known]
        if after is None:
            return found[:limit]
        begin = next((at + 1 for at, item in enumerate(found) if item["line_id"] == after), None)
        if begin is None:
            raise _lost_place(after)
        return found[begin : begin + limit]

    def second_counts(self, month: Days | None) -> dict[str, Any]:
        """Second counts beside ours; of one month, or over the days their files speak of."""
        with self.kept.connect() as connection:
            found = comparing.compare(
                connection, self.settings.timezone, today=self._today(), tolerance=self.settings.count_tolerance,
                month=month,
            )  # fmt: skip
        return {
            "tolerance_percent": self.settings.count_tolerance,
            "counts": [asdict(one) for one in found.rows],
            "left_out": [asdict(one) for one in found.left_out],
        }

    def billing(self) -> list[dict[str, Any]]:
        """Who bills by which count; of all others ours bills."""
        with self.kept.connect() as connection:
            return [asdict(one) for one in bills.said(connection)]

    def say_billing(self, buyer: str, billed_by: str, said_by: str) -> list[dict[str, Any]]:
        """Keep by which count a buyer is billed; answers what stands. Raises ProblemError."""
        with self._kept_or_refused() as connection:
            bills.say(connection, buyer, billed_by, said_by=said_by, now=datetime.now(UTC))
        return self.billing()

    def frozen(self, month: Days | None, number: int | None) -> list[dict[str, Any]]:
        """The frozen months; of one, each time it was frozen, with its lines. Raises ProblemError."""
        with self._kept_or_refused() as connection:
            if month is None:
                return [asdict(one) for one in bills.frozen(connection)]
            found = [bills.find(connection, month, number)] if number else bills.frozen(connection, month)
            return [bills.document(connection, one) for one in found]

    def freeze(self, month: Days, *, provisional: bool, said_by: str) -> dict[str, Any]:
        """Freeze a month; answers it with its lines. Raises ProblemError."""
        settings = self.settings
        with self._kept_or_refused() as connection:
            made = bills.freeze(
                connection, settings.timezone, month, final_after_days=settings.final_after_days,
                provisional=provisional, said_by=said_by, now=datetime.now(UTC),
            )  # fmt: skip
            return bills.document(connection, made)

    def changed(self, month: Days, number: int | None) -> dict[str, Any]:
        """What changed since a month was frozen. Raises ProblemError."""
        with self._kept_or_refused() as connection:
            told = bills.since(connection, self.settings.timezone, month, today=self._today(), number=number)
            return bills.since_document(told)

    def care(self, line_id: UUID | None) -> dict[str, Any]:
        """Who takes care, and the make-goods, of one line or of all; of one with everything that was said."""
        with self.kept.connect() as connection:
            found: dict[str, Any] = {
                "lines": [asdict(one) for one in care_ledger.standing(connection, line_id)],
                "make_goods": [asdict(one) for one in care_ledger.make_goods(connection, line_id)],
                "over_owed": [asdict(one) for one in care_ledger.over_owed(connection, line_id)],
            }
            if line_id is not None:
                found["history"] = [asdict(one) for one in care_ledger.history(connection, line_id)]
            return found

    def say_care(self, line_id: UUID, said: care_ledger.Said, said_by: str) -> dict[str, Any]:
        """Keep what was said of a line; answers how it stands. Raises ProblemError."""
        with self._kept_or_refused() as connection:
            care_ledger.say(
                connection, line_id, said, said_by=said_by, today=self._today(), now=datetime.now(UTC)
            )
        return self.care(line_id)

    def agree_make_good(self, line_id: UUID, agreed: care_ledger.Agreed, said_by: str) -> dict[str, Any]:
        """Keep a make-good; answers how the line stands. Raises ProblemError."""
        with self._kept_or_refused() as connection:
            care_ledger.agree(connection, line_id, agreed, said_by=said_by, now=datetime.now(UTC))
        return self.care(line_id)

    def close_make_good(self, make_good: UUID, text: str, said_by: str) -> dict[str, Any]:
        """Settle a make-good; answers how its line stands. Raises ProblemError."""
        with self._kept_or_refused() as connection:
            line_id = care_ledger.close(
                connection, make_good, text=text, said_by=said_by, now=datetime.now(UTC)
            ).line_id
        return self.care(line_id)

    @contextmanager
    def _kept_or_refused(self) -> Iterator[Connection]:
        """A transaction for what somebody says; what cannot be said is refused and not kept."""
        try:
            with self.kept.connect() as connection, connection.transaction():
                yield connection
        except UnknownLineError as error:
            raise ProblemError("unknown_line", error.problem) from error
        except (CareError, CountsError) as error:
            raise ProblemError("bad_request", str(error)) from error

    def reconciliation(self, after: int | None, limit: int) -> list[dict[str, Any]]:
        """Where list and reporting disagree."""
        with self.kept.connect() as connection:
            return lists.reconciliation(connection, after=after, limit=limit)

    def counts(self) -> watch.Counts:
        """What is counted for metrics."""
        with self.kept.connect() as connection:
            return watch.counts(connection)

    def files_waiting(self) -> int:
        """How many files lie in the inbox."""
        try:
            return sum(is_dropped_file(entry) for entry in os.scandir(self.settings.inbox))
        except FileNotFoundError:
            return 0

    def _today(self) -> date:
        return datetime.now(UTC).astimezone(self.settings.timezone).date()

    def _how_far(self, upload: Upload | None) -> str:
        """`received`, then what a run does with it: its files in the work folder tell."""
        if upload is None or upload.attempts == 0:
            return "received"
        work = self.settings.work / str(upload.upload_id)
        if any(work.rglob("verdict.json")):  # among several machines, in a folder of the run
            return "storing"
        return "checking" if any(work.rglob("parsed.json")) else "reading"


def _lost_place(after: UUID) -> ProblemError:
    return ProblemError(
        "bad_request", f"after: {after} is not in this list, or no longer. Begin again without it."
    )
